"""The tables of `landing`: what stands, what was rejected, and the count of what became of rows."""

import duckdb

from pipeline.database import quote
from pipeline.settings import Settings

ALWAYS = ("page", "channel", "device")  # columns that every warehouse has, carried or not
COUNTS = (
    "rows_read", "rows_used", "rows_repeated", "rows_superseded", "rows_rejected", "rows_idle",
    "candidates", "events_made", "events_duplicate", "events_superseded", "events_rejected",
)  # fmt: skip
FIXED = """
    create table if not exists landing.files (
        source varchar, file varchar, content_digest varchar, bytes bigint, rows_read bigint,
        run_id varchar, loaded_at timestamp);
    create table if not exists landing.rejected_rows (
        source varchar, file varchar, row_number bigint, column_name varchar, reason varchar,
        loaded_at timestamp, value varchar);
    create table if not exists landing.placeholders (
        identifier_kind varchar, identifier varchar, rows bigint);
    create table if not exists landing.unread_values (
        source varchar, column_name varchar, value varchar, rows bigint);
    create table if not exists landing.rows (
        source varchar, row_key bigint, version varchar, version_order double,
        content_digest bigint, identifier_set_id bigint, is_idle boolean, file varchar,
        row_number bigint);
    create table if not exists landing.attributes (
        source varchar, row_key bigint, identifier_set_id bigint, name varchar, value varchar,
        version varchar, version_order double);
"""


def carried_columns(settings: Settings) -> list[str]:
    """The columns of `landing.events` that are text carried along."""
    return list(dict.fromkeys([*ALWAYS, *settings.carried_columns()]))


def event_columns(settings: Settings) -> dict[str, str]:
    """The columns of `landing.events` and their types; the last six are not shown further up."""
    return {
        "event_id": "bigint",
        "source": "varchar",
        "event": "varchar",
        "occurred_at": "timestamp",
        "identifier_set_id": "bigint",
        "value": "double",
        "score": "double",
        "score_scale": "varchar",
        "text": "varchar",
        **dict.fromkeys(carried_columns(settings), "varchar"),
        "row_key": "bigint",
        "version": "varchar",
        "version_order": "double",
        "file": "varchar",
        "row_number": "bigint",
    }


def identifier_columns(settings: Settings) -> dict[str, str]:
    """{kind: column} of `landing.identifier_sets`."""
    return {kind: f"identifier_{kind}" for kind in sorted(settings.identifier_kinds())}


def create_landing(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Make the tables of `landing` where they are not there yet."""
    connection.execute(FIXED)
    columns = ", ".join(f"{quote(name)} {kind}" for name, kind in event_columns(settings).items())
    connection.execute(f"create table if not exists landing.events ({columns})")
    kinds = ", ".join(f"{quote(name)} varchar" for name in identifier_columns(settings).values())
    connection.execute(
        f"create table if not exists landing.identifier_sets (identifier_set_id bigint, {kinds})"
    )
    counts = ", ".join(f"{name} bigint" for name in COUNTS)
    connection.execute(f"create table if not exists landing.balances (source varchar, {counts})")
    connection.execute("create or replace table run.touched_sets (identifier_set_id bigint)")
    for source in settings.sources:
        zeros = ", ".join("0" for _ in COUNTS)
        connection.execute(
            f"insert into landing.balances select ?, {zeros} "
            "where ? not in (select source from landing.balances)",
            [source.name, source.name],
        )


def drop_staged(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget what one load of one source had to keep at hand."""
    for view in ("candidates", "staged_rows"):
        connection.execute(f"drop view if exists temp.{view}")
    for table in ("staged", "staged_files", "gaps", "rejected", "contested", "ranked", "replaced",
                  "winners", "told"):  # fmt: skip
        connection.execute(f"drop table if exists temp.{table}")


def count(connection: duckdb.DuckDBPyConnection, source: str, **more: int) -> None:
    """Add to the balance of a source."""
    for name, number in more.items():
        assert name in COUNTS
        connection.execute(
            f"update landing.balances set {name} = {name} + ? where source = ?", [number, source]
        )
