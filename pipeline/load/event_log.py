"""Event logs: each row is one event, named by a column."""

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
from pipeline.settings import Settings, Source


def load_event_log(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    files: list[SourceFile],
    *,
    run_id: str,
    now: datetime,
) -> None:
    """Load the new files of one event log into `landing`."""
    source = files[0].source
    stage(
        connection, files, _columns(source), lambda reading: _select(connection, reading, settings),
        run_id=run_id, now=now,
    )  # fmt: skip
    reject_staged(connection, source, now)
    merge_identifier_sets(connection, "staged", identifier_columns(settings))
    count_placeholders(connection)
    shown = ", ".join(map(quote, event_columns(settings)))
    connection.execute(
        f"create or replace temp table candidates as select {shown} from staged "
        "where reason is null and not is_idle"
    )
    idle = one(connection, "select count(*) from staged where reason is null and is_idle")
    timed = one(connection, "select count(*) from staged where column_name = 'time'")
    candidates = one(connection, "select count(*) from candidates")
    connection.execute("drop table staged")
    repeated, superseded = merge_events(connection, settings)
    count(
        connection, source.name,
        rows_idle=idle, rows_repeated=repeated, rows_superseded=superseded,
        candidates=candidates + timed, events_rejected=timed,
        events_duplicate=repeated, events_superseded=superseded,
    )  # fmt: skip


def _columns(source: Source) -> list[str]:
    """The raw columns in use."""
    single = (source.time, source.event, source.event_id, source.version, source.value, source.text)
    return [
        *(name for name in single if name is not None),
        *([source.score.column] if source.score else []),
        *source.identifiers.values(),
        *source.columns.values(),
        *source.attributes.values(),
        *raw_columns_of(source.where),
    ]


def _select(connection: duckdb.DuckDBPyConnection, reading: Reading, settings: Settings) -> str:
    """One row per row of the file: an event, or the reason why it is none."""
    source = reading.file.source
    assert source.time and source.event
    kinds = identifier_columns(settings)
    ids = identifiers(reading, source, settings)
    version = as_text(reading, source.version)
    where = compile_rule(source.where, reading.columns, "where") if source.where else "true"
    parsed = {
        "row_number": "row_number",
        "event": f"nullif(trim({as_text(reading, source.event)}), '')",
        "occurred_at": as_time(reading, source.time, source),
        "time_text": as_text(reading, source.time),
        "id_text": as_text(reading, source.event_id),
        "value": number(reading.columns[source.value]) if source.value else "null::double",
        "score": score(reading.columns[source.score.column], source.score)
        if source.score
        else "null::double",
        "score_scale": text(source.score.scale) if source.score else "null::varchar",
        "text": as_text(reading, source.text),
        "version": version,
        "version_order": version_order(version),
        "placeholders": note_placeholders(connection, reading, source, settings),
        "is_idle": f"not ({where})",
        "is_unreadable": reading.is_unreadable,
        "why_unreadable": reading.why,
        **carried(reading, source, settings),
        **{kinds[kind]: sql for kind, sql in ids.items()},
    }
    columns = {kind: quote(column) for kind, column in kinds.items()}
    made = {
        "event_id": _event_id(source, settings, columns),
        "source": text(source.name),
        "identifier_set_id": identifier_set(columns),
        "row_key": "null::bigint",
        "file": text(reading.file.name),
        "reason": _reason(columns),
        "column_name": _column(columns),
    }
    return f"select *, {quoted(made)} from (select {quoted(parsed)} from {reading.relation})"


def _event_id(source: Source, settings: Settings, columns: dict[str, str]) -> str:
    """The key of the source's own id; where it gives none, of everything mapped."""
    everything = [
        text(source.name), "event", "occurred_at", *columns.values(), "value", "score", "text",
        *map(quote, carried_columns(settings)),
    ]  # fmt: skip
    digest = key(joined(everything))
    if source.event_id is None:
        return digest
    own = key(joined([text(source.name), "trim(id_text)"]))
    return f"case when nullif(trim(id_text), '') is null then {digest} else {own} end"


def _nobody(columns: dict[str, str]) -> str:
    return f"coalesce({', '.join(columns.values())}) is null"


def _reason(columns: dict[str, str]) -> str:
    return (
        "case when is_unreadable then why_unreadable when is_idle then null "
        "when event is null then 'the event has no name' "
        f"when occurred_at is null then {why_unreadable('time_text')} "
        f"when {_nobody(columns)} then {text(NO_IDENTIFIER)} end"
    )


def _column(columns: dict[str, str]) -> str:
    return (
        "case when is_unreadable or is_idle then null when event is null then 'event' "
        f"when occurred_at is null then 'time' when {_nobody(columns)} then 'identifiers' end"
    )
