"""What a run notes of itself: timings, what was read, made and rejected, and the map's figures.

The record goes to the journal however the run ends; see `journal` for the tables made of it.
"""

import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipeline import __version__, interrupts, journal
from pipeline.database import has_table, one
from pipeline.errors import JourneysError, PromiseError
from pipeline.progress import Forecast, Progress

INPUTS = """
    with rejected as (
        select source, file, count(*) as rows_rejected
        from landing.rejected_rows group by source, file
    )
    select files.source, files.file, content_digest, bytes, rows_read,
        coalesce(rows_rejected, 0) as rows_rejected
    from landing.files as files
    left join rejected on rejected.source = files.source and rejected.file = files.file
    where run_id = ? order by all
"""
FIGURES = """
    select 'customers' as figure, count(distinct customer_id) as value from core.sessions
    union all select 'events', count(*) from core.events
    union all select 'sessions', count(*) from core.sessions
    union all select 'journeys', count(*) from journeys.journeys
    union all select outcome, count(*) from journeys.journeys group by outcome
    union all select 'conversion_rate', conversion_rate
        from graph.conversion where persona_id = 'all' and month = 'all'
    union all select 'customers of persona ' || persona_id, customers from personas.profiles
    union all select 'entered ' || stage, entered from graph.stages where persona_id = 'all'
    union all select 'drop_off_rate ' || node, drop_off_rate
        from graph.drop_offs where level = 'stage' and persona_id = 'all'
    union all select 'conversion_probability ' || node, conversion_probability
        from graph.drop_offs where level = 'stage' and persona_id = 'all'
"""
# What stands up, and with which story: for what is new, still there and gone from run to run.
FINDINGS = """
    select finding_id, q_value, told_with,
        found.kind || coalesce(' at ' || coalesce(found.touchpoint, found.stage), '')
            || case when level = 'journey' then ' in conversion' else '' end
            || case when persona_id = 'all' then '' else ', ' || persona_id end
            || case when segment <> 'all' then ', ' || segment || ' ' || segment_value else '' end
            || case when first_week > 0 then ', over time' else '' end as place
    from findings.findings as found
    left join findings.differences using (finding_id)
    order by rank
"""


@dataclass
class Result:
    """What a run did. `is_new` is false when there was nothing to do."""

    warehouse: Path
    run_id: str
    is_new: bool = True
    is_published: bool = False
    reasons: list[str] = field(default_factory=list)  # why every file was read anew
    notes: list[str] = field(default_factory=list)  # why every customer was made anew
    seconds_by_step: dict[str, float] = field(default_factory=dict)
    rows_by_table: dict[str, int] = field(default_factory=dict)  # made by this run


class Steps:
    """Times the steps of a run and tells the progress display of each."""

    def __init__(self, result: Result, progress: Progress, forecast: Forecast) -> None:
        self.result, self.progress, self.forecast = result, progress, forecast
        self.name, self.since, self.number, self.count = "", 0.0, 0, 0
        self.rows: int | None = None

    def __call__(self, name: str) -> None:
        """A step begins, and with that the one before ends."""
        self.end()
        self.number += 1
        self.name, self.since, self.rows = name, time.perf_counter(), None
        count = max(self.count, self.number)  # few runs compact their file
        self.progress.begins(name, self.number, count, self.forecast.left())

    def made(self, name: str, rows: int) -> None:
        """The table that the step made has so many new rows."""
        self.rows = self.result.rows_by_table[name] = rows

    def end(self) -> None:
        if not self.name:
            return
        seconds = time.perf_counter() - self.since
        self.result.seconds_by_step[self.name] = round(seconds, 3)
        self.forecast.ends(self.name, seconds)
        self.progress.ends(self.name, seconds, self.rows)
        self.name = ""


def forecast(warehouse: Path, full_run: bool) -> Forecast:
    """By the last run of this warehouse that published and was of the same kind."""
    for record in reversed(journal.read(warehouse)):
        if record.get("outcome") == "published" and record.get("full_run") == full_run:
            return Forecast(record.get("seconds_by_step", {}))
    return Forecast({})


