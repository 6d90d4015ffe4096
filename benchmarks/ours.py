"""Runs this project's own commands on a folder of events, and reads how long which step took."""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.processes import Measured, measure

if TYPE_CHECKING:
    from pipeline.models import Model, Step

JOURNEYS = (sys.executable, "-m", "pipeline")
# What "load to steps" ends with, and "load to transitions and drop-offs".
TO_STEPS = ("core.sessions", "journeys.steps")
TO_TRANSITIONS = (*TO_STEPS, "journeys.journeys", "graph.transitions", "graph.drop_offs")
BESIDES = ("copy", "load", "checks", "publish", "compact")  # belong to a run, and are no tables
PERSONAS = "personas."  # a table about everyone does not need to know who is of which persona


@dataclass(frozen=True)
class Run:
    """One `journeys run`: the process, and the seconds of each step from the run's own record."""

    process: Measured
    steps: dict[str, float]
    warehouse: Path

    @property
    def seconds(self) -> float:
        return self.process.seconds

    def only(self, goals: Iterable[str]) -> float:
        """Seconds of the steps that these tables need, from reading the files on.

        What comes before and after is not in it: copying the warehouse, publishing.
        """
        needed = needed_for(goals) - {*BESIDES} | {"load"}
        return sum(seconds for name, seconds in self.steps.items() if name in needed)

    def until(self, goals: Iterable[str]) -> float:
        """Seconds up to these tables: all that the run took but the steps they do not need.

        So starting, publishing and what no step accounts for are in it.
        """
        needed = needed_for(goals)
        return self.seconds - sum(
            seconds for name, seconds in self.steps.items() if name not in needed
        )


def run(folder: Path, warehouse: Path, *options: str) -> Run:
    """`journeys run` on a folder made by benchmarks.events. Raises BenchmarkError."""
    process = measure([*command("run", folder, warehouse), "--json", *options])
    if not process.told.get("is_new", True):
        return Run(process, {}, warehouse)
    record = last_record(warehouse)
    return Run(process, record["seconds_by_step"], warehouse)


def command(name: str, folder: Path, warehouse: Path) -> list[str]:
    config = str(folder / "journeys.yml")
    return [*JOURNEYS, name, "--config", config, "--warehouse", str(warehouse)]


def report(folder: Path, warehouse: Path) -> Measured:
    """`journeys report` of the warehouse. Raises BenchmarkError."""
    out = str(warehouse.with_name("report.html"))
    return measure([*command("report", folder, warehouse), "--out", out])


def last_record(warehouse: Path) -> dict[str, Any]:
    """The record of the last run that published."""
    journal = warehouse.with_name(warehouse.name + ".runs.ndjson")
    record: dict[str, Any] = json.loads(journal.read_text().splitlines()[-1])
    return record


def needed_for(goals: Iterable[str]) -> set[str]:
    """The steps of a run that these tables need, themselves included: from what each reads."""
    return {part.name for part in _parts_for(goals)} | set(BESIDES)


def made_for(goals: Iterable[str]) -> set[str]:
    """The tables that those steps make."""
    return {table for part in _parts_for(goals) for table in part.makes}


def _parts_for(goals: Iterable[str]) -> "list[Model | Step]":
    from pipeline.models import read_models
    from pipeline.runs import steps
    from pipeline.settings import read_settings

    settings = read_settings(Path(__file__).with_name("journeys.yml"))
    parts = [*read_models(), *steps(settings)]
    makers = {table: part for part in parts for table in part.makes}
    needed, waiting = {}, list(goals)
    while waiting:
        part = makers.get(waiting.pop())
        if part is None or part.name in needed or part.name.startswith(PERSONAS):
            continue
        needed[part.name] = part
        waiting += part.follows
    return list(needed.values())


def left_behind(warehouse: Path) -> list[str]:
    """What lies beside a published warehouse and should not: a run cleans up what it spilled."""
    kept = {warehouse.name + ending for ending in ("", ".lock", ".runs.ndjson")}
    return sorted(
        path.name
        for path in warehouse.parent.iterdir()
        if path.name.startswith(warehouse.name) and path.name not in kept
    )
