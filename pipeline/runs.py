"""The main job: bring the warehouse up to date with the sources, all or nothing.

files -> landing -> identity -> core -> journeys -> personas -> graph -> findings -> published
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from pipeline import journal, records, stages, touched
from pipeline.build import SUMS, build, drop_remade, listed_customers
from pipeline.checks import run_checks
from pipeline.compaction import compact, is_overgrown
from pipeline.database import has_table, open_warehouse
from pipeline.errors import WarehouseError
from pipeline.inputs import parameters, write_inputs
from pipeline.load import load, source_files
from pipeline.memory import usual_limit
from pipeline.models import Step, in_order, read_models
from pipeline.progress import Progress
from pipeline.publish import lock, new_run_id, publishing
from pipeline.records import Result, Steps
from pipeline.settings import Settings
from pipeline.stage_names import Placed
from pipeline.summary import read_summary
from pipeline.unchanged import looked_at, write_look
from pipeline.warehouse import (
    Options,
    keep_model,
    kept_model,
    nothing_new,
    published,
    reasons_for_full,
    same_settings,
    same_tables,
    settings_digest,
    write_state,
)

__all__ = ["Result", "run", "steps"]

BESIDES = ("copy", "load", SUMS, "checks", "publish")  # steps of a run that are no table
FULL_DISK = ("No space left", "Could not write all bytes", "disk is full")


def run(
    settings: Settings, warehouse: Path, options: Options, progress: Progress | None = None
) -> Result:
    """Bring `warehouse` up to date; nothing is published unless every promise holds.

    Raises InputError, SettingsError or WarehouseError (bad input), PromiseError (broken promise).
    """
    result = Result(warehouse, new_run_id())
    recorded = records.recorded(
        result, settings_digest(settings), settings.folder, options.until, options.publish
    )
    paths = [source.path for source in settings.sources]
    looked = looked_at(settings.file, settings.folder, paths, options.until)
    with lock(warehouse, options.wait), recorded as record, _in_words(warehouse, options):
        files = source_files(settings)
        _mend_journal(warehouse)
        result.reasons = reasons_for_full(settings, warehouse, options)
        if not result.reasons and nothing_new(settings, warehouse, options):
            result.is_new = False
            return result
        fresh = bool(result.reasons)
        model, guess = kept_model(warehouse), stages.before(warehouse)
        timed = Steps(result, progress or Progress(), records.forecast(warehouse, fresh))
        timed.count = len(read_models()) + len(steps(settings)) + len(BESIDES) - 2 * fresh
        if not fresh:
            timed("copy")
        with publishing(
            warehouse, fresh=fresh, keep=options.publish, done=lambda: _is_published(result)
        ) as target:
            limit = options.memory_limit or usual_limit(files)
            connection = open_warehouse(target, files, limit)
            try:
                timed.progress.follow(lambda: connection.query_progress() / 100)
                _make(connection, settings, options, record, timed, model, guess)
                timed("publish")
                write_look(connection, looked, read_summary(connection).as_dict())
                finished = records.finished(record, result)
                journal.fill(connection, [*journal.read(warehouse), finished])
                connection.execute("checkpoint")
                has_overgrown = is_overgrown(connection)
            finally:
                timed.progress.follow(lambda: 0.0)
                connection.close()
            if has_overgrown:
                timed("compact")
                compact(target)
        timed.end()
    return result


def _is_published(result: Result) -> None:
    result.is_published = True


def _mend_journal(warehouse: Path) -> None:
    if warehouse.exists():
        with published(warehouse) as connection:
            journal.mend(warehouse, connection)


def _make(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    options: Options,
    record: dict[str, Any],
    timed: Steps,
    model: str | None,
    guess: list[Placed],
) -> None:
    """Everything between an open copy of the warehouse and its publishing."""
    result = timed.result
    bound = parameters(settings, options.until) | {"refit": options.refit}
    changed = _what_changed(connection, settings)
    only_touched = not changed and touched.remember(connection)
    parts = in_order([*read_models(), *steps(settings, only_touched)])
    timed("load")
    rejected_before = records.rejected(connection)
    load(connection, settings, now=options.now, run_id=result.run_id, told=timed.progress.read)
    record.update(records.read_by(connection, result.run_id, rejected_before))
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
    known = next(number for number, part in enumerate(parts, 1) if part.name == "run.customers")
    build(connection, parts[:known], bound, timed, timed.made)
    if only_touched and (share := touched.share_touched(connection)) > touched.ALL_ABOVE:
        result.notes.append(f"what is new touches {share:.0%} of all customers: all were made anew")
        connection.execute(touched.EVERYONE)
        only_touched = False
    listed = listed_customers(connection, parts) if only_touched else None
    drop_remade(connection, parts[known:], only_touched=only_touched)
    build(connection, parts[known:], bound, timed, timed.made, listed=listed)
    result.notes += _notices(connection)
    timed("checks")
    record.update(records.figures(connection))
    run_checks(connection, bound, listed=listed)
    if listed:
        listed.put_away()
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
    from pipeline.assumed_map import assumed_map_step
    from pipeline.chain import chain_steps
    from pipeline.conversion import conversion_step
    from pipeline.feelings import texts_step
    from pipeline.identity import identity_step
    from pipeline.labels import labels_step, segment_values_step
    from pipeline.personas import differences_step, persona_step, typical_step

    return [
        identity_step(only_touched),
        labels_step(settings),
        touched.customers_step(only_touched),
        touched.judge_step(only_touched),
        segment_values_step(settings),
        persona_step(settings),
        differences_step(settings),
        typical_step(),
        assumed_map_step(),
        texts_step(),
        conversion_step(),
        *chain_steps(),
    ]


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
    except (
        duckdb.IOException, duckdb.FatalException, duckdb.TransactionException, OSError,
    ) as problem:  # fmt: skip
        if not any(words in str(problem) for words in FULL_DISK):
            if str(warehouse) not in str(problem):
                raise
            raise WarehouseError(
                f"{warehouse}: is damaged, it cannot be read whole. {str(problem).splitlines()[0]} "
                "Restore it, or take it away and run again, which reads every file anew; or name "
                "another place: --warehouse PATH."
            ) from problem
        raise WarehouseError(
            f"{warehouse}: the disk is full. What was published before still stands. A run needs "
            f"room for a second warehouse beside it: free some of {warehouse.parent}, or move the "
            "warehouse: --warehouse PATH."
        ) from problem
