"""Which of several candidates for one event stands: the highest (version, content), ever seen.

The same rule whatever came first, within a file, across files and across runs.
"""

import duckdb

from pipeline.database import one, quote
from pipeline.load.landing import event_columns
from pipeline.load.values import joined, key
from pipeline.settings import Settings

CONTENT_LESS = ("event_id", "row_key", "version", "version_order", "file", "row_number")


def merge_events(connection: duckdb.DuckDBPyConnection, settings: Settings) -> tuple[int, int]:
    """Merge temp.candidates (columns of `landing.events`) into it; counts repeated and superseded.

    A candidate with the version and content of another is repeated; one that loses is superseded,
    and so is an event of an earlier run that loses now.
    """
    connection.execute("""
        create or replace temp table contested as
        select event_id from candidates group by event_id having count(*) > 1
        union
        select event_id from candidates
        where event_id in (select event_id from landing.events)
    """)
    repeated, superseded = 0, 0
    if one(connection, "select count(*) from contested"):
        repeated, superseded = _settle(connection, settings)
    _touch(connection, "candidates")
    connection.execute("insert into landing.events select * from candidates")
    connection.execute("drop table contested; drop table candidates")
    return repeated, superseded


def _settle(connection: duckdb.DuckDBPyConnection, settings: Settings) -> tuple[int, int]:
    """Leave in temp.candidates and in landing only what stands."""
    columns = ", ".join(map(quote, event_columns(settings)))
    content = key(joined(quote(c) for c in event_columns(settings) if c not in CONTENT_LESS))
    connection.execute(f"""
        create or replace temp table ranked as
        with rivals as (
            select {columns}, true as is_new from candidates
            where event_id in (select event_id from contested)
            union all
            select {columns}, false from landing.events
            where event_id in (select event_id from contested)
        ),
        told as (select *, {content} as content_digest from rivals)
        select
            *,
            row_number() over (
                partition by event_id
                order by version_order desc nulls last, version desc nulls last,
                    content_digest desc, is_new, file, row_number
            ) as place,
            row_number() over (
                partition by event_id, version, content_digest order by is_new, file, row_number
            ) as telling
        from told
    """)
    counted = connection.execute("""
        select
            count(*) filter (where telling > 1),
            count(*) filter (where telling = 1 and place > 1)
        from ranked
    """).fetchone() or (0, 0)
    connection.execute("""
        create or replace temp table replaced as
        select old.event_id, old.identifier_set_id
        from ranked as old
        where not old.is_new and old.place > 1
    """)
    _touch(connection, "replaced")
    connection.execute(f"""
        delete from landing.events where event_id in (select event_id from replaced);
        delete from candidates where event_id in (select event_id from contested);
        insert into candidates select {columns} from ranked where is_new and place = 1;
        drop table ranked; drop table replaced;
    """)
    return counted[0], counted[1]


def _touch(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    connection.execute(
        f"insert into run.touched_sets select distinct identifier_set_id from {table}"
    )


def merge_identifier_sets(
    connection: duckdb.DuckDBPyConnection, table: str, kinds: dict[str, str]
) -> None:
    """Add the combinations of identifiers of a staged table that are new."""
    columns = ", ".join(quote(column) for column in kinds.values())
    connection.execute(f"""
        insert into landing.identifier_sets
        select distinct identifier_set_id, {columns} from {table}
        where reason is null
            and identifier_set_id not in (select identifier_set_id from landing.identifier_sets)
    """)
