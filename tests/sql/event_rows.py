"""A few literal events, and the tables of `landing` and `run` that `core` and `journeys` read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import duckdb

from pipeline.build import build
from pipeline.database import open_warehouse
from pipeline.inputs import ENDS
from pipeline.labels import segment_values_sql
from pipeline.models import Model, Step, in_order, read_models

STAGES = {
    "awareness": ("ad", "site"),
    "consideration": ("pricing", "demo"),
    "purchase": ("deal",),
    "support": ("ticket",),
}
TOUCHPOINTS = [
    (touchpoint, stage, stage_number)
    for stage_number, (stage, touchpoints) in enumerate(STAGES.items(), 1)
    for touchpoint in touchpoints
]
NUMBERS = {touchpoint: number for number, (touchpoint, _, _) in enumerate(TOUCHPOINTS, 1)}
NODES = [
    (level, number, node)
    for level, nodes in (("touchpoint", NUMBERS), ("stage", STAGES))
    for number, node in (ENDS | dict(enumerate(nodes, 1))).items()
]
PARAMETERS = {
    "session_timeout": timedelta(minutes=30),
    "give_up_after": timedelta(days=30),
    "within": timedelta(days=180),
    "starts_with": "any",
    "goal": "deal",
    "after_goal": "any",
    "look": 3,
    "min_group": 5,
    "until": None,
    "timezone": "UTC",
}
TABLES = {
    "run.event_labels": "event_id bigint, source varchar, event varchar, occurred_at timestamp,"
    " identifier_set_id bigint, value double, score double, score_scale varchar, text varchar,"
    " page varchar, channel varchar, device varchar, campaign varchar,"
    " touchpoint_number integer, is_left_out boolean",
    "run.sources": "source_number integer, source varchar, kind varchar, covers_until timestamp",
    "run.touchpoints": "touchpoint_number integer, touchpoint varchar, stage varchar,"
    " stage_number integer",
    "run.stages": "stage_number integer, stage varchar",
    "run.nodes": "level varchar, node_number integer, node varchar",
    "run.inferred_stages": "stage_number integer, stage varchar, touchpoint varchar,"
    " position double",
    "run.milestones": "milestone_number integer, touchpoint varchar",
    "run.segments": "segment varchar, kind varchar",
    "run.customer_sets": "identifier_set_id bigint, customer_id bigint",
    "run.customers": "customer_id bigint",
    "run.identities": "identifier_kind varchar, identifier varchar, customer_id bigint",
    "run.ignored_identifiers": "identifier_kind varchar, identifier varchar, reason varchar,"
    " linked_identifiers bigint",
    "landing.attributes": "row_key bigint, source varchar, name varchar, value varchar,"
    " identifier_set_id bigint, version_order double",
    "landing.balances": "source varchar, rows_read bigint, rows_used bigint, rows_repeated bigint,"
    " rows_superseded bigint, rows_rejected bigint, rows_idle bigint, candidates bigint,"
    " events_made bigint, events_duplicate bigint, events_superseded bigint,"
    " events_rejected bigint",
}  # fmt: skip


@dataclass(frozen=True)
class Event:
    """One event. A touchpoint that is none of TOUCHPOINTS is the name of an unmapped event."""

    customer: int
    at: str  # as "03-01 10:00", of the year 2025
    touchpoint: str
    id: int | None = None  # its number in the list unless given
    source: str = "web"
    is_left_out: bool = False
    value: float | None = None
    score: float | None = None
    channel: str | None = None
    device: str | None = None
    campaign: str | None = None

    def row(self, number: int) -> tuple[Any, ...]:
        return (
            self.id or number, self.source, self.touchpoint, at(self.at), self.customer, self.value,
            self.score, None, None, None, self.channel, self.device, self.campaign,
            NUMBERS.get(self.touchpoint), self.is_left_out,
        )  # fmt: skip


def at(text: str) -> datetime:
    """A time of the year 2025, from "03-01 10:00"."""
    return datetime.fromisoformat(f"2025-{text}")


def warehouse(
    events: Iterable[Event | Sequence[Any]],
    tables: Mapping[str, Sequence[Sequence[Any]]] | None = None,
    **parameters: Any,
) -> duckdb.DuckDBPyConnection:
    """A warehouse in memory with everything of `core` and `journeys` made from these events.

    An event is an `Event`, or (customer, at, touchpoint); `tables` replaces rows of other tables,
    the rest are the settings' defaults. The promises of the headers are checked.
    """
    connection = landed(events, tables or {})
    remake(connection, **parameters)
    return connection


def landed(
    events: Iterable[Event | Sequence[Any]], tables: Mapping[str, Sequence[Sequence[Any]]]
) -> duckdb.DuckDBPyConnection:
    """The same before anything is made of it."""
    listed = [event if isinstance(event, Event) else Event(*event) for event in events]
    customers = sorted({event.customer for event in listed})
    sources = sorted({event.source for event in listed})
    rows: dict[str, Sequence[Sequence[Any]]] = {
        "run.event_labels": [event.row(number) for number, event in enumerate(listed, 1)],
        "run.sources": [(number, name, name, None) for number, name in enumerate(sources, 1)],
        "run.touchpoints": [(number, *point) for number, point in enumerate(TOUCHPOINTS, 1)],
        "run.stages": list(enumerate(STAGES, 1)),
        "run.nodes": NODES,
        "run.customer_sets": [(customer, customer) for customer in customers],
        "run.customers": [(customer,) for customer in customers],
        **tables,
    }
    connection = open_warehouse(":memory:")
    for name, columns in TABLES.items():
        connection.execute(f"create table {name} ({columns})")
        if rows.get(name):
            marks = ", ".join("?" * len(columns.split(",")))
            values = ", ".join([f"({marks})"] * len(rows[name]))
            connection.execute(f"insert into {name} values {values}", list(chain(*rows[name])))
    connection.execute("create view run.customers_to_judge as from run.customers")
    return connection


def parts() -> list[Model | Step]:
    """The files of `core` and `journeys` in their order, with the step that they need."""
    models = [model for model in read_models() if model.name.startswith(("core.", "journeys."))]
    segments = Step(
        "run.segments_told",
        frozenset({"core.events", "run.segments"}),
        ("run.segment_values",),
        lambda connection, _: show_segments(connection),
    )
    return in_order([*models, segments])


def show_segments(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the view of the values of those segments that are columns."""
    columns = rows(connection, "segment", "run.segments where kind = 'column'")
    connection.execute(segment_values_sql(columns))


def remake(connection: duckdb.DuckDBPyConnection, **parameters: Any) -> None:
    """Make `core` and `journeys` anew with these parameters and check their promises."""
    build(connection, parts(), PARAMETERS | parameters)


def rows(
    connection: duckdb.DuckDBPyConnection, columns: str, table: str, order: str = "all"
) -> list[Any]:
    """These columns of a table's rows; the values alone where it is one column."""
    found = connection.execute(f"select {columns} from {table} order by {order}").fetchall()
    return [row[0] for row in found] if found and len(found[0]) == 1 else found
