"""Many nights in a row, held at the end against one full run over the same rows."""

import json
import shutil
import statistics
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from benchmarks import ours
from benchmarks.deliveries import Deliveries
from benchmarks.equal import differing
from benchmarks.page import seconds
from benchmarks.processes import ROOT, BenchmarkError

Say = Callable[[str], None]


@dataclass(frozen=True)
class Night:
    """One night: seconds from load to steps, of the whole run, and what the run made of it."""

    number: int
    to_steps: float
    whole: float
    customers: int
    joined: int  # customers of the night before that are part of others now
    made_all_anew: bool
    warehouse_bytes: int


@dataclass
class Simulated:
    """Many nights, and the full run over the same rows that they are held against."""

    events_a_night: int
    nights: list[Night] = field(default_factory=list)
    killed: list[int] = field(default_factory=list)
    differing: dict[str, str] = field(default_factory=dict)
    fresh_bytes: int = 0
    full: float = 0

    def growth(self) -> float:
        """From load to steps, the last nights against the tenth; medians of five nights."""
        early, late = self._around(10), self._around(len(self.nights))
        return statistics.median(late) / statistics.median(early)

    def _around(self, number: int) -> list[float]:
        last = min(number + 2, len(self.nights))
        return [night.to_steps for night in self.nights[max(0, last - 5) : last]]


def simulate(folder: Path, nights: int, events: int, say: Say = print) -> Simulated:
    """Run `nights` nights of `events` events each, with two kills. Raises BenchmarkError where a
    run fails, or a killed one touches what was published.
    """
    deliveries = Deliveries(folder, nights, events)
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    warehouse = out / "journeys.duckdb"
    done = Simulated(events)
    before: set[int] = set()
    for number in range(1, nights + 1):
        deliveries.arrive(number)
        if number in kills(nights):
            kill(deliveries.inbox, warehouse, kills(nights)[number])
            done.killed.append(number)
        night, before = _night(number, deliveries.inbox, warehouse, before)
        done.nights.append(night)
        say(
            f"night {number}: load to steps {seconds(night.to_steps)}, "
            f"whole {seconds(night.whole)}, {night.customers:,} customers"
        )
    say("one full run over the same rows, with the same personas")
    full = out / "full.duckdb"
    shutil.copy(warehouse, full)
    done.full = ours.run(deliveries.inbox, full, "--full").seconds
    done.fresh_bytes = full.stat().st_size
    done.differing = differing(warehouse, full)
    return done


def kills(nights: int) -> dict[int, float]:
    """The nights on which a run is killed, and how far it gets: of its steps, the share."""
    return {max(2, nights // 3): 0.4, max(3, 2 * nights // 3): 0.95}


def _night(number: int, inbox: Path, warehouse: Path, before: set[int]) -> tuple[Night, set[int]]:
    run = ours.run(inbox, warehouse)
    if left := ours.left_behind(warehouse):
        raise BenchmarkError(f"night {number} left {', '.join(left)} behind")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            f"select distinct customer_id from {warehouse.stem}.core.events"
        ).fetchall()
    customers = {customer for (customer,) in rows}
    notes = ours.last_record(warehouse)["notes"]
    return Night(
        number, run.only(ours.TO_STEPS), run.seconds, len(customers), len(before - customers),
        bool(notes), warehouse.stat().st_size,
    ), customers  # fmt: skip


def kill(inbox: Path, warehouse: Path, share: float) -> None:
    """Start a run and kill it after this share of its steps. Raises BenchmarkError where the
    published warehouse is touched, or the run ended before.
    """
    stands = _state(warehouse)
    command = [*ours.command("run", inbox, warehouse), "--json"]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    with process:
        for line in process.stderr or ():
            told = json.loads(line)
            if told["event"] == "step begins" and told["number"] >= share * told["count"]:
                process.kill()
                break
    if process.returncode != -9:
        raise BenchmarkError(f"the run to be killed ended by itself: {process.returncode}")
    if _state(warehouse) != stands:
        raise BenchmarkError("a killed run touched what was published")


def _state(warehouse: Path) -> tuple[int, int, int]:
    stat = warehouse.stat()
    return stat.st_ino, stat.st_mtime_ns, stat.st_size
