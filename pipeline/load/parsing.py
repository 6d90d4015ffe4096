"""The columns that rows of both kinds of source are taken apart into, as SQL by name.

Selects are built in layers, each of which may read what those below it made, so that nothing is
computed twice. Names of the settings do not become names in the staging: columns go by place.
"""

from collections.abc import Mapping

from pipeline.database import quote, text
from pipeline.load.landing import carried_columns, identifier_columns
from pipeline.load.reading import Reading
from pipeline.load.times import typed_utc, utc
from pipeline.load.values import identifier_set, is_placeholder, number, score, spelling, unread
from pipeline.rules import columns_of, compile_rule
from pipeline.settings import Score, Settings, Source

Expressions = dict[str, str]  # name: SQL
NO_IDENTIFIER = "no usable identifier"
NOBODY = "identifier_set_id is null"
SHOWN = 60  # characters of a value that cannot be used


def layered(relation: str, *layers: Mapping[str, str]) -> str:
    """A select of all layers' columns over a relation; a layer may read those before it."""
    for layer in layers:
        relation = f"(select *, {listed(layer)} from {relation})"
    return relation


def listed(expressions: Mapping[str, str]) -> str:
    """`{name: SQL}` as the columns of a select."""
    return ", ".join(f"{sql} as {quote(name)}" for name, sql in expressions.items())


def spelled(reading: Reading) -> Expressions:
    """Each identifier of the source as it is compared."""
    return {
        f"spelled_{kind}": spelling(reading.text(column), kind)
        for kind, column in reading.file.source.identifiers.items()
    }


def identified(source: Source, settings: Settings) -> Expressions:
    """`identifier_<kind>` and `placeholder_<kind>`, of what is spelled."""
    made = {}
    for kind in source.identifiers:
        name = f"spelled_{kind}"
        stands_for_nobody = is_placeholder(name, kind, settings)
        made[f"identifier_{kind}"] = f"case when not {stands_for_nobody} then {name} end"
        made[f"placeholder_{kind}"] = f"case when {stands_for_nobody} then {name} end"
    return made


def set_id(source: Source) -> Expressions:
    """The key of the row's combination of identifiers; null where none is usable."""
    columns = {kind: f"identifier_{kind}" for kind in source.identifiers}
    has_any = f"coalesce({', '.join(columns.values())}) is not null"
    return {"identifier_set_id": f"case when {has_any} then {identifier_set(columns)} end"}


def all_identifiers(source: Source, settings: Settings) -> list[str]:
    """SQL of the identifiers of every kind in order, null for those that the source lacks."""
    return [
        column if kind in source.identifiers else "null"
        for kind, column in identifier_columns(settings).items()
    ]


def carried(reading: Reading) -> Expressions:
    """The columns carried along, by place."""
    columns = reading.file.source.columns.values()
    return {f"carried_{place}": reading.text(name) for place, name in enumerate(columns)}


def all_carried(source: Source, settings: Settings) -> Expressions:
    """{column: SQL} of every column that `landing.events` carries; null where the source lacks."""
    own = {name: f"carried_{place}" for place, name in enumerate(source.columns)}
    return {name: own.get(name, "null::varchar") for name in carried_columns(settings)}


def instant(reading: Reading, column: str) -> str:
    """SQL of a column as an instant in UTC; null where it cannot be read."""
    source = reading.file.source
    typed = typed_utc(reading.columns[column], reading.types.get(column, ""), source)
    return typed or utc(reading.text(column), source)


def amounts(
    reading: Reading, value: str | None, points: Score | None, suffix: str = ""
) -> Expressions:
    """The value and the score of an event, where the settings name them, and what is neither."""
    made = {}
    if value:
        made[f"value{suffix}"] = number(reading.text(value))
        made[f"unread_value{suffix}"] = unread(reading.text(value), number(reading.text(value)))
    if points:
        raw = reading.text(points.column)
        made[f"score{suffix}"] = score(raw, points)
        made[f"unread_score{suffix}"] = unread(raw, score(raw, points))
    return made


def holds(rule: str | None, reading: Reading, where: str) -> str:
    """SQL of a rule of the source over the raw columns of a row; true where there is none."""
    return compile_rule(rule, reading.texts(), where) if rule else "true"


def raw_columns_of(rule: str | None) -> list[str]:
    """The raw columns that a rule of a source reads."""
    return sorted(columns_of(rule)) if rule else []


def given(source: Source, time: str | None = None) -> str:
    """SQL of what stands where the reason for a rejection lies."""
    ids = ", ".join(f"placeholder_{kind}" for kind in source.identifiers)
    shown = f"case when reason = {text(NO_IDENTIFIER)} then coalesce({ids}, null)"
    shown += f" when column_name = {text(time)} then time_text end" if time else " end"
    return f"left({shown}, {SHOWN})"
