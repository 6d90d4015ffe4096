"""Wide rows: one row of a CRM or survey export holds several events, and attributes."""

from datetime import datetime

import duckdb

from pipeline.database import one, quote, text
from pipeline.load.files import SourceFile
from pipeline.load.landing import carried_columns, count, event_columns, identifier_columns
from pipeline.load.merging import merge_events, merge_identifier_sets
from pipeline.load.reading import Reading
from pipeline.load.staging import (
    NO_IDENTIFIER,
    as_text,
    as_time,
    carried,
    count_placeholders,
    identifiers,
    note_placeholders,
    quoted,
    raw_columns_of,
    reject_staged,
    stage,
)
from pipeline.load.times import why_unreadable
from pipeline.load.values import identifier_set, joined, key, number, score, version_order
from pipeline.rules import compile_rule
from pipeline.settings import Settings, Source, WideEvent


def load_wide_rows(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    files: list[SourceFile],
    *,
    run_id: str,
    now: datetime,
) -> None:
    """Load the new files of one source of wide rows into `landing`."""
    source = files[0].source
    stage(
        connection, files, _columns(source), lambda reading: _select(connection, reading, settings),
        run_id=run_id, now=now,
    )  # fmt: skip
    reject_staged(connection, source, now)
    merge_identifier_sets(connection, "staged", identifier_columns(settings))
    count_placeholders(connection)
    _settle_rows(connection, source)
    _put_rows(connection, source)
    _put_events(connection, source, settings, now)
    connection.execute("drop table staged; drop table standing")


def _columns(source: Source) -> list[str]:
    """The raw columns in use."""
    wide = [
        name
        for event in source.events
        for name in (event.time, event.value, event.text, event.score and event.score.column)
        if name
    ]
    single = [name for name in (source.row_id, source.version) if name]
    rules = [name for event in source.events for name in raw_columns_of(event.where)]
    return [
        *single, *source.identifiers.values(), *source.columns.values(),
        *source.attributes.values(), *wide, *rules,
    ]  # fmt: skip


def _select(connection: duckdb.DuckDBPyConnection, reading: Reading, settings: Settings) -> str:
    """One row per row of the file: its key, version, identifiers, attributes and candidates."""
    source = reading.file.source
    kinds = identifier_columns(settings)
    ids = identifiers(reading, source, settings)
    version = as_text(reading, source.version)
    mapped = [as_text(reading, name) for name in dict.fromkeys(_columns(source))]
    parsed = {
        "row_number": "row_number",
        "id_text": as_text(reading, source.row_id),
        "version": version,
        "version_order": version_order(version),
        "content_digest": key(joined(mapped)),
        "placeholders": note_placeholders(connection, reading, source, settings),
        "is_unreadable": reading.is_unreadable,
        "why_unreadable": reading.why,
        **carried(reading, source, settings),
        **{kinds[kind]: sql for kind, sql in ids.items()},
        **{
            f"attribute_{place}": f"nullif(trim({as_text(reading, name)}), '')"
            for place, name in enumerate(source.attributes.values())
        },
    }
    for place, event in enumerate(source.events):
        parsed |= _candidate(place, event, reading, source)
    columns = {kind: quote(column) for kind, column in kinds.items()}
    nobody = f"coalesce({', '.join(columns.values())}) is null"
    has_candidate = " or ".join(f"is_set_{place}" for place in range(len(source.events)))
    made = {
        "row_key": _row_key(source),
        "identifier_set_id": identifier_set(columns),
        "file": text(reading.file.name),
        "reason": f"case when is_unreadable then why_unreadable "
        f"when {nobody} then {text(NO_IDENTIFIER)} end",
        "column_name": f"case when not is_unreadable and {nobody} then 'identifiers' end",
        "is_idle": f"not ({' or '.join(filter(None, [has_candidate, *_has_attribute(source)]))})",
    }
    return f"select *, {quoted(made)} from (select {quoted(parsed)} from {reading.relation})"


def _row_key(source: Source) -> str:
    """The key of the source's own id of the row; where it gives none, of everything mapped."""
    digest = key(joined([text(source.name), "content_digest"]))
    if source.row_id is None:
        return digest
    own = key(joined([text(source.name), "trim(id_text)"]))
    return f"case when nullif(trim(id_text), '') is null then {digest} else {own} end"


def _has_attribute(source: Source) -> list[str]:
    return [f"attribute_{place} is not null" for place in range(len(source.attributes))]


def _candidate(place: int, event: WideEvent, reading: Reading, source: Source) -> dict[str, str]:
    """The columns of one event that the row may hold."""
    time_text = as_text(reading, event.time)
    where = compile_rule(event.where, reading.columns, event.event) if event.where else "true"
    return {
        f"time_text_{place}": time_text,
        f"occurred_at_{place}": as_time(reading, event.time, source),
        f"is_set_{place}": f"nullif(trim({time_text}), '') is not null and {where}",
        f"value_{place}": number(reading.columns[event.value]) if event.value else "null::double",
        f"score_{place}": score(reading.columns[event.score.column], event.score)
        if event.score
        else "null::double",
        f"text_{place}": as_text(reading, event.text),
    }


