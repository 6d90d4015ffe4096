"""What both kinds of source have in common when their raw rows are staged."""

from collections.abc import Callable, Iterable
from datetime import datetime

import duckdb

from pipeline.database import one, quote, text
from pipeline.errors import InputError
from pipeline.load.files import SourceFile
from pipeline.load.landing import carried_columns, count, identifier_columns
from pipeline.load.reading import Reading, read, unread_lines
from pipeline.load.times import typed_utc, utc
from pipeline.load.values import identifier, is_placeholder, spelling
from pipeline.rules import columns_of
from pipeline.settings import Settings, Source

NO_IDENTIFIER = "no usable identifier"


def stage(
    connection: duckdb.DuckDBPyConnection,
    files: list[SourceFile],
    columns: Iterable[str],
    select: Callable[[Reading], str],
    *,
    run_id: str,
    now: datetime,
) -> None:
    """Read all files of a source into temp.staged by the select that `select` gives for each."""
    wanted = list(columns)
    for number, file in enumerate(files):
        reading = read(connection, file, wanted)
        head = "insert into staged" if number else "create or replace temp table staged as"
        before = one(connection, "select count(*) from staged") if number else 0
        _execute(connection, f"{head} {select(reading)}", file)
        rows = one(connection, "select count(*) from staged") - before
        unread = unread_lines(connection)
        _reject_lines(connection, file, unread, now)
        connection.execute(
            "insert into landing.files values (?, ?, ?, ?, ?, ?, ?)",
            [file.source.name, file.name, file.digest, file.bytes, rows + len(unread), run_id, now],
        )
        count(connection, file.source.name, rows_read=rows + len(unread))


def _execute(connection: duckdb.DuckDBPyConnection, sql: str, file: SourceFile) -> None:
    try:
        connection.execute(sql)
    except (duckdb.InvalidInputException, duckdb.IOException) as problem:
        raise InputError(
            f"{file.path}: source {file.source.name}: cannot be read as {file.kind}. "
            f"{str(problem).splitlines()[0]}"
        ) from problem


def _reject_lines(
    connection: duckdb.DuckDBPyConnection,
    file: SourceFile,
    lines: list[tuple[int, str]],
    now: datetime,
) -> None:
    rows = [(file.source.name, file.name, number, None, reason, now) for number, reason in lines]
    if rows:
        connection.executemany("insert into landing.rejected_rows values (?, ?, ?, ?, ?, ?)", rows)
    count(connection, file.source.name, rows_rejected=len(rows))


def reject_staged(connection: duckdb.DuckDBPyConnection, source: Source, now: datetime) -> None:
    """List the staged rows that have a reason, and count them."""
    connection.execute(
        "insert into landing.rejected_rows "
        "select ?, file, row_number, column_name, reason, ? from staged where reason is not null",
        [source.name, now],
    )
    rejected = one(connection, "select count(*) from staged where reason is not null")
    count(connection, source.name, rows_rejected=rejected)


def identifiers(reading: Reading, source: Source, settings: Settings) -> dict[str, str]:
    """{kind: SQL} for every kind of identifier; null for those that the source does not have."""
    return {
        kind: identifier(_text(reading, source.identifiers[kind]), kind, settings)
        if kind in source.identifiers
        else "cast(null as varchar)"
        for kind in identifier_columns(settings)
    }


def carried(reading: Reading, source: Source, settings: Settings) -> dict[str, str]:
    """{column: SQL} for every column carried along; null for those that the source lacks."""
    return {
        name: _text(reading, source.columns[name]) if name in source.columns else "null::varchar"
        for name in carried_columns(settings)
    }


def _text(reading: Reading, column: str) -> str:
    return f"cast({reading.columns[column]} as varchar)"


def as_text(reading: Reading, column: str | None) -> str:
    """SQL for a raw column as text; null where the source names none."""
    return "null::varchar" if column is None else _text(reading, column)


def as_time(reading: Reading, column: str, source: Source) -> str:
    """SQL for a raw column as an instant in UTC; null where it cannot be read."""
    typed = typed_utc(reading.columns[column], reading.types.get(column, ""), source)
    return typed or utc(_text(reading, column), source)


def raw_columns_of(rule: str | None) -> list[str]:
    """The raw columns that a rule of a source reads."""
    return sorted(columns_of(rule)) if rule else []


def note_placeholders(
    connection: duckdb.DuckDBPyConnection, reading: Reading, source: Source, settings: Settings
) -> str:
    """SQL for the list of what stood where an identifier should be: structs of kind and text."""
    structs = [
        f"case when {is_placeholder(column, kind, settings)} "
        f"then {{'kind': {text(kind)}, 'seen': {spelling(column, kind)}}} end"
        for kind, name in source.identifiers.items()
        for column in [_text(reading, name)]
    ]
    return f"list_filter([{', '.join(structs)}], lambda one: one.seen is not null)"


def count_placeholders(connection: duckdb.DuckDBPyConnection) -> None:
    """Add what the staged rows had for identifiers that are none to `landing.placeholders`."""
    connection.execute("""
        create or replace temp table seen as
        select identifier_kind, identifier, cast(sum(rows) as bigint) as rows
        from (
            select placeholder.kind as identifier_kind, placeholder.seen as identifier,
                count(*) as rows
            from (select unnest(placeholders) as placeholder from staged
                  where len(placeholders) > 0)
            group by all
            union all
            select * from landing.placeholders
        )
        group by all
    """)
    connection.execute("create or replace table landing.placeholders as from seen order by all")
    connection.execute("drop table seen")


def quoted(expressions: dict[str, str]) -> str:
    """`{name: SQL}` as the columns of a select."""
    return ", ".join(f"{sql} as {quote(name)}" for name, sql in expressions.items())
