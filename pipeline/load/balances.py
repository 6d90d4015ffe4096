"""What became of every row and every candidate event, and when too much of a source is rejected."""

from datetime import datetime

import duckdb

from pipeline.database import one
from pipeline.errors import InputError
from pipeline.load.files import SourceFile
from pipeline.settings import Settings, Source

SET_ASIDE = "later than the run's clock, set aside until then"
SHOWN = 3


def write_standing(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Count what stands in `landing` now; all else is counted where it happens."""
    for source in settings.sources:
        table = "landing.events" if source.is_event_log else "landing.rows"
        used = "true" if source.is_event_log else "not is_idle"
        idle = "rows_idle" if source.is_event_log else f"({_count(table, 'is_idle')})"
        connection.execute(
            f"""
            update landing.balances set
                rows_used = ({_count(table, used)}),
                rows_idle = {idle},
                events_made = ({_count("landing.events", "true")})
            where source = $source
            """,
            {"source": source.name},
        )


def _count(table: str, condition: str) -> str:
    return f"select count(*) from {table} where source = $source and {condition}"


def list_set_aside(
    connection: duckdb.DuckDBPyConnection, cutoff: datetime, loaded_at: datetime
) -> None:
    """List the events later than the run's clock among the rejected rows; judged at each run."""
    connection.execute("delete from landing.rejected_rows where reason = ?", [SET_ASIDE])
    connection.execute(
        "insert into landing.rejected_rows "
        "select source, file, row_number, 'time', ?, ? from landing.events where occurred_at > ?",
        [SET_ASIDE, loaded_at, cutoff],
    )


def refuse_mostly_rejected(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    source: Source,
    files: list[SourceFile],
    loaded_at: datetime,
) -> None:
    """Raise InputError when more of the new rows were rejected than the settings allow."""
    names = [file.name for file in files]
    read = one(
        connection,
        "select coalesce(sum(rows_read), 0) from landing.files "
        "where source = ? and loaded_at = ? and list_contains(?, file)",
        [source.name, loaded_at, names],
    )
    told = connection.execute(
        "select count(distinct (file, row_number)), "
        "count(distinct (file, row_number)) filter (where column_name = 'time') "
        "from landing.rejected_rows where source = ? and loaded_at = ?",
        [source.name, loaded_at],
    ).fetchone() or (0, 0)
    rejected, untimed = told
    if not read or rejected <= settings.max_rejected_share * read:
        return
    what = (
        f"no row has a usable time (column {source.time!r})"
        if untimed == read
        else f"{rejected:,} of {read:,} rows were rejected, {rejected / read:.0%}"
    )
    raise InputError(
        f"{', '.join(names)}: source {source.name}: {what}, so nothing was published.\n"
        f"{_reasons(connection, source, loaded_at)}\n"
        f"Mend the file or the source's settings; more than {settings.max_rejected_share:.0%} is "
        "allowed with max_rejected_share."
    )


def _reasons(connection: duckdb.DuckDBPyConnection, source: Source, loaded_at: datetime) -> str:
    rows = connection.execute(
        "select reason, count(*), min(row_number) from landing.rejected_rows "
        "where source = ? and loaded_at = ? group by reason order by count(*) desc, reason limit ?",
        [source.name, loaded_at, SHOWN],
    ).fetchall()
    return "\n".join(
        f"  - {reason} ({count:,} rows, the first is row {first})" for reason, count, first in rows
    )
