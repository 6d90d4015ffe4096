"""A notebook that is open while nights go on, with real processes: neither holds the other up."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

SETTINGS = """
title: A small shop
sources:
  - {name: web, kind: web, path: "web-*.csv", time: at, event: what, event_id: id,
     identifiers: {visitor: visitor}}
stages:
  - stage: look
    touchpoints: [{touchpoint: page, where: "event = 'page'"}]
  - stage: buy
    touchpoints: [{touchpoint: order, where: "event = 'order'"}]
journey: {goal: order}
"""
KERNEL = """
import sys
from pipeline import open_journeys
handles = [open_journeys("w.duckdb")]
print("open", flush=True)
for line in sys.stdin:
    word, _, number = line.strip().partition(" ")
    if word == "open":
        handles.append(open_journeys("w.duckdb"))
        print("open", flush=True)
    else:
        handle = handles[int(number)]
        tables = (len(handle.table(f"{name}")) for name in (
            "core.events", "core.sessions", "journeys.journeys", "runs.runs"))
        print(*tables, *handle.stages()["entered"], flush=True)
"""
BUSY = """
from pipeline import open_journeys
journeys = open_journeys("w.duckdb")
print("busy", flush=True)
journeys.sql("select count(*) from range(10000000) a(i), range(100000) b(j), core.events "
             "where (i * j) % 7 = 8")
"""


def night(shop: Path, number: int) -> None:
    """One more visitor, who looks on one day and orders on another."""
    (shop / f"web-{number}.csv").write_text(
        f"id,at,what,visitor\n{number}-1,2025-01-0{number},page,v{number}\n"
        f"{number}-2,2025-02-0{number},order,v{number}\n"
    )
    command = [sys.executable, "-m", "pipeline", "run", "--now", "2025-06-01"]
    subprocess.run(
        [*command, "--warehouse", "w.duckdb"], cwd=shop, check=True, timeout=60, capture_output=True
    )


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "journeys.yml").write_text(SETTINGS)
    night(tmp_path, 1)
    return tmp_path


def python(shop: Path, script: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script], cwd=shop, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture
def kernel(shop):
    """A notebook's kernel with a handle open; it opens one more, or tells what one of them sees."""
    with python(shop, KERNEL) as process:
        assert process.stdout.readline() == "open\n"

        def asked(line):
            process.stdin.write(line + "\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        yield asked
        process.kill()


# Events, sessions, journeys and runs, and who entered each stage, after each night.
STATES = ["2 2 2 1 1 1", "4 4 4 2 2 2", "6 6 6 3 3 3"]


def test_a_handle_answers_from_one_whole_state_and_one_opened_anew_from_the_newest(shop, kernel):
    seen = [kernel("tell 0")]
    for number in (2, 3):
        night(shop, number)
        assert kernel("tell 0") == seen[0]
        assert kernel("open") == "open"
        seen.append(kernel(f"tell {number - 1}"))
    assert seen == STATES
    assert [kernel(f"tell {number}") for number in range(3)] == STATES


def test_a_reader_in_the_middle_of_a_long_query_holds_no_run_up(shop):
    with python(shop, BUSY) as reader:
        assert reader.stdout.readline() == "busy\n"
        night(shop, 2)
        assert reader.poll() is None  # it is still at it
        reader.kill()


def test_readers_are_not_held_up_by_a_run_at_work(shop, kernel):
    """While a run is stopped in its middle, an open handle answers, and a new one opens."""
    command = [sys.executable, "-m", "pipeline", "run", "--full", "--json", "--now", "2025-06-01"]
    with subprocess.Popen(
        [*command, "--warehouse", "w.duckdb"], cwd=shop, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as run:  # fmt: skip
        for line in run.stderr:
            if '"core.events"' in line:
                os.kill(run.pid, 19)  # SIGSTOP
                break
        began = time.monotonic()
        assert kernel("tell 0") == STATES[0]
        assert kernel("open") == "open"
        assert kernel("tell 1") == STATES[0]
        assert time.monotonic() - began < 20
        os.kill(run.pid, 18)  # SIGCONT
        run.communicate(timeout=60)
    assert run.returncode == 0
