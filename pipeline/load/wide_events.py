"""The events that wide rows hold: one for each whose time is set and whose condition holds."""

import duckdb

from pipeline.database import one, quote, text
from pipeline.load.landing import count, event_columns
from pipeline.load.merging import merge_events
from pipeline.load.parsing import SHOWN, all_carried, all_identifiers
from pipeline.load.times import why_unreadable
from pipeline.load.values import joined, key
from pipeline.settings import Settings, Source, WideEvent


def put_events(connection: duckdb.DuckDBPyConnection, source: Source, settings: Settings) -> None:
    """Make the events of temp.winners, the staged rows that stand."""
    columns = event_columns(settings)
    typed = ", ".join(f"{quote(name)} {kind}" for name, kind in columns.items())
    connection.execute(f"create or replace temp table told ({typed})")
    for place, event in enumerate(source.events):
        _reject(connection, source, place, event)
        made = _event(place, event, source, settings)
        shown = ", ".join(made.get(name, "null") for name in columns)
        connection.execute(
            f"insert into told select {shown} from winners "
            f"where is_set_{place} and occurred_at_{place} is not null"
        )
    connection.execute(
        "create or replace temp view candidates as select *, rowid as pointer from told"
    )
    repeated, superseded = merge_events(connection, settings)
    count(connection, source.name, events_duplicate=repeated, events_superseded=superseded)


def _reject(
    connection: duckdb.DuckDBPyConnection, source: Source, place: int, event: WideEvent
) -> None:
    """List the events whose time cannot be read."""
    unreadable = f"from winners where is_set_{place} and occurred_at_{place} is null"
    rejected = one(connection, f"select count(*) {unreadable}")
    count(connection, source.name, events_rejected=rejected)
    if rejected:
        why, shown = why_unreadable(f"time_text_{place}"), f"left(time_text_{place}, {SHOWN})"
        connection.execute(
            f"insert into rejected select file, row_number, ?, {why}, {shown} {unreadable}",
            [event.time],
        )


def _event(place: int, event: WideEvent, source: Source, settings: Settings) -> dict[str, str]:
    """{column: SQL} of `landing.events` for one event of a row; those not told are null."""
    name, own = text(event.event), [text(source.name)]
    by_content = key(
        joined([*own, name, f"occurred_at_{place}", *all_identifiers(source, settings)])
    )
    by_row = key(joined([*own, "id_text", name]))
    made = {
        "event_id": f"case when id_text is null then {by_content} else {by_row} end",
        "source": text(source.name),
        "event": name,
        "occurred_at": f"occurred_at_{place}",
        "identifier_set_id": "identifier_set_id",
        **all_carried(source, settings),
        **{column: column for column in ("row_key", "version", "version_order", "file")},
        "row_number": "row_number",
    }
    if event.value:
        made["value"] = f"value_{place}"
    if event.score:
        made |= {"score": f"score_{place}", "score_scale": text(event.score.scale)}
    if event.text:
        made["text"] = f"text_{place}"
    return made
