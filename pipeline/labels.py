"""The rules of the settings as one generated view: which touchpoint an event is, what is left out.

`run.event_labels` shows every event up to the run's cutoff with the number of the first touchpoint
whose rule it meets. It is a view, so that ten million events are not written twice.
"""

from collections.abc import Mapping
from typing import Any

import duckdb

from pipeline.database import one, quote, text
from pipeline.models import Step
from pipeline.rules import columns_of, compile_rule
from pipeline.settings import Settings

READS = frozenset({"landing.events", "landing.identifier_sets", "run.clock"})
INTERNAL = ("row_key", "version", "version_order", "file", "row_number")
KEYS = ("event_id", "identifier_set_id")
IDENTIFIER = "identifier_"


def labels_step(settings: Settings) -> Step:
    """The step that makes the view `run.event_labels` from the rules of the settings."""

    def make(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
        connection.execute(labels_sql(connection, settings))

    return Step("run.labels", READS, ("run.event_labels",), make)


def labels_sql(connection: duckdb.DuckDBPyConnection, settings: Settings) -> str:
    """The statement that makes the view; the analyst's text enters by `compile_rule` only."""
    # Told as it is: looked up by a subquery, it would keep joins from being tried before the rules.
    cutoff = one(connection, "select cutoff from run.clock")
    columns = _columns(connection, "landing.events")
    shown = [name for name in columns if name not in INTERNAL]
    kinds = _columns(connection, "landing.identifier_sets")
    names = {name: f"events.{quote(name)}" for name in shown if name not in KEYS}
    names |= {
        kind.removeprefix(IDENTIFIER): f"identifier_sets.{quote(kind)}"
        for kind in kinds
        if kind != "identifier_set_id"
    }
    rules = [(number, rule) for number, _, _, _, rule in settings.touchpoints()]
    texts = [rule for _, rule in rules] + [settings.leave_out or "false"]
    join = " left join landing.identifier_sets using (identifier_set_id)"
    read = {name.casefold() for rule in texts for name in columns_of(rule)}
    needs_identifiers = any(
        name.casefold() in read and column.startswith("identifier_sets.")
        for name, column in names.items()
    )
    cases = " ".join(
        f"when {compile_rule(rule, names, 'touchpoint')} then {number}" for number, rule in rules
    )
    left_out = compile_rule(settings.leave_out, names, "leave_out") if settings.leave_out else None
    return (
        "create or replace view run.event_labels as select "
        + ", ".join(f"events.{quote(name)}" for name in shown)
        + (
            f", case {cases} end as touchpoint_number"
            if cases
            else ", null::integer as touchpoint_number"
        )
        + f", {left_out or 'false'} as is_left_out"
        + f" from landing.events as events{join if needs_identifiers else ''}"
        + f" where events.occurred_at <= timestamp {text(cutoff.isoformat(' '))}"
    )


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [row[0] for row in connection.execute(f"describe {table}").fetchall()]


def segment_values_step(settings: Settings) -> Step:
    """The step that makes the view `run.segment_values`: what events tell of each segment.

    One row per counted event and segment that is a column and has a value: session_id, segment,
    segment_value, event_number.
    """

    def make(connection: duckdb.DuckDBPyConnection, _: Mapping[str, Any]) -> None:
        carried = {column for source in settings.sources for column in source.columns}
        columns = [name for name in settings.segments if name in carried]
        connection.execute(segment_values_sql(columns))

    reads = frozenset({"core.events"})
    return Step("run.segments_told", reads, ("run.segment_values",), make)


def segment_values_sql(columns: list[str]) -> str:
    """The statement that makes the view, for the columns of `core.events` that are segments."""
    nothing = (
        "select null::bigint as session_id, null::varchar as segment, "
        "null::varchar as segment_value, null::bigint as event_number where false"
    )
    selects = [
        f"select session_id, {text(name)}, {quote(name)}, event_number from core.events "
        f"where session_id is not null and {quote(name)} is not null"
        for name in columns
    ]
    return "create or replace view run.segment_values as " + " union all ".join([nothing, *selects])
