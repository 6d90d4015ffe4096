"""Which of several candidates for one event stands: see `settling` for the rule."""

import duckdb

from pipeline.database import one, quote
from pipeline.load.landing import event_columns
from pipeline.load.settling import rank
from pipeline.load.values import joined, key
from pipeline.settings import Settings

CONTENT_LESS = ("event_id", "row_key", "version", "version_order", "file", "row_number")
CONTESTED = """
    create or replace temp table contested as
    select event_id from candidates group by event_id having count(*) > 1
    union
    select event_id from candidates where event_id in (select event_id from landing.events)
"""
RIVALS = """
    select event_id, version, version_order, {content} as content_digest, file, row_number,
        identifier_set_id, {pointer} as pointer, {is_new} as is_new
    from {table} where event_id in (select event_id from contested)
"""
WINNING = (
    "event_id not in (select event_id from contested) "
    "or pointer in (select pointer from ranked where is_new and place = 1)"
)


def merge_events(connection: duckdb.DuckDBPyConnection, settings: Settings) -> tuple[int, int]:
    """Merge temp.candidates (columns of `landing.events`, and pointer) into it.

    Counts those repeated and superseded: a candidate with the version and content of another is
    repeated; one that loses is superseded, and so is an event of an earlier run that loses now.
    """
    columns = ", ".join(map(quote, event_columns(settings)))
    connection.execute(CONTESTED)
    if not one(connection, "select count(*) from contested"):
        _touch(connection, "select identifier_set_id from candidates")
        connection.execute(f"insert into landing.events select {columns} from candidates")
        return 0, 0
    content = key(joined(quote(c) for c in event_columns(settings) if c not in CONTENT_LESS))
    new = RIVALS.format(content=content, pointer="pointer", is_new="true", table="candidates")
    old = RIVALS.format(content=content, pointer="null", is_new="false", table="landing.events")
    counted = rank(connection, f"{new} union all {old}", "event_id")
    _touch(connection, _changed())
    connection.execute(
        "delete from landing.events "
        "where event_id in (select event_id from ranked where not is_new and place > 1)"
    )
    connection.execute(
        f"insert into landing.events select {columns} from candidates where {WINNING}"
    )
    return counted


def _changed() -> str:
    """The sets whose events came, or went for others."""
    return """
        select identifier_set_id from candidates
        where event_id not in (select event_id from contested)
        union all
        select identifier_set_id from ranked
        where (is_new and place = 1 and not is_known) or (not is_new and not is_winning)
    """


def _touch(connection: duckdb.DuckDBPyConnection, select: str) -> None:
    connection.execute(f"insert into run.touched_sets select distinct * from ({select})")


def merge_identifier_sets(connection: duckdb.DuckDBPyConnection, kinds: list[str]) -> None:
    """Add the combinations of identifiers of the staged rows that are new."""
    columns = ", ".join(["identifier_set_id", *(f"identifier_{kind}" for kind in sorted(kinds))])
    connection.execute(f"""
        insert into landing.identifier_sets ({columns})
        select distinct {columns} from staged
        anti join landing.identifier_sets using (identifier_set_id)
        where reason is null
    """)
