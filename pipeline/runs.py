"""The main job: bring the warehouse up to date with the sources, all or nothing.

files -> landing -> identity -> core -> journeys -> personas -> graph -> findings -> published
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipeline import __version__, interrupts, journal, stages, touched
from pipeline.checks import run_checks
from pipeline.database import has_table, one, open_warehouse
from pipeline.errors import JourneysError, PromiseError, WarehouseError
from pipeline.inferring import Placed
from pipeline.inputs import parameters, write_inputs
from pipeline.load import load, source_files
from pipeline.memory import usual_limit
from pipeline.models import Step, build, in_order, read_models
from pipeline.publish import lock, publishing, run_id_of
from pipeline.settings import Settings
from pipeline.summary import read_summary
from pipeline.unchanged import looked_at, write_look
from pipeline.warehouse import (
    Options,
    keep_model,
    kept_model,
    nothing_new,
    reasons_for_full,
    same_settings,
    same_tables,
    settings_digest,
    write_state,
)


@dataclass
class Result:
    """What a run did. `is_new` is false when there was nothing to do."""

    warehouse: Path
    run_id: str
    is_new: bool = True
    reasons: list[str] = field(default_factory=list)  # why every file was read anew
    notes: list[str] = field(default_factory=list)  # why every customer was made anew
    seconds_by_step: dict[str, float] = field(default_factory=dict)


FULL_DISK = ("No space left", "Could not write all bytes", "disk is full")
Progress = Callable[[str, int, int], None]  # name of the step, its number, how many there are


def run(
    settings: Settings,
    warehouse: Path,
    options: Options,
    progress: Progress = lambda name, number, count: None,
) -> Result:
    """Bring `warehouse` up to date; nothing is published unless every promise holds.

    Raises InputError, SettingsError or WarehouseError (bad input), PromiseError (broken promise).
    """
    run_id = run_id_of(options.now)
    result = Result(warehouse, run_id)
    files = source_files(settings)
    recorded = _recorded(result, settings, options)
    paths = [source.path for source in settings.sources]
    looked = looked_at(settings.file, settings.folder, paths, options.until)
    with lock(warehouse, options.wait), recorded as record, _in_words(warehouse, options):
        result.reasons = reasons_for_full(settings, warehouse, options)
        if not result.reasons and nothing_new(settings, warehouse, options):
            result.is_new = False
            return result
        fresh = bool(result.reasons)
        model, guess = kept_model(warehouse), stages.before(warehouse)
        with publishing(warehouse, fresh=fresh, keep=options.publish) as target:
            limit = options.memory_limit or usual_limit(files)
            connection = open_warehouse(target, files, limit)
            try:
                _make(connection, settings, options, result, model, guess, progress)
                record.update(_figures(connection, run_id))
                write_look(connection, looked, read_summary(connection).as_dict())
                journal.fill(connection, [*journal.read(warehouse), _finished(record, result)])
                connection.execute("checkpoint")
            finally:
                connection.close()
    return result


def _make(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    options: Options,
    result: Result,
    model: str | None,
    guess: list[Placed],
    progress: Progress,
) -> None:
    """Everything between an open copy of the warehouse and its publishing."""
    bound = parameters(settings, options.until) | {"refit": options.refit}
    changed = _what_changed(connection, settings)
    only_touched = not changed and touched.remember(connection)
    parts = in_order([*read_models(), *steps(settings, only_touched)])
    count = len(parts) + 2
    timed = _Timed(result.seconds_by_step, progress, count)
    timed("load")
    load(connection, settings, now=options.now, run_id=result.run_id)
    written = settings
    if settings.is_staging_inferred:
        settings, told = _with_stages(connection, settings, options, guess)
        result.notes += told
        only_touched = only_touched and not told
        parts = in_order([*read_models(), *steps(settings, only_touched)])
    else:
        stages.keep(connection, [])
    write_inputs(connection, settings, options.now, options.until)
    if only_touched:
        touched.touch_due(connection)
    elif changed and not result.reasons:
        result.notes.append(f"{changed}: every table was made anew from what was loaded")
    keep_model(connection, model)
    listed = next(number for number, part in enumerate(parts, 1) if part.name == "run.customers")
    build(connection, parts[:listed], bound, timed)
    if only_touched and (share := touched.share_touched(connection)) > touched.ALL_ABOVE:
        result.notes.append(f"what is new touches {share:.0%} of all customers: all were made anew")
        connection.execute(touched.EVERYONE)
        only_touched = False
    build(connection, parts[listed:], bound, timed, only_touched=only_touched)
    result.notes += _notices(connection)
    timed("checks")
    run_checks(connection, bound)
    timed.end()
    write_state(connection, written, options)


def _with_stages(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    options: Options,
    before: list[Placed],
) -> tuple[Settings, list[str]]:
    """The settings with stages inferred in an earlier run, or from what is loaded now and told.

    To infer them, everything up to the steps is made once with one stage for all.
    """
    if before or not has_table(connection, "run.inferred_stages"):
        stages.keep(connection, before)
    if not options.refit and (restored := stages.restored(connection, settings)) is not settings:
        return restored, []
    settings = stages.with_events(connection, settings)
    write_inputs(connection, settings, options.now, options.until)
    parts = in_order([*read_models(), *steps(settings)])
    last = next(number for number, part in enumerate(parts, 1) if part.name == "journeys.steps")
    build(connection, parts[:last], parameters(settings, options.until))
    placed = stages.inferred(connection, settings)
    return stages.with_stages(settings, placed), [stages.told(placed)]


def _what_changed(connection: duckdb.DuckDBPyConnection, settings: Settings) -> str:
    """Why no table of the last run can be built upon, in words; empty where they all can."""
    if not same_settings(connection, settings):
        return "the settings changed"
    return "" if same_tables(connection) else "this version makes some tables differently"


def _notices(connection: duckdb.DuckDBPyConnection) -> list[str]:
    from pipeline.personas import notices

    return notices(connection)


def steps(settings: Settings, only_touched: bool = False) -> list[Step]:
    """What Python does between the tables."""
    from pipeline.chain import chain_steps
    from pipeline.conversion import conversion_step
    from pipeline.identity import identity_step
    from pipeline.labels import labels_step, segment_values_step
    from pipeline.personas import differences_step, persona_step, typical_step

    return [
        identity_step(),
        labels_step(settings),
        touched.customers_step(only_touched),
        touched.judge_step(only_touched),
        segment_values_step(settings),
        persona_step(settings),
        differences_step(settings),
        typical_step(),
        conversion_step(),
        *chain_steps(),
    ]


class _Timed:
    """Tells the progress display what begins, and notes how long each step took."""

    def __init__(self, seconds: dict[str, float], progress: Progress, count: int) -> None:
        self.seconds, self.progress, self.count = seconds, progress, count
        self.name, self.since, self.number = "", 0.0, 0

    def __call__(self, name: str) -> None:
        self.end()
        self.number += 1
        self.name, self.since = name, time.perf_counter()
        self.progress(name, self.number, self.count)

    def end(self) -> None:
        if self.name:
            self.seconds[self.name] = round(time.perf_counter() - self.since, 3)
        self.name = ""


@contextmanager
def _in_words(warehouse: Path, options: Options) -> Iterator[None]:
    """A full disk and too little memory, told so that a person can act on it."""
    try:
        yield
    except duckdb.OutOfMemoryException as problem:
        limit = options.memory_limit or "the usual one, see docs/nightly.md"
        raise WarehouseError(
            f"{warehouse}: the run needs more memory than its limit ({limit}). What was published "
            "before still stands. Give it more: --memory-limit 8GB."
        ) from problem
    except (duckdb.IOException, duckdb.FatalException, OSError) as problem:
        if not any(words in str(problem) for words in FULL_DISK):
            raise
        raise WarehouseError(
            f"{warehouse}: the disk is full. What was published before still stands. A run needs "
            f"room for a second warehouse beside it: free some of {warehouse.parent}, or move the "
            "warehouse: --warehouse PATH."
        ) from problem


# -- records


@contextmanager
def _recorded(result: Result, settings: Settings, options: Options) -> Iterator[dict[str, Any]]:
    """Write the run's record to the journal, however it ends; a run with nothing to do has none."""
    record: dict[str, Any] = {
        "run_id": result.run_id,
        "started_at": datetime.now(UTC).replace(tzinfo=None),
        "package_version": __version__,
        "settings_digest": settings_digest(settings),
        "git_revision": journal.git_revision(settings.folder),
        "until": options.until,
    }
    try:
        yield record
    except BaseException as problem:
        outcome = "broken promise" if isinstance(problem, PromiseError) else "failed"
        outcome = "interrupted" if interrupts.exit_code() else outcome
        message = str(problem) if isinstance(problem, JourneysError) else repr(problem)
        journal.append(result.warehouse, _finished(record, result, outcome, message))
        raise
    if result.is_new and options.publish:
        journal.append(result.warehouse, _finished(record, result))


