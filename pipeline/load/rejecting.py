"""Rows that cannot be used: each is listed with its reason, and too many of them stop the run."""

from datetime import datetime

import duckdb

from pipeline.errors import InputError
from pipeline.load.files import SourceFile
from pipeline.load.landing import count
from pipeline.load.unread import UnreadLine
from pipeline.settings import Settings, Source

SHOWN = 3  # reasons, and files, in a message
# A row that was listed already, before its file grew, is not listed again.
LIST = """
    insert into landing.rejected_rows
    select $source, rejected.file, rejected.row_number, rejected.column_name, rejected.reason, $now,
        rejected.value
    from rejected
    where not exists (
        select 1 from landing.rejected_rows as known
        where known.source = $source
            and known.file = rejected.file
            and known.row_number = rejected.row_number
            and known.reason = rejected.reason
            and known.column_name is not distinct from rejected.column_name
            and known.value is not distinct from rejected.value
    )
    order by all
"""
REASONS = """
    select reason, count(*), arg_min(struct_pack(file, row_number, value), (file, row_number))
    from rejected group by reason order by count(*) desc, reason limit ?
"""


def begin_rejecting(connection: duckdb.DuckDBPyConnection) -> None:
    """Make temp.rejected: what one load of one source cannot use."""
    connection.execute(
        "create or replace temp table rejected (file varchar, row_number bigint, "
        "column_name varchar, reason varchar, value varchar)"
    )


def reject_lines(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, lines: list[UnreadLine]
) -> None:
    """List and count the lines of a file that were no rows."""
    if lines:
        connection.execute(
            "insert into rejected select ?, unnest(?::bigint[]), null, unnest(?::varchar[]), "
            "unnest(?::varchar[])",
            [
                file.name, [line.row_number for line in lines], [line.reason for line in lines],
                [line.value for line in lines],
            ],
        )  # fmt: skip
    count(connection, file.source.name, rows_rejected=len(lines))


def reject_staged(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """List the staged rows that have a reason, and count them and their candidate events."""
    rejected, candidates = connection.execute(
        "select count(*), cast(coalesce(sum(candidates), 0) as bigint) from staged "
        "where reason is not null"
    ).fetchall()[0]
    if rejected:
        connection.execute(
            "insert into rejected select file, row_number, column_name, reason, given "
            "from staged_rows where reason is not null"
        )
    count(
        connection, source.name,
        rows_rejected=rejected, candidates=candidates, events_rejected=candidates,
    )  # fmt: skip


def list_rejected(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    source: Source,
    files: list[SourceFile],
    now: datetime,
) -> None:
    """Add what was rejected to `landing.rejected_rows`.

    Raises InputError when it is more of the new rows than the settings allow.
    """
    sql = "select coalesce(sum(rows_read), 0) from landing.files where source = ? and list_contains(?, content_digest)"  # noqa: E501
    digests = [file.digest for file in files]
    read = connection.execute(sql, [source.name, digests]).fetchall()[0][0]
    rejected, untimed = connection.execute("""
        select
            count(distinct (file, row_number)),
            count(distinct (file, row_number)) filter (where contains(reason, 'time'))
        from rejected
    """).fetchall()[0]
    if rejected > settings.max_rejected_share * read:
        what = f"{rejected:,} of {read:,} rows were rejected, {rejected / read:.0%}"
        if untimed == read:
            what = f"no row has a usable time ({_time_columns(source)})"
        raise InputError(_refusal(connection, settings, source, files, what))
    connection.execute(LIST, {"source": source.name, "now": now})


def _time_columns(source: Source) -> str:
    names = [source.time] if source.time else [event.time for event in source.events]
    listed = ", ".join(repr(name) for name in dict.fromkeys(names))
    return f"column {listed}" if len(names) == 1 else f"columns {listed}"


def _refusal(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    source: Source,
    files: list[SourceFile],
    what: str,
) -> str:
    names = ", ".join(str(file.path) for file in files[:SHOWN])
    more = f" and {len(files) - SHOWN} more" if len(files) > SHOWN else ""
    reasons = [
        f"  - {reason}: {rows:,} rows, the first is row {first['row_number']}"
        + (f" of {first['file']}" if len(files) > 1 else "")
        + (f", which has {first['value']!r}" if first["value"] else "")
        for reason, rows, first in connection.execute(REASONS, [SHOWN]).fetchall()
    ]
    return "\n".join([
        f"{names}{more}: source {source.name}: {what}, so nothing was published.",
        *reasons,
        "Mend the file or the source's settings; more than "
        f"{settings.max_rejected_share:.0%} is allowed by max_rejected_share.",
    ])  # fmt: skip
