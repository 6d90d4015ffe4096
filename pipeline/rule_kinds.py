"""The kinds of value in a rule, and the casts between them, which give null and never an error."""

from dataclasses import dataclass
from typing import Any

from sqlglot import exp

TEXT, NUMBER, BOOLEAN, DATE, NULL = "text", "a number", "true or false", "a date", "null"
DOUBLE = "a floating point number"  # of numbers those that arithmetic cannot overflow
TYPES = {TEXT: "text", NUMBER: "double", DOUBLE: "double", BOOLEAN: "boolean", DATE: "timestamp"}
NUMBERS = frozenset({"value", "score"})  # columns of events; all others are text
CASTS = {
    **dict.fromkeys(("TEXT", "VARCHAR", "CHAR"), TEXT),
    **dict.fromkeys(("DOUBLE", "FLOAT", "INT", "BIGINT", "SMALLINT", "TINYINT"), NUMBER),
    "BOOLEAN": BOOLEAN,
    **dict.fromkeys(("DATE", "TIMESTAMP", "TIMESTAMPNTZ"), DATE),
}


@dataclass(frozen=True)
class Typed:
    """A part of a rule and the kind of its value."""

    node: Any
    kind: str
    is_literal: bool = False


def common(parts: list[Typed]) -> str:
    """The kind to bring parts to that meet in a comparison, a list or a choice.

    Text that meets a number is read as one, unless a text is written out that is none.
    """
    kinds = {part.kind for part in parts} - {NULL}
    if kinds == {TEXT, NUMBER} and any(_is_word(part) for part in parts):
        return TEXT
    return next((kind for kind in (DATE, NUMBER, BOOLEAN, TEXT) if kind in kinds), TEXT)


def _is_word(part: Typed) -> bool:
    if part.kind != TEXT or not part.is_literal:
        return False
    try:
        float(part.node.name)
    except ValueError:
        return True
    return False


def convert(part: Typed, kind: str) -> Any:
    """The part as another kind, null where its value is none of it; None where that cannot be."""
    if part.kind == kind:
        return part.node
    if DATE in (part.kind, kind) and not {part.kind, kind} & {TEXT, NULL}:
        return None
    converted = _cast(part.node, TYPES[kind])
    is_read = kind in (NUMBER, DOUBLE) and part.kind != NUMBER
    return _without_nan(converted) if is_read else converted


def as_count(part: Typed) -> Any:
    """A whole number that DuckDB's text functions take without a range error."""
    if isinstance(part.node, exp.Literal) and part.node.name.isdigit() and len(part.node.name) < 9:
        return part.node
    return _cast(convert(part, TEXT), "int") if part.kind == DATE else _cast(part.node, "int")


def _cast(node: Any, kind: str) -> Any:
    return exp.TryCast(this=node, to=exp.DataType.build(kind), safe=True)


def _without_nan(number: Any) -> Any:
    """Not-a-number as null: it is what tools write for a missing value, and exceeds all else."""
    return exp.Nullif(this=number, expression=_cast(exp.Literal.string("nan"), "double"))
