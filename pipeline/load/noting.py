"""What is counted beside the events: identifiers that stand for nobody, values that are none."""

from collections.abc import Mapping

import duckdb

from pipeline.database import one, text
from pipeline.settings import Source

ACCEPTED = "reason is null and not is_idle"
ADD = """
    create or replace temp table noted as
    select {keys}, cast(sum(rows) as bigint) as rows
    from (select * from landing.{table} union all {found}) group by {keys} order by {keys};
    delete from landing.{table}; insert into landing.{table} select * from noted;
    drop table noted
"""


def count_placeholders(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Add what the staged rows had for identifiers that are none to `landing.placeholders`."""
    for kind in source.identifiers:
        column = f"placeholder_{kind}"
        found = (
            f"select {text(kind)}, {column}, count(*) from staged "
            f"where {column} is not null group by {column}"
        )
        _add(connection, "placeholders", "identifier_kind, identifier", found, column)


def count_unread_values(
    connection: duckdb.DuckDBPyConnection, source: Source, columns: Mapping[str, str]
) -> None:
    """Add the texts that should be numbers to `landing.unread_values`.

    `columns` has the staged column of such texts, and the column of the file that they are from.
    """
    for column, name in columns.items():
        found = (
            f"select {text(source.name)}, {text(name)}, {column}, count(*) from staged "
            f"where {column} is not null and {ACCEPTED} group by {column}"
        )
        _add(connection, "unread_values", "source, column_name, value", found, column)


def _add(
    connection: duckdb.DuckDBPyConnection, table: str, keys: str, found: str, column: str
) -> None:
    if one(connection, f"select count({column}) from staged"):
        connection.execute(ADD.format(keys=keys, table=table, found=found))
