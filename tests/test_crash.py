"""A run that is killed, stopped or starved leaves what was published, and the next one succeeds."""

import json
import os
import pty
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import proofs
import pytest

from pipeline import journal, runs
from pipeline.database import open_readonly
from pipeline.models import read_models
from pipeline.settings import read_settings
from pipeline.warehouse import Options

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
    columns: {channel: channel}
stages:
  - stage: look
    touchpoints: [{touchpoint: page, where: "event = 'page'"}]
  - stage: buy
    touchpoints: [{touchpoint: order, where: "event = 'order'"}]
journey: {goal: order}
personas: {number: 2}
segments: [channel]
"""
NOW = "2025-06-01"
LEFT = {"w.duckdb", "w.duckdb.lock", "w.duckdb.runs.ndjson"}
# A test kills twenty runs and a proof two hundred: at these steps (a proof at each), at these
# moments of publishing, and the rest at random instants.
STEPS = ("load", "core.events", "journeys.steps", "run.personas", "checks", "publish")
EACH_STEP = tuple(
    dict.fromkeys(("copy", *STEPS, "run.identity", *(model.name for model in read_models())))
)
MOMENTS = {
    "half of the copy is made": "shutil.copyfile = half_a_copy",
    "the file is not renamed yet": "publish._sync = die",
    "the file is renamed, the run not on record": "runs._is_published = die",
    "half a record is written": "journal.append = half_a_record",
}
FEW, MANY = 20 - len(STEPS) - len(MOMENTS), 200 - len(EACH_STEP) - len(MOMENTS)


def write_events(folder: Path, name: str, rng: random.Random, count: int, visitors: int) -> None:
    lines = ["id,at,what,visitor,channel"]
    for number in range(count):
        day, hour, visitor = rng.randrange(1, 28), rng.randrange(24), rng.randrange(visitors)
        what = rng.choice(["page", "page", "order"])
        lines.append(
            f"{name}-{number},2025-0{rng.randrange(1, 5)}-{day:02d} {hour:02d}:00,{what},"
            f"v{visitor},{('paid', 'mail')[visitor % 2]}"
        )
    (folder / f"web-{name}.csv").write_text("\n".join(lines) + "\n")


def command(folder: Path, *more: str) -> list[str]:
    return [
        sys.executable, "-m", "pipeline", "run", "--now", NOW, "--config",
        str(folder / "journeys.yml"), "--warehouse", str(folder / "out/w.duckdb"), *more,
    ]  # fmt: skip


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(folder, "--json"), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def finish(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, *more), capture_output=True, text=True, timeout=120, check=False
    )


def run(folder: Path) -> runs.Result:
    """The same in this process, which is quicker to start."""
    clock = datetime.fromisoformat(NOW).replace(tzinfo=UTC)
    settings = read_settings(folder / "journeys.yml")
    return runs.run(settings, folder / "out/w.duckdb", Options(now=clock))


def ask(warehouse: Path, sql: str):
    connection = open_readonly(warehouse)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def content(warehouse: Path):
    """Every public table, in order."""
    names = ask(
        warehouse,
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_catalog = 'warehouse' and table_type = 'BASE TABLE' "
        "and table_schema in ('core', 'journeys', 'personas', 'graph', 'findings') order by 1",
    )
    return {name: repr(ask(warehouse, f"from {name} order by all")) for (name,) in names}


@pytest.fixture(scope="module")
def nightly(tmp_path_factory):
    """A folder with a published night, a few new rows for the next one, and what both give.

    The next night makes only the few touched customers anew, with the personas of the first.
    """
    folder = tmp_path_factory.mktemp("nightly")
    rng = random.Random(1)
    (folder / "journeys.yml").write_text(SETTINGS)
    write_events(folder, "a", rng, 900, visitors=200)
    run(folder)
    last_good = content(folder / "out/w.duckdb")
    write_events(folder, "b", rng, 12, visitors=8)
    shutil.copytree(folder, folder.parent / "clean")
    done = run(folder.parent / "clean")
    assert (done.reasons, done.notes) == ([], [])
    model = "from run.persona_model"
    kept = [ask(at / "out/w.duckdb", model) for at in (folder, folder.parent / "clean")]
    assert kept[0] == kept[1] != [] and last_good["personas.profiles"].count("p2")
    seconds = sum(done.seconds_by_step.values())
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
    run(folder)
    assert content(warehouse) == clean
    assert {path.name for path in (folder / "out").iterdir()} == LEFT
    on_record = {record["run_id"] for record in journal.read(warehouse)}
    assert on_record >= {run_id for (run_id,) in ask(warehouse, "select run_id from runs.runs")}


def wait_for(process: subprocess.Popen[str], step: str | None = None) -> None:
    """Read what the run says until the step begins; any step, where none is named."""
    for line in process.stderr:
        told = json.loads(line)
        if told["event"] == "step begins" and step in (None, told["step"]):
            return
    raise AssertionError(f"{step} never began")


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_killed_at_a_named_step(night, prove):
    folder, last_good, clean, _ = night
    for step in EACH_STEP if prove else STEPS:
        shutil.copytree(folder, folder.parent / step)
        process = start(folder.parent / step)
        wait_for(process, step)
        kill(process)
        check_after(folder.parent / step, last_good, clean)
        shutil.rmtree(folder.parent / step)
    if prove:
        proofs.write("killed runs lose nothing", "named steps", len(EACH_STEP))


KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from pipeline import cli, journal, publish, runs
from pipeline.publish import beside

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def half_a_copy(source, target):
    Path(target).write_bytes(Path(source).read_bytes()[: os.path.getsize(source) // 2])
    die()

def half_a_record(warehouse, record):
    with beside(warehouse, ".runs.ndjson").open("a") as file:
        file.write('{"run_id": "cut')
    die()

MOMENT
sys.argv[0] = "journeys"
cli.main()
"""


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_a_moment_of_publishing(moment, night):
    folder, last_good, clean, _ = night
    script = KILLED.replace("MOMENT", MOMENTS[moment])
    done = subprocess.run(
        [sys.executable, "-c", script, *command(folder)[3:]],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    check_after(folder, last_good, clean)


def test_killed_at_random_instants(night, prove):
    folder, last_good, clean, seconds = night
    rng = random.Random(2)
    wanted, killed = MANY if prove else FEW, 0
    for number in range(2 * wanted):
        copy = folder.parent / f"killed-{number}"
        shutil.copytree(folder, copy)
        process = start(copy)
        wait_for(process)
        time.sleep(rng.uniform(0, seconds * 1.1))
        killed += process.poll() is None
        kill(process)
        check_after(copy, last_good, clean)
        shutil.rmtree(copy)
        if killed == wanted:
            break
    assert killed == wanted
    if prove:
        proofs.write("killed runs lose nothing", "random instants", killed)


# -- stopped


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
    last = json.loads(said.splitlines()[-1])
    assert (last["event"], last["exit_code"]) == ("interrupted", code)
    assert {path.name for path in (folder / "out").iterdir()} == LEFT
    assert journal.read(folder / "out/w.duckdb")[-1]["outcome"] == "interrupted"
    check_after(folder, last_good, clean)


LONG = {
    "a query that sorts": "open_warehouse(target).execute("
    "'create table sorted as from (select md5(i::varchar) as m from range(1000000000) t (i)) "
    "order by m')",
    "a single row that takes long": "open_warehouse(target).execute("
    "\"select length(repeat('a', 4000)) where regexp_matches(repeat('a', 400000000), 'a*b')\")",
    "a calculation of a library": "hashlib.pbkdf2_hmac('sha256', b'', b'', 200_000_000)",
}
BUSY = """
import hashlib, sys
from pathlib import Path
from pipeline import interrupts
from pipeline.database import open_warehouse
from pipeline.publish import lock, publishing
interrupts.watch()
warehouse = Path(sys.argv[1])
try:
    with lock(warehouse), publishing(warehouse, fresh=False) as target:
        print("busy", flush=True)
        LONG
except BaseException:
    sys.exit(interrupts.exit_code())
"""


@pytest.mark.parametrize("busy", LONG)
def test_interrupted_in_the_middle_of_something_long_it_stops_soon(busy, night, prove):
    folder, last_good, _, _ = night
    warehouse = folder / "out/w.duckdb"
    process = subprocess.Popen(
        [sys.executable, "-c", BUSY.replace("LONG", LONG[busy]), str(warehouse)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "busy\n"
    time.sleep(0.5)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert time.monotonic() - began < (2 if prove else 6)
    assert process.returncode == 143
    assert {path.name for path in (folder / "out").iterdir()} == LEFT
    assert content(warehouse) == last_good


LEAVES = """
import atexit, os, signal, time
from pipeline import interrupts
atexit.register(print, "a library complains")
interrupts.watch()
try:
    if {interrupted}:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)
except interrupts.Interrupted:
    print("told")
interrupts.leave(130)
"""


@pytest.mark.parametrize("interrupted", [True, False])
def test_interrupted_no_library_has_the_last_word(interrupted):
    program = [sys.executable, "-c", LEAVES.format(interrupted=interrupted)]
    done = subprocess.run(program, check=False, capture_output=True, text=True)
    assert done.returncode == 130
    assert done.stdout == ("told\n" if interrupted else "a library complains\n")


def test_interrupted_on_a_terminal_it_gives_the_terminal_back(night):
    folder, _, _, _ = night
    process, terminal = pty.fork()
    if not process:
        os.execv(sys.executable, command(folder))
    said = b""
    while b"step " not in said:  # no step by name: one may be over before it is drawn
        said += os.read(terminal, 4096)
    os.write(terminal, b"\x03")  # Ctrl-C
    said += everything(terminal)
    _, status = os.waitpid(process, 0)
    assert os.waitstatus_to_exitcode(status) == 130
    assert said.rindex(b"\x1b[?25h") > said.rindex(b"\x1b[?25l")  # the cursor is shown again
    assert said.rstrip().endswith(b"still stands.")


def everything(terminal: int) -> bytes:
    said = b""
    while True:
        try:
            more = os.read(terminal, 4096)
        except OSError:  # the process has ended
            return said
        if not more:
            return said
        said += more


# -- starved


MEGABYTES = (1, 12)


def test_too_little_memory_is_told_and_nothing_is_lost(night, prove):
    folder, last_good, clean, _ = night
    for limit in range(1, 60, 4) if prove else MEGABYTES:
        done = finish(folder, "--memory-limit", f"{limit}MB")
        if done.returncode == 0 and limit > MEGABYTES[-1]:
            break  # enough
        assert done.returncode == 2, done.stderr
        assert "--memory-limit" in done.stderr and "Traceback" not in done.stderr
        assert content(folder / "out/w.duckdb") == last_good
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


ROOM = (1.01, 1.5, 1.9)  # times what is there


def test_a_full_disk_is_told_and_nothing_is_lost(night, prove):
    folder, last_good, clean, _ = night
    (folder / "out").rename(folder / "kept")
    (folder / "out").mkdir()
    size = sum(path.stat().st_size for path in (folder / "kept").iterdir())
    for room in [1 + tenth / 20 for tenth in range(1, 40)] if prove else ROOM:
        script = ON_A_SMALL_DISK.format(
            kibibytes=int(size / 1024 * room), python=sys.executable, now=NOW
        )
        done = subprocess.run(
            ["unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh", str(folder)],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        assert set((folder / "left").read_text().split()) == LEFT
        if "exit code" not in done.stderr and room > ROOM[-1]:
            assert content(folder / "after.duckdb") == clean
            break  # enough
        assert "exit code 2" in done.stderr and "the disk is full" in done.stderr, done.stderr
        assert content(folder / "after.duckdb") == last_good
