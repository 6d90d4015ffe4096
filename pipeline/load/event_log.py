"""Event logs: each row is one event, named by a column."""

from datetime import datetime

import duckdb

from pipeline.database import one, quote, text
from pipeline.load.files import SourceFile
from pipeline.load.landing import count, event_columns
from pipeline.load.merging import merge_events, merge_identifier_sets
from pipeline.load.noting import count_placeholders, count_unread_values
from pipeline.load.parsing import (
    NO_IDENTIFIER,
    NOBODY,
    Expressions,
    all_carried,
    all_identifiers,
    amounts,
    carried,
    given,
    holds,
    identified,
    instant,
    layered,
    listed,
    raw_columns_of,
    set_id,
    spelled,
)
from pipeline.load.reading import Reading
from pipeline.load.rejecting import reject_staged
from pipeline.load.staging import stage
from pipeline.load.times import why_unreadable
from pipeline.load.values import joined, key, version_order
from pipeline.settings import Settings, Source

HAS_TIME = "nullif(trim(time_text), '') is not null"


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
        connection, files, _columns(source), lambda reading: _select(reading, settings),
        run_id=run_id, now=now,
    )  # fmt: skip
    reject_staged(connection, source)
    merge_identifier_sets(connection, list(source.identifiers))
    count_placeholders(connection, source)
    count_unread_values(connection, source, _unread(source))
    connection.execute(
        f"create or replace temp view candidates as select {listed(_event(source, settings))}, "
        "pointer from staged_rows where reason is null and not is_idle"
    )
    made = one(connection, "select count(*) from candidates")
    idle = one(connection, "select count(*) from staged where is_idle")
    repeated, superseded = merge_events(connection, settings)
    count(
        connection, source.name,
        rows_idle=idle, rows_repeated=repeated, rows_superseded=superseded,
        candidates=made, events_duplicate=repeated, events_superseded=superseded,
    )  # fmt: skip


def _columns(source: Source) -> list[str]:
    """The raw columns in use."""
    single = (source.time, source.event, source.event_id, source.version, source.value, source.text)
    return [
        *(name for name in single if name is not None),
        *([source.score.column] if source.score else []),
        *source.identifiers.values(),
        *source.columns.values(),
        *raw_columns_of(source.where),
    ]


def _unread(source: Source) -> dict[str, str]:
    found = {"unread_value": source.value} if source.value else {}
    return found | ({"unread_score": source.score.column} if source.score else {})


def _select(reading: Reading, settings: Settings) -> str:
    """One row per row of the file: an event, or the reason why it is none."""
    source = reading.file.source
    assert source.time and source.event
    kept = {
        "event": f"nullif(trim({reading.text(source.event)}), '')",
        "occurred_at": instant(reading, source.time),
        **amounts(reading, source.value, source.score),
        **({"text": reading.text(source.text)} if source.text else {}),
        **_version(reading, source.version),
        **carried(reading),
    }
    parsed = {
        "time_text": reading.text(source.time),
        "own_id": f"trim({reading.text(source.event_id)})",
        "is_unreadable": reading.is_unreadable,
        "is_idle": f"not {reading.is_unreadable} and not {holds(source.where, reading, 'where')}",
        **spelled(reading),
    }
    ids, made = identified(source, settings), {"reason": _reason(reading.why)}
    told = {"column_name": _column(source)}
    last = {
        "event_id": _event_id(source, settings),
        "given": given(source, source.time),
        "candidates": f"cast(not is_unreadable and not is_idle and {HAS_TIME} as integer)",
    }
    names = ["number_in_file", *kept, "is_idle", *ids, "identifier_set_id", *made, *told, *last]
    layers = layered(reading.rows(), {**parsed, **kept}, ids, set_id(source), made, told, last)
    return f"select {', '.join(map(quote, names))} from {layers}"


def _version(reading: Reading, column: str | None) -> Expressions:
    if column is None:
        return {}
    return {
        "version": reading.text(column),
        "version_order": version_order(reading.text(column)),
    }


def _event_id(source: Source, settings: Settings) -> str:
    """The key of the source's own id; where it gives none, of everything mapped."""
    everything = [
        text(source.name), "event", "occurred_at", *all_identifiers(source, settings),
        "value" if source.value else "null",
        "score" if source.score else "null",
        "text" if source.text else "null",
        *all_carried(source, settings).values(),
    ]  # fmt: skip
    digest = key(joined(everything))
    if source.event_id is None:
        return digest
    own = key(joined([text(source.name), "own_id"]))
    return f"case when nullif(own_id, '') is null then {digest} else {own} end"


def _reason(why: str) -> str:
    return (
        f"case when is_unreadable then {why} when is_idle then null "
        "when event is null then 'the event has no name' "
        f"when occurred_at is null then {why_unreadable('time_text')} "
        f"when {NOBODY} then {text(NO_IDENTIFIER)} end"
    )


def _column(source: Source) -> str:
    """The column that the reason is about."""
    assert source.time and source.event
    identifiers = ", ".join(dict.fromkeys(source.identifiers.values()))
    return (
        "case when reason is null or is_unreadable then null "
        f"when event is null then {text(source.event)} "
        f"when occurred_at is null then {text(source.time)} else {text(identifiers)} end"
    )


def _event(source: Source, settings: Settings) -> Expressions:
    """The columns of `landing.events`, of the staged rows."""
    own = {
        "source": text(source.name),
        "score_scale": text(source.score.scale) if source.score else "null::varchar",
        **all_carried(source, settings),
    }
    absent = {"row_key"}
    absent |= {"value"} if not source.value else set()
    absent |= {"score"} if not source.score else set()
    absent |= {"text"} if not source.text else set()
    absent |= {"version", "version_order"} if not source.version else set()
    return {
        name: f"null::{kind}" if name in absent else own.get(name, quote(name))
        for name, kind in event_columns(settings).items()
    }