def _settle_rows(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """temp.standing: each staged row, whether it stands, is repeated or superseded.

    What an earlier run left standing and now loses is listed in temp.replaced.
    """
    connection.execute(
        """
        create or replace temp table standing as
        with rivals as (
            select row_key, version, version_order, content_digest, file, row_number, true as is_new
            from staged where reason is null
            union all
            select row_key, version, version_order, content_digest, file, row_number, false
            from landing.rows
            where source = ? and row_key in (select row_key from staged where reason is null)
        )
        select
            *,
            row_number() over (
                partition by row_key
                order by version_order desc nulls last, version desc nulls last,
                    content_digest desc, is_new, file, row_number
            ) as place,
            row_number() over (
                partition by row_key, version, content_digest order by is_new, file, row_number
            ) as telling
        from rivals
        """,
        [source.name],
    )
    repeated, superseded = connection.execute("""
        select
            count(*) filter (where telling > 1),
            count(*) filter (where telling = 1 and place > 1)
        from standing
    """).fetchone() or (0, 0)
    count(connection, source.name, rows_repeated=repeated, rows_superseded=superseded)


def _put_rows(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Replace what no longer stands: rows, their events and their attributes."""
    connection.execute(
        """
        create or replace temp table replaced as
        select row_key, identifier_set_id from landing.rows
        where source = ? and row_key in (
            select row_key from standing where not is_new and place > 1)
        """,
        [source.name],
    )
    gone = one(
        connection,
        "select count(*) from landing.events where row_key in (select row_key from replaced)",
    )
    count(connection, source.name, events_superseded=gone)
    connection.execute("insert into run.touched_sets select identifier_set_id from replaced")
    for table in ("rows", "events", "attributes"):
        connection.execute(
            f"delete from landing.{table} "
            "where source = ? and row_key in (select row_key from replaced)",
            [source.name],
        )
    connection.execute("drop table replaced")
    connection.execute(
        """
        create or replace temp table winners as
        select staged.* from staged
        join standing using (row_key, file, row_number)
        where standing.is_new and standing.place = 1 and staged.reason is null
        """
    )
    connection.execute(
        "insert into landing.rows select ?, row_key, version, version_order, content_digest, "
        "identifier_set_id, is_idle, file, row_number from winners",
        [source.name],
    )
    connection.execute("insert into run.touched_sets select identifier_set_id from winners")
    for place, name in enumerate(source.attributes):
        connection.execute(
            f"insert into landing.attributes select ?, row_key, identifier_set_id, ?, "
            f"attribute_{place}, version, version_order from winners",
            [source.name, name],
        )


def _put_events(
    connection: duckdb.DuckDBPyConnection, source: Source, settings: Settings, now: datetime
) -> None:
    """Make the events of the rows that stand, and count what became of every candidate."""
    shown = event_columns(settings)
    connection.execute(
        "create or replace temp table candidates as select "
        + ", ".join(f"null::{kind} as {quote(name)}" for name, kind in shown.items())
        + " where false"
    )
    for place, event in enumerate(source.events):
        _count_candidates(connection, source, place)
        _reject_candidates(connection, source, place, event, now)
        connection.execute(
            f"insert into candidates select {_event(place, event, source, settings)} "
            f"from winners where is_set_{place} and occurred_at_{place} is not null"
        )
    repeated, superseded = merge_events(connection, settings)
    count(connection, source.name, events_duplicate=repeated, events_superseded=superseded)
    connection.execute("drop table winners")


def _count_candidates(connection: duckdb.DuckDBPyConnection, source: Source, place: int) -> None:
    """Candidates of repeated rows are duplicates, those of superseded rows superseded."""
    total, repeated, superseded = connection.execute(f"""
        select
            count(*),
            count(*) filter (where telling > 1),
            count(*) filter (where telling = 1 and place > 1)
        from staged join standing using (row_key, file, row_number)
        where standing.is_new and staged.reason is null and is_set_{place}
    """).fetchone() or (0, 0, 0)
    count(
        connection, source.name,
        candidates=total, events_duplicate=repeated, events_superseded=superseded,
    )  # fmt: skip


def _reject_candidates(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    place: int,
    event: WideEvent,
    now: datetime,
) -> None:
    unreadable = f"from winners where is_set_{place} and occurred_at_{place} is null"
    why = why_unreadable(f"time_text_{place}")
    connection.execute(
        f"insert into landing.rejected_rows select ?, file, row_number, ?, {why}, ? {unreadable}",
        [source.name, event.time, now],
    )
    count(connection, source.name, events_rejected=one(connection, f"select count(*) {unreadable}"))


def _event(place: int, event: WideEvent, source: Source, settings: Settings) -> str:
    """The columns of `landing.events` for one event of a row."""
    kinds = [quote(column) for column in identifier_columns(settings).values()]
    name, own = text(event.event), [text(source.name)]
    by_content = key(joined([*own, name, f"occurred_at_{place}", *kinds]))
    by_row = key(joined([*own, "trim(id_text)", name]))
    has_id = "nullif(trim(id_text), '') is not null"
    made = {
        "event_id": f"case when {has_id} then {by_row} else {by_content} end"
        if source.row_id
        else by_content,
        "source": text(source.name),
        "event": name,
        "occurred_at": f"occurred_at_{place}",
        "identifier_set_id": "identifier_set_id",
        "value": f"value_{place}",
        "score": f"score_{place}",
        "score_scale": text(event.score.scale) if event.score else "null::varchar",
        "text": f"text_{place}",
        **{column: quote(column) for column in carried_columns(settings)},
        "row_key": "row_key",
        "version": "version",
        "version_order": "version_order",
        "file": "file",
        "row_number": "row_number",
    }
    return quoted(made)