@contextmanager
def recorded(
    result: Result, settings_digest: str, folder: Path, until: datetime | None, keep: bool
) -> Iterator[dict[str, Any]]:
    """Write the run's record to the journal, however it ends; a rehearsal that ends well has none.

    A record that cannot be written (a full disk) stops nothing: what the published warehouse
    knows of it goes to the journal at the next run.
    """
    record: dict[str, Any] = {
        "run_id": result.run_id,
        "started_at": datetime.now(UTC).replace(tzinfo=None),
        "package_version": __version__,
        "duckdb_version": duckdb.__version__,
        "python_version": platform.python_version(),
        "settings_digest": settings_digest,
        "git_revision": journal.git_revision(folder),
        "until": until,
    }
    written: list[bool] = []

    def write(outcome: str, message: str = "") -> None:
        if not written:
            written.append(True)
            journal.append(result.warehouse, finished(record, result, outcome, message))

    def stopped() -> None:
        write("published" if result.is_published else "interrupted")

    with interrupts.at_once(stopped):
        try:
            yield record
        except BaseException as problem:
            outcome, message = _ending(result, problem)
            _if_possible(lambda: write(outcome, message))
            raise
        if not result.is_new:
            _if_possible(lambda: write("nothing new"))
        elif keep:
            _if_possible(lambda: write("published"))


def note_nothing_new(warehouse: Path, run_id: str) -> None:
    """The record of a run that saw at a look that it had nothing to do."""
    now = datetime.now(UTC).replace(tzinfo=None)
    record = {"run_id": run_id, "started_at": now, "package_version": __version__}
    _if_possible(
        lambda: journal.append(
            warehouse, finished(record, Result(warehouse, run_id), "nothing new")
        )
    )


def _if_possible(write: Callable[[], None]) -> None:
    try:
        write()
    except OSError:
        return


def _ending(result: Result, problem: BaseException) -> tuple[str, str]:
    """The outcome and message of a run that ended badly.

    Of a problem that nobody foresaw only its kind is kept: its words may hold what stood in a row.
    """
    if result.is_published:
        return "published", ""
    if interrupts.exit_code() or isinstance(problem, KeyboardInterrupt):
        return "interrupted", ""
    message = str(problem) if isinstance(problem, JourneysError) else type(problem).__name__
    return "broken promise" if isinstance(problem, PromiseError) else "failed", message


def finished(
    record: dict[str, Any], result: Result, outcome: str = "published", message: str = ""
) -> dict[str, Any]:
    """The record with how the run ended."""
    return record | {
        "ended_at": datetime.now(UTC).replace(tzinfo=None),
        "outcome": outcome,
        "message": message,
        "full_run": bool(result.reasons),
        "reasons": result.reasons,
        "notes": result.notes,
        "seconds_by_step": result.seconds_by_step,
        "rows_by_table": result.rows_by_table,
    }


def rejected(connection: duckdb.DuckDBPyConnection) -> int:
    """How many rows were rejected so far, by all runs."""
    if not has_table(connection, "landing.balances"):
        return 0
    return int(
        one(connection, "select coalesce(sum(rows_rejected), 0)::bigint from landing.balances")
    )


def read_by(
    connection: duckdb.DuckDBPyConnection, run_id: str, rejected_before: int
) -> dict[str, Any]:
    """What a run read, for its record: each file with its rows, and the sums."""
    found = connection.execute(INPUTS, [run_id])
    names = [column[0] for column in found.description or ()]
    inputs = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return {
        "inputs": inputs,
        "rows_read": sum(row["rows_read"] for row in inputs),
        "rows_rejected": rejected(connection) - rejected_before,
    }


def figures(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The figures of the map and what was found, for the record."""
    found = connection.execute(FINDINGS).fetchall()
    return {
        "figures": dict(connection.execute(FIGURES).fetchall()),
        "findings": {
            each: {"q_value": q, "place": place} | ({"told_with": told_with} if told_with else {})
            for each, q, told_with, place in found
        },
        "horizon": one(connection, "select horizon from core.horizon"),
    }
