"""One night of a hundredth of new events upon many, against all of them in full."""

import os
import shutil
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import ours
from benchmarks.equal import differing
from benchmarks.processes import measure
from benchmarks.sizes import YARDSTICKS

Say = Callable[[str], None]


@dataclass(frozen=True)
class LargeNight:
    """One hundredth of new events upon the rest, against everything in full."""

    events: int
    floor: float
    night: ours.Run
    full: ours.Run
    differing: dict[str, str]


def large_night(work: Path, events: int, say: Say = print) -> LargeNight:
    """The last hundredth of `events` arrives as one night. Raises BenchmarkError."""
    folder, later, out = work / f"{events}-night", work / f"{events}-later", work / "night-out"
    for path in (later, out):
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
    say(f"one night at {events:,} events: making them")
    measure([
        sys.executable, "-m", "benchmarks.events", folder, "--events", str(events),
        "--parts", str(events - events // 100),
    ])  # fmt: skip
    floor = statistics.median(
        float(
            measure([sys.executable, YARDSTICKS / "floor.py", folder, out / "floor"]).told["total"]
        )
        for _ in range(3)
    )
    warehouse, full = out / "journeys.duckdb", out / "full.duckdb"
    new = folder / "web-002.parquet"
    new.rename(later / new.name)
    try:
        say("all but the night's hundredth")
        ours.run(folder, warehouse)
    finally:
        (later / new.name).rename(new)
    say("the night")
    os.sync()  # a night comes hours after the run before, whose writing is over by then
    night = ours.run(folder, warehouse)
    say("all of it in full")
    shutil.copy(warehouse, full)
    os.sync()
    whole = ours.run(folder, full, "--full")
    differ = differing(warehouse, full)
    shutil.rmtree(out)
    return LargeNight(events, floor, night, whole, differ)
