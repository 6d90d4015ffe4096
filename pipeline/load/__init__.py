"""Loads new files into `landing`: what stands, what was rejected and why, and the balance of both.

`files` finds what is new, `dialect` and `reading` turn a file into a relation, `parsing` says what
its columns become, `staging` reads it; `event_log` and `wide_rows` bring landing up to date, where
`settling` decides between versions.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import duckdb

from pipeline.database import one
from pipeline.load.balances import list_set_aside, write_standing
from pipeline.load.event_log import load_event_log
from pipeline.load.files import all_files, new_files, source_files
from pipeline.load.landing import create_landing, drop_staged
from pipeline.load.marks import write_marks
from pipeline.load.rejecting import begin_rejecting, list_rejected
from pipeline.load.wide_rows import load_wide_rows
from pipeline.settings import Settings

__all__ = ["all_files", "load", "new_files", "source_files"]


def load(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    *,
    now: datetime,
    run_id: str,
    told: Callable[[str, int, int, int], None] = lambda source, rows, done, known: None,
) -> int:
    """Load every new file into `landing`; gives how many there were.

    `run.touched_sets` lists the combinations of identifiers whose events or attributes came,
    changed or went. `told` hears of each source read: its rows, the bytes so far, of those known.
    Raises InputError where a file cannot be used as the settings say.
    """
    create_landing(connection, settings)
    loaded_at = now.astimezone(UTC).replace(tzinfo=None)
    there = list(all_files(connection, settings))
    write_marks(connection, {str(file.path): file.mark for file in there})
    files = list(new_files(connection, there))
    done, known = 0, sum(file.bytes for file in files)
    for source in settings.sources:
        own = [file for file in files if file.source.name == source.name]
        if own:
            load_source = load_event_log if source.is_event_log else load_wide_rows
            begin_rejecting(connection)
            load_source(connection, settings, own, run_id=run_id, now=loaded_at)
            list_rejected(connection, settings, source, own, loaded_at)
            drop_staged(connection)
            done += sum(file.bytes for file in own)
            told(source.name, _rows_of(connection, source.name, run_id), done, known)
    write_standing(connection, settings)
    list_set_aside(connection, loaded_at + settings.clock_tolerance, loaded_at)
    return len(files)


def _rows_of(connection: duckdb.DuckDBPyConnection, source: str, run_id: str) -> int:
    sql = "select sum(rows_read)::bigint from landing.files where source = ? and run_id = ?"
    return int(one(connection, sql, [source, run_id]) or 0)
