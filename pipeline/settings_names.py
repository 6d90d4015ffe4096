"""The names that sources give to identifiers, carried columns and attributes: one name, one use."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.nearest import nearest

Problem = tuple[tuple[str | int, ...], str]
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
RESERVED = frozenset({
    "source", "event", "event_id", "occurred_at", "value", "score", "score_scale", "text",
    "customer_id", "session_id", "touchpoint", "touchpoint_number", "stage", "stage_number",
    "event_number", "identifier_set_id",
    "is_left_out", "row_key", "version", "version_order", "content_digest", "file", "row_number",
    "loaded_at", "run_id", "made_at",
})  # fmt: skip
OF_EVENTS = frozenset({"page", "channel", "device"})  # columns that every event has
USES = {"identifiers": "an identifier", "columns": "a carried column", "attributes": "an attribute"}


def listed(values: Any, key: str) -> list[tuple[int, dict[str, Any]]]:
    """The mappings in the list at a key, with their places; none where there is no such list."""
    items = values.get(key) if isinstance(values, dict) else None
    if not isinstance(items, list):
        return []
    return [(number, item) for number, item in enumerate(items) if isinstance(item, dict)]


def texts(values: Any, key: str) -> list[tuple[int, str]]:
    """The texts in the list at a key, with their places; a text alone is a list of one."""
    items = values.get(key) if isinstance(values, dict) else None
    items = [items] if isinstance(items, str) else items
    if not isinstance(items, list):
        return []
    return [(number, item.strip()) for number, item in enumerate(items) if isinstance(item, str)]


def named(values: Any, key: str) -> str:
    """The text at a key, without outer spaces; empty where there is none."""
    text = values.get(key) if isinstance(values, dict) else None
    return text.strip() if isinstance(text, str) else ""


def carried_names(values: Mapping[str, Any], use: str) -> list[str]:
    """The names that any source gives at `identifiers`, `columns` or `attributes`."""
    sources = [source for _, source in listed(values, "sources")]
    return list(dict.fromkeys(name for source in sources for _, name in _names(source, use)))


def _names(source: dict[str, Any], use: str) -> list[tuple[str | int, str]]:
    """Where each name stands: the key of a mapping, the place in a list."""
    names = source.get(use)
    if isinstance(names, dict):
        return [(name, name.strip()) for name in names if isinstance(name, str)]
    return [(number, name) for number, name in texts(source, use)] if use != "identifiers" else []


def check_names(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Names that cannot be columns, or that are used for different things."""
    first: dict[str, tuple[str, str, str]] = {}
    for number, source in listed(values, "sources"):
        for use in USES:
            for place, name in _names(source, use):
                sentence = _name_problem(use, name) or _conflict(
                    first.setdefault(name.casefold(), (use, name, named(source, "name"))), use, name
                )
                if sentence:
                    yield ("sources", number, use, place), sentence


def _name_problem(use: str, name: str) -> str | None:
    if use == "attributes":
        if name in OF_EVENTS:
            return f"{name!r} is a column of events; name the attribute differently, as in {{lead_{name}: {name}}}"  # noqa: E501  # fmt: skip
        return None
    if not _PLAIN.fullmatch(name):
        plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower() or "name"
        return f"{name!r} must be letters, digits and underscores, from a letter on, as in {{{plain}: {name}}}"  # noqa: E501  # fmt: skip
    taken = RESERVED | (OF_EVENTS | {"set_id"} if use == "identifiers" else frozenset())
    if name.casefold() in taken or name.casefold().startswith("identifier_"):
        return f"{name!r} is a name that the tables use themselves; choose another, as in {{my_{name}: …}}"  # noqa: E501  # fmt: skip
    return None


def _conflict(first: tuple[str, str, str], use: str, name: str) -> str | None:
    first_use, first_name, source = first
    if first_use != use:
        return f"{name!r} is {USES[use]} here and {USES[first_use]} in {source}; give one another name"  # noqa: E501  # fmt: skip
    if first_name != name:
        return f"{name!r} is spelled {first_name!r} in {source}; spell it alike{nearest(name, ())}"
    return None