def _finished(
    record: dict[str, Any], result: Result, outcome: str = "published", message: str = ""
) -> dict[str, Any]:
    return record | {
        "ended_at": datetime.now(UTC).replace(tzinfo=None),
        "outcome": outcome,
        "message": message,
        "full_run": bool(result.reasons),
        "notes": result.notes,
        "seconds_by_step": result.seconds_by_step,
    }


def _figures(connection: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, Any]:
    """The files read and the figures of the map, for the record."""
    files = connection.execute(
        "select source, file, content_digest, bytes, rows_read from landing.files where run_id = ?",
        [run_id],
    )
    names = [column[0] for column in files.description or ()]
    inputs = [dict(zip(names, row, strict=True)) for row in files.fetchall()]
    counts = connection.execute("""
        select 'customers', count(distinct customer_id) from core.events where not is_left_out
        union all select 'events', count(*) from core.events
        union all select 'sessions', count(*) from core.sessions
        union all select 'journeys', count(*) from journeys.journeys
        union all select outcome, count(*) from journeys.journeys group by outcome
        union all select 'drop_off_rate ' || node, drop_off_rate from graph.drop_offs
            where level = 'stage' and persona_id = 'all'
    """).fetchall()
    return {
        "inputs": inputs,
        "figures": dict(counts),
        "horizon": one(connection, "select horizon from core.horizon"),
    }
