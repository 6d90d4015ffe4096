"""The graph and the findings of some journeys only: every table made anew, by the same SQL files.

What a report of one period needs, or of one channel beside another: no cell of it is worked out
otherwise than the cell of the whole. The published warehouse is read, never written; the tables of
the excerpt lie in memory, as large as the journeys chosen.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb

from pipeline.assumed_map import assumed_map_step
from pipeline.build import build, for_everyone
from pipeline.chain import chain_steps
from pipeline.conversion import conversion_step
from pipeline.database import SCHEMAS, quote
from pipeline.inputs import TABLES, parameters
from pipeline.models import Step, in_order, read_models
from pipeline.settings import Settings

SCHEMAS_MADE = ("graph", "findings")
TABLES_MADE = ("journeys.paths", "journeys.milestones")
# What holds of the whole and is read as it is. Any other table of `run` was made of all journeys.
OF_THE_WHOLE = {
    *(f"run.{table}" for table in TABLES), "run.clock", "run.state", "run.persona_names",
    "run.customers", "run.customers_to_judge", "findings.trust", "findings.rejections",
    "findings.blind_spots", "findings.lone_sources", "run.texts", "run.quotes",
}  # fmt: skip
ALL_TIME = "run.forecasts"  # needs the time before and after, so an excerpt has none
# What is told of a group that stands beside others: little enough to make for each of several.
OF_A_GROUP = (
    "run.conversion", "run.move_counts", "run.chain", "run.removal_effects", "run.memory",
    "run.path_alignments", "graph.move_counts", "graph.chain", "graph.memory", "graph.touches",
    "graph.touch_credits", "graph.attribution", "findings.map_fits", "findings.conformance",
    "journeys.paths", "journeys.milestones", "graph.milestones", "findings.leaving_words",
    "findings.quotes", "findings.next_two_steps", "findings.detours_taken", "findings.detours",
    "findings.outcomes", "graph.conversion", "findings.stage_reach", "graph.stages",
    "graph.stage_fates", "graph.drop_offs", "graph.transitions", "graph.flows", "findings.answers",
    "findings.visitors", "findings.feelings", "findings.before_after", "findings.top_paths",
    "graph.first_places", "graph.step_flows", "graph.step_matrix", "graph.month_drop_offs",
    "graph.drop_off_counts", "findings.first_meetings", "findings.meeting_journeys",
    "findings.meeting_places", "findings.meetings", "findings.meeting_parts",
    "findings.meeting_errors", "findings.meeting_odds", "findings.moments_of_truth",
    "graph.transition_counts", "findings.exit_counts", "graph.month_drop_off_counts",
    "findings.visit_counts",
)  # fmt: skip
OF_JOURNEYS = """
    select schema_name || '.' || table_name from duckdb_columns()
    where database_name = 'warehouse' and schema_name = 'journeys' and column_name = 'journey_id'
"""
# An answer belongs to the journey of its customer's last step before it, chosen or not.
EVENTS = """
    create view core.events as
    select * from warehouse.core.events
    where (score is null and text is null) or event_id in (
        select events.event_id
        from warehouse.core.events
        asof join warehouse.journeys.steps
            on steps.customer_id = events.customer_id and steps.started_at <= events.occurred_at
        where (events.score is not null or events.text is not null)
            and journey_id in (select journey_id from run.chosen_journeys)
    )
"""


@contextmanager
def excerpt(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    condition: str,
    values: Mapping[str, Any],
    *,
    only: Collection[str] = (),
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse of the journeys for which a condition on journeys.journeys holds.

    `connection` is an open warehouse; `condition` is the code's own SQL, `values` its parameters.
    Customers, personas and sources are those of the whole. Tables that cannot be told of some
    journeys, such as forecasts, are not there. With `only`, no other tables are made.
    """
    chosen = connection.cursor()
    chosen.execute("use memory")
    try:
        for schema in SCHEMAS:
            chosen.execute(f"create schema if not exists {schema}")
        _take(chosen, condition, values)
        _make(chosen, settings, only)
        yield chosen
    finally:
        for schema in SCHEMAS:
            chosen.execute(f"drop schema if exists {schema} cascade")
        chosen.close()


def _take(chosen: duckdb.DuckDBPyConnection, condition: str, values: Mapping[str, Any]) -> None:
    """The chosen journeys with their steps as tables; what holds of the whole as it is."""
    there = [row[0] for row in chosen.execute(_there("warehouse")).fetchall()]
    of_journeys = {row[0] for row in chosen.execute(OF_JOURNEYS).fetchall()}
    chosen.execute(
        "create table run.chosen_journeys as "
        f"select journey_id from warehouse.journeys.journeys where {condition}",
        values,
    )
    for name in there:
        table = ".".join(quote(part) for part in name.split(".", 1))
        if name in of_journeys:
            chosen.execute(
                f"create table {table} as select * from warehouse.{table} "
                "where journey_id in (select journey_id from run.chosen_journeys)"
            )
        elif name == "core.events":
            chosen.execute(EVENTS)
        elif name in OF_THE_WHOLE or not _is_made(name):
            chosen.execute(f"create view {table} as select * from warehouse.{table}")


def _is_made(table: str) -> bool:
    """Whether a table tells of journeys, so that an excerpt makes its own or has none."""
    return table in TABLES_MADE or table.split(".", maxsplit=1)[0] in (*SCHEMAS_MADE, "run")


def _make(chosen: duckdb.DuckDBPyConnection, settings: Settings, only: Collection[str]) -> None:
    """Make what can be made of the chosen journeys: a table that reads what is not there is not."""
    bound = parameters(settings, None) | {"refit": False}
    steps = [conversion_step(), assumed_map_step(), *chain_steps()]
    parts = in_order([*read_models(), *steps])
    for part in [each for each in parts if not only or each.name in only]:
        made = {row[0] for row in chosen.execute(_there("memory")).fetchall()}
        if isinstance(part, Step):
            if part.name != ALL_TIME:
                build(chosen, [part], bound)
        elif part.name not in made and part.reads <= made:
            build(chosen, [for_everyone(part)], bound)


def _there(database: str) -> str:
    """The query that lists a database's tables and views, as schema.table."""
    return (
        "select schema_name || '.' || table_name from duckdb_tables() "
        f"where database_name = '{database}' union all "
        "select schema_name || '.' || view_name from duckdb_views() "
        f"where database_name = '{database}' and not internal order by all"
    )
