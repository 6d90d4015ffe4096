"""Whether one source is an event log or wide rows, and has what that needs."""

from collections.abc import Iterator
from typing import Any

from pipeline.settings_names import listed, named

Problem = tuple[tuple[str | int, ...], str]
FORMS = (
    "a source is either an event log, with `event` and `time` naming columns, or wide rows, with "
    "`events` (each with its `time`) or `attributes`"
)


def check_source(source: dict[str, Any]) -> Iterator[Problem]:
    """Each problem of a source's form, as a location inside it and a sentence."""
    is_log, is_wide = "event" in source, "events" in source or "attributes" in source
    if is_log and is_wide:
        yield (), f"has `event` and {_wide_keys(source)}; {FORMS}"
    elif is_log:
        yield from _check_log(source)
    elif is_wide:
        yield from _check_wide(source)
    elif "time" in source:
        yield (), f"has `time` but no `event`; {FORMS}"
    else:
        yield (), f"says nothing about its events; {FORMS}"


def _wide_keys(source: dict[str, Any]) -> str:
    return " and ".join(f"`{key}`" for key in ("events", "attributes") if key in source)


def _check_log(source: dict[str, Any]) -> Iterator[Problem]:
    if "time" not in source:
        yield (), "is an event log without `time`, the column that says when"
    if "row_id" in source:
        yield ("row_id",), "is for wide rows; the id of an event log's rows is `event_id`"


def _check_wide(source: dict[str, Any]) -> Iterator[Problem]:
    for key in ("time", "value", "score", "text", "where"):
        if key in source:
            yield (key,), "belongs to an event here: wide rows have it in each of `events`"
    if "event_id" in source:
        yield ("event_id",), "is for event logs; the id of wide rows is `row_id`"
    if "columns" in source and not source.get("events"):
        yield ("columns",), "are carried along with events, and this source makes none; list them as `attributes`"  # noqa: E501  # fmt: skip
    if not source.get("events") and not source.get("attributes"):
        yield (), f"has neither events nor attributes; {FORMS}"
    seen: set[str] = set()
    for number, event in listed(source, "events"):
        name = named(event, "event")
        if name and name in seen:
            yield ("events", number, "event"), f"{name!r} is there already; an event's id is made of the row and this name, so give each its own"  # noqa: E501  # fmt: skip
        seen.add(name)
