"""Everything that is measured at one size: the floor, other packages, and this project."""

import shutil
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import ours
from benchmarks.environments import python_of
from benchmarks.names import STAGES
from benchmarks.processes import BenchmarkError, Measured, measure

YARDSTICKS = Path(__file__).parent / "yardsticks"
OTHERS = {
    "retentioneering": ("retentioneering", "with_retentioneering.py"),
    "pm4py": ("pm4py", "with_pm4py.py"),
    "pandas": ("frames", "with_pandas.py"),
    "Polars": ("frames", "with_polars.py"),
}  # name: environment, script
NO_TRACKING = {"RETENTIONEERING_NO_TRACK": "1"}
Say = Callable[[str], None]


@dataclass(frozen=True)
class Other:
    """Another package's answer: seconds by part without its import, and its peak memory."""

    parts: dict[str, float]
    total: float
    peak_bytes: int
    told: dict[str, object]


@dataclass(frozen=True)
class AtSize:
    """What was measured at one number of events; seconds where nothing else is said."""

    events: int
    floor: float  # the median of several
    floor_peak_bytes: int
    others: dict[str, Other]
    run: ours.Run
    core_seconds: float  # load to transitions and drop-offs
    warehouse_bytes: int
    left: list[str]
    report: Measured
    questions: dict[str, float]
    idle: float  # a run with nothing new
    import_duckdb: float
    csv_core: float | None = None
    csv_read: float | None = None
    components: float | None = None
    written: dict[str, float] | None = None  # the tables of that way, and their promises


def measure_size(
    work: Path, events: int, *, with_others: bool, with_csv: bool, say: Say = print
) -> AtSize:
    """Measure everything at one size in `work`, and leave only the events there.

    Raises BenchmarkError where a process ends badly, or where two packages count differently.
    """
    say(f"{events:,} events: making them")
    folder = _made(work / f"{events}-parquet", events)
    out = work / f"{events}-out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    say(f"{events:,} events: the floor")
    floors = [
        measure([sys.executable, YARDSTICKS / "floor.py", folder, out / "floor.duckdb"])
        for _ in range(3 if events <= 10_000_000 else 1)
    ]
    others = _others(folder, say) if with_others else {}
    say(f"{events:,} events: journeys run")
    warehouse = out / "journeys.duckdb"
    run = ours.run(folder, warehouse)
    core, left = run.until(ours.TO_TRANSITIONS), ours.left_behind(warehouse)
    say(f"{events:,} events: report, questions, nothing new")
    report = _median(lambda: ours.report(folder, warehouse))
    stage = list(STAGES)[1]
    asked = measure([sys.executable, YARDSTICKS / "questions.py", warehouse, stage])
    idle = _median(lambda: ours.run(folder, warehouse).process, 5).seconds
    import_duckdb = _median(lambda: measure([sys.executable, "-c", "import duckdb"]), 5).seconds
    written = _written(warehouse, out / "written.duckdb") if with_others else None
    csv_core, csv_read = _csv(work, events, out, say) if with_csv else (None, None)
    components = None
    if with_csv:
        say(f"{events:,} identifiers: components")
        components = _total(measure([sys.executable, YARDSTICKS / "components.py", str(events)]))
    bytes_ = warehouse.stat().st_size
    shutil.rmtree(out)
    return AtSize(
        events, statistics.median(map(_total, floors)), max(one.peak_bytes for one in floors),
        others, run, core, bytes_, left, report, asked.told["seconds"], idle, import_duckdb,
        csv_core, csv_read, components, written,
    )  # fmt: skip


def _made(folder: Path, events: int, form: str = "parquet") -> Path:
    """The folder with its events, made in a process of its own: a child's peak memory is at least
    what its parent held when it began, so this one stays small.
    """
    measure([
        sys.executable, "-m", "benchmarks.events", folder, "--events", str(events), "--form", form
    ])  # fmt: skip
    return folder


def _median(run: Callable[[], Measured], times: int = 3) -> Measured:
    """The process that took the median of the time, of several."""
    return sorted((run() for _ in range(times)), key=lambda one: one.seconds)[times // 2]


def _total(measured: Measured) -> float:
    return float(measured.told["total"])


def _others(folder: Path, say: Say) -> dict[str, Other]:
    others = {}
    for name, (environment, script) in OTHERS.items():
        python = python_of(environment)
        say(f"{name}")
        done = measure([python, YARDSTICKS / script, folder], NO_TRACKING)
        others[name] = Other(done.told["seconds"], _total(done), done.peak_bytes, done.told)
    for count in ("sessions", "transitions"):
        # retentioneering also counts the moves from a start and to an end
        said = {
            name: other.told[count]
            for name, other in others.items()
            if count in other.told and (count, name) != ("transitions", "retentioneering")
        }
        if len(set(said.values())) > 1:
            raise BenchmarkError(f"the yardsticks do not count the same {count}: {said}")
    return others


def _written(warehouse: Path, target: Path) -> dict[str, float]:
    """Seconds to only write the tables from load to drop-offs, and to only check their promises."""
    tables = sorted(ours.made_for(ours.TO_TRANSITIONS))
    told = measure([sys.executable, YARDSTICKS / "written.py", warehouse, target, *tables]).told
    return dict(told["seconds"])


def _csv(work: Path, events: int, out: Path, say: Say) -> tuple[float, float]:
    """Seconds from gzipped CSV to transitions, and those to read it at all."""
    say(f"{events:,} events: from gzipped CSV")
    folder = _made(work / f"{events}-csv", events, "csv.gz")
    read = _total(measure([sys.executable, YARDSTICKS / "read_csv.py", folder]))
    run = ours.run(folder, out / "csv" / "journeys.duckdb")
    return run.until(ours.TO_TRANSITIONS), read
