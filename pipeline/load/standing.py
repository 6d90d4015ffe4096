"""Which wide rows stand: the newest version of each, with its attributes."""

import duckdb

from pipeline.database import one
from pipeline.load.landing import count
from pipeline.load.settling import rank
from pipeline.settings import Source

RIVALS = """
    select row_key, version, version_order, content_digest, file, row_number, pointer,
        identifier_set_id, true as is_new
    from staged_rows where reason is null
    union all
    select row_key, version, version_order, content_digest, file, row_number, null,
        identifier_set_id, false
    from landing.rows
    where source = '{source}' and row_key in (select row_key from staged where reason is null)
"""
REPLACED = """
    create or replace temp table replaced as
    select row_key, is_winning from ranked where not is_new and place > 1
"""
GONE = """
    select count(*) filter (where is_winning), count(*) filter (where not is_winning)
    from landing.events join replaced using (row_key) where source = ?
"""
WINNERS = """
    create or replace temp table winners as
    select * from staged_rows
    where pointer in (select pointer from ranked where is_new and place = 1)
"""
# Of rows that were told again or lost, the events are too.
CANDIDATES = """
    select
        cast(coalesce(sum(candidates), 0) as bigint),
        cast(coalesce(sum(candidates) filter (where telling > 1), 0) as bigint),
        cast(coalesce(sum(candidates) filter (where telling = 1 and place > 1), 0) as bigint)
    from ranked join staged on ranked.pointer = staged.rowid
    where ranked.is_new
"""


def settle_rows(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Bring `landing.rows` and `landing.attributes` up to date with the staged rows.

    Events of rows that no longer stand go. Leaves in temp.winners the staged rows that stand.
    """
    rivals = RIVALS.format(source=source.name.replace("'", "''"))
    repeated, superseded = rank(connection, rivals, "row_key")
    candidates, duplicate, lost = connection.execute(CANDIDATES).fetchall()[0]
    count(
        connection, source.name,
        rows_repeated=repeated, rows_superseded=superseded,
        candidates=candidates, events_duplicate=duplicate, events_superseded=lost,
    )  # fmt: skip
    _touch(connection)
    _remove_replaced(connection, source)
    connection.execute(WINNERS)
    connection.execute(
        "insert into landing.rows select ?, row_key, version, version_order, content_digest, "
        "identifier_set_id, is_idle, file, row_number from winners",
        [source.name],
    )
    for place, name in enumerate(source.attributes):
        connection.execute(
            "insert into landing.attributes select ?, row_key, identifier_set_id, ?, "
            f"attribute_{place}, version, version_order from winners",
            [source.name, name],
        )


def _touch(connection: duckdb.DuckDBPyConnection) -> None:
    """Note the combinations of identifiers whose rows came or went."""
    connection.execute("""
        insert into run.touched_sets
        select distinct identifier_set_id from ranked
        where (is_new and place = 1 and not is_known) or (not is_new and not is_winning)
    """)


def _remove_replaced(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Take away rows that no longer stand, with their events and attributes."""
    connection.execute(REPLACED)
    if not one(connection, "select count(*) from replaced"):
        return
    same, other = connection.execute(GONE, [source.name]).fetchall()[0]
    count(connection, source.name, events_duplicate=same, events_superseded=other)
    for table in ("rows", "events", "attributes"):
        connection.execute(
            f"delete from landing.{table} "
            "where source = ? and row_key in (select row_key from replaced)",
            [source.name],
        )
