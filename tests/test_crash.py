"""A run that is killed, stopped or starved leaves what was published, and the next one succeeds."""

import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import proofs
import pytest

from pipeline.database import open_readonly

SETTINGS = """
title: A small shop
sources:
  - name: web
    kind: web
    path: "web-*.csv"
    time: at
    event: what
    event_id: id
    identifiers: {visitor: visitor}
stages:
  - stage: look
    touchpoints: [{touchpoint: page, where: "event = 'page'"}]
  - stage: buy
    touchpoints: [{touchpoint: order, where: "event = 'order'"}]
journey: {goal: order}
"""
NOW = "2025-06-01"
FEW, MANY = 14, 190  # random instants; besides them, each of the named steps
STEPS = ("load", "core.events", "journeys.steps", "graph.transitions", "checks", "published")
LEFT = {"w.duckdb", "w.duckdb.lock", "w.duckdb.runs.ndjson"}


def write_events(folder: Path, name: str, rng: random.Random, count: int) -> None:
    lines = ["id,at,what,visitor"]
    for number in range(count):
        day, hour = rng.randrange(1, 28), rng.randrange(24)
        what = rng.choice(["page", "page", "order"])
        lines.append(
            f"{name}-{number},2025-0{rng.randrange(1, 5)}-{day:02d} {hour:02d}:00,{what},"
            f"v{rng.randrange(40)}"
        )
    (folder / f"web-{name}.csv").write_text("\n".join(lines) + "\n")


def command(folder: Path, warehouse: str = "out/w.duckdb", *more: str) -> list[str]:
    return [
        sys.executable, "-m", "pipeline", "run", "--now", NOW,
        "--config", str(folder / "journeys.yml"), "--warehouse", str(folder / warehouse), *more,
    ]  # fmt: skip


def start(folder: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(folder, "out/w.duckdb", *more), stderr=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def finish(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, *more), capture_output=True, text=True, timeout=120, check=False
    )


def content(warehouse: Path):
    """Every public table, in order."""
    connection = open_readonly(warehouse)
    try:
        names = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_catalog = 'warehouse' and table_type = 'BASE TABLE' "
            "and table_schema in ('core', 'journeys', 'personas', 'graph') order by 1"
        ).fetchall()
        return {
            name: repr(connection.execute(f"from {name} order by all").fetchall())
            for (name,) in names
        }
    finally:
        connection.close()


@pytest.fixture(scope="module")
def nightly(tmp_path_factory):
    """A folder with a published night, new rows for the next one, and what both should give."""
    folder = tmp_path_factory.mktemp("nightly")
    rng = random.Random(1)
    (folder / "journeys.yml").write_text(SETTINGS)
    write_events(folder, "a", rng, 300)
    began = time.monotonic()
    assert finish(folder).returncode == 0
    seconds = time.monotonic() - began
    last_good = content(folder / "out/w.duckdb")
    write_events(folder, "b", rng, 100)
    shutil.copytree(folder, folder.parent / "clean")
    assert finish(folder.parent / "clean").returncode == 0
    return folder, last_good, content(folder.parent / "clean/out/w.duckdb"), seconds


@pytest.fixture
def night(nightly, tmp_path):
    """A copy of that folder of the test's own."""
    folder, last_good, clean, seconds = nightly
    shutil.copytree(folder, tmp_path / "night")
    return tmp_path / "night", last_good, clean, seconds


def check_after(folder: Path, last_good, clean) -> None:
    """The published file is whole, and the next run makes what a clean one makes."""
    warehouse = folder / "out/w.duckdb"
    assert content(warehouse) in (last_good, clean)
    done = finish(folder)
    assert done.returncode == 0, done.stderr
    assert content(warehouse) == clean
    assert {path.name for path in (folder / "out").iterdir()} == LEFT


def wait_for(process: subprocess.Popen[str], step: str) -> None:
    """Read what the run says until it names the step (or has ended)."""
    words = step.partition(".")[2].replace("_", " ") or {
        "load": "reading files", "checks": "checking promises", "published": "customers,",
    }[step]  # fmt: skip
    for line in process.stdout if step == "published" else process.stderr:
        if re.search(rf"{words}$|{words} ", line):
            return


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_named_step(step, night):
    folder, last_good, clean, _ = night
    process = start(folder)
    wait_for(process, step)
    process.kill()
    process.communicate()
    check_after(folder, last_good, clean)


def test_killed_at_random_instants(night, prove):
    folder, last_good, clean, seconds = night
    rng = random.Random(2)
    killed = 0
    for number in range(MANY if prove else FEW):
        copy = folder.parent / f"killed-{number}"
        shutil.copytree(folder, copy)
        process = start(copy)
        time.sleep(rng.uniform(0.2, seconds * 1.1))
        killed += process.poll() is None
        process.kill()
        process.communicate()
        check_after(copy, last_good, clean)
        shutil.rmtree(copy)
    assert killed > 0
    if prove:
        proofs.write("killed runs lose nothing", "random instants", killed)


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_it_stops_soon_and_cleanly(number, code, night, prove):
    folder, last_good, clean, _ = night
    process = start(folder)
    wait_for(process, "core.events")
    began = time.monotonic()
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert time.monotonic() - began < (2 if prove else 6)  # seconds; tests share their machine
    assert process.returncode == code
    assert "still stands" in said and "Traceback" not in said
    assert {path.name for path in (folder / "out").iterdir()} == LEFT
    check_after(folder, last_good, clean)


def test_too_little_memory_is_told_and_nothing_is_lost(night):
    folder, last_good, clean, _ = night
    done = finish(folder, "out/w.duckdb", "--memory-limit", "1MB")
    assert done.returncode == 2
    assert "--memory-limit" in done.stderr and "Traceback" not in done.stderr
    check_after(folder, last_good, clean)


# A file system of a few MiB in a namespace of its own: nobody else sees it, and it goes with it.
ON_A_SMALL_DISK = """
set -e
mount -t tmpfs -o size={kibibytes}k none "$1/out"
cp "$1"/kept/* "$1/out/"
"{python}" -m pipeline run --now {now} --config "$1/journeys.yml" \\
    --warehouse "$1/out/w.duckdb" || echo "exit code $?" >&2
cp "$1"/out/w.duckdb "$1/after.duckdb"
ls "$1/out" > "$1/left"
"""


def test_a_full_disk_is_told_and_nothing_is_lost(night):
    folder, last_good, _, _ = night
    (folder / "out").rename(folder / "kept")
    (folder / "out").mkdir()
    size = sum(path.stat().st_size for path in (folder / "kept").iterdir())
    script = ON_A_SMALL_DISK.format(
        kibibytes=int(size / 1024 * 1.5), python=sys.executable, now=NOW
    )
    done = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh", str(folder)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "exit code 2" in done.stderr, done.stderr
    assert "the disk is full" in done.stderr and "Traceback" not in done.stderr
    assert content(folder / "after.duckdb") == last_good
    assert set((folder / "left").read_text().split()) == LEFT


def test_a_second_run_names_the_one_at_work(night):
    folder, *_ = night
    first = start(folder)
    wait_for(first, "core.events")
    second = finish(folder)
    first.communicate()
    assert second.returncode == 2
    assert f"process {first.pid} on" in second.stderr


def test_a_second_run_waits_when_told(night):
    folder, _, clean, _ = night
    first = start(folder)
    wait_for(first, "core.events")
    second = finish(folder, "out/w.duckdb", "--wait", "60")
    first.communicate()
    assert second.returncode == 0
    assert "Nothing new" in second.stdout
    assert content(folder / "out/w.duckdb") == clean
