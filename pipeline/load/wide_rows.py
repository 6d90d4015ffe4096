"""Wide rows: one row of a CRM or survey export holds several events, and attributes."""

from datetime import datetime

import duckdb

from pipeline.database import quote, text
from pipeline.load.files import SourceFile
from pipeline.load.merging import merge_identifier_sets
from pipeline.load.noting import count_placeholders, count_unread_values
from pipeline.load.parsing import (
    NO_IDENTIFIER,
    NOBODY,
    Expressions,
    amounts,
    carried,
    given,
    holds,
    identified,
    instant,
    layered,
    raw_columns_of,
    set_id,
    spelled,
)
from pipeline.load.reading import Reading
from pipeline.load.rejecting import reject_staged
from pipeline.load.staging import stage
from pipeline.load.standing import settle_rows
from pipeline.load.values import joined, key, version_order
from pipeline.load.wide_events import put_events
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
        connection, files, _columns(source), lambda reading: _select(reading, settings),
        run_id=run_id, now=now,
    )  # fmt: skip
    reject_staged(connection, source)
    merge_identifier_sets(connection, list(source.identifiers))
    count_placeholders(connection, source)
    count_unread_values(connection, source, _unread(source))
    settle_rows(connection, source)
    put_events(connection, source, settings)


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


def _unread(source: Source) -> dict[str, str]:
    values = {f"unread_value_{n}": e.value for n, e in enumerate(source.events) if e.value}
    scores = {f"unread_score_{n}": e.score.column for n, e in enumerate(source.events) if e.score}
    return values | scores


def _select(reading: Reading, settings: Settings) -> str:
    """One row per row of the file: its key, version, identifiers, attributes and candidates."""
    source = reading.file.source
    version = reading.text(source.version)
    mapped = [reading.text(name) for name in dict.fromkeys(_columns(source))]
    events = [_candidate(place, event, reading) for place, event in enumerate(source.events)]
    kept = {
        "id_text": f"nullif(trim({reading.text(source.row_id)}), '')",
        "version": version,
        "version_order": version_order(version),
        "content_digest": key(joined(mapped)),
        **carried(reading),
        **_attributes(reading),
        **{name: sql for event in events for name, sql in event.items()},
    }
    parsed = {"is_unreadable": reading.is_unreadable, **spelled(reading)}
    ids = identified(source, settings)
    reason = (
        f"case when is_unreadable then {reading.why} when {NOBODY} then {text(NO_IDENTIFIER)} end"
    )
    names = ", ".join(dict.fromkeys(source.identifiers.values()))
    made = {"row_key": _row_key(source), "reason": reason, "candidates": _candidates(source)}
    last = {
        "column_name": f"case when reason = {text(NO_IDENTIFIER)} then {text(names)} end",
        "given": given(source),
        "is_idle": f"not is_unreadable and candidates = 0 and not ({_has_attribute(source)})",
    }
    shown = ["number_in_file", *kept, *ids, "identifier_set_id", *made, *last]
    layers = layered(reading.rows(), {**parsed, **kept}, ids, set_id(source), made, last)
    return f"select {', '.join(map(quote, shown))} from {layers}"


def _row_key(source: Source) -> str:
    """The key of the source's own id of the row; where it gives none, of everything mapped."""
    digest = key(joined([text(source.name), "content_digest"]))
    own = key(joined([text(source.name), "id_text"]))
    return f"case when id_text is null then {digest} else {own} end"


def _attributes(reading: Reading) -> Expressions:
    return {
        f"attribute_{place}": f"nullif(trim({reading.text(name)}), '')"
        for place, name in enumerate(reading.file.source.attributes.values())
    }


def _has_attribute(source: Source) -> str:
    places = range(len(source.attributes))
    return " or ".join(f"attribute_{place} is not null" for place in places) or "false"


def _candidates(source: Source) -> str:
    """SQL of how many events the row may hold."""
    told = [f"cast(is_set_{place} as integer)" for place in range(len(source.events))]
    return f"case when is_unreadable then 0 else {' + '.join(told) or '0'} end"


def _candidate(place: int, event: WideEvent, reading: Reading) -> Expressions:
    """The columns of one event that the row may hold."""
    time_text = reading.text(event.time)
    is_set = f"nullif(trim({time_text}), '') is not null"
    made = {
        f"time_text_{place}": time_text,
        f"occurred_at_{place}": instant(reading, event.time),
        f"is_set_{place}": f"{is_set} and {holds(event.where, reading, event.event)}",
        **amounts(reading, event.value, event.score, suffix=f"_{place}"),
    }
    if event.text:
        made[f"text_{place}"] = reading.text(event.text)
    for name in (f"unread_value_{place}", f"unread_score_{place}"):
        if name in made:  # of a row without the event, it is nobody's
            made[name] = f"case when {made[f'is_set_{place}']} then {made[name]} end"
    return made
