"""Pain points of groups of journeys, found as those of personas are: by the same SQL files."""

from collections.abc import Sequence
from typing import Any

import duckdb

from pipeline.build import build, for_everyone
from pipeline.database import SCHEMAS
from pipeline.inputs import parameters
from pipeline.models import in_order, read_models
from pipeline.settings import Settings

Row = dict[str, Any]

MADE = ("findings.drop_off_excesses", "findings.pain_points", "findings.tests")
OF_THE_WHOLE = ("run.stages", "run.touchpoints")
# The other kinds of findings are of everyone; signs beside the drop-off are not told of groups.
NOT_ASKED = (
    "findings.stage_signs", "findings.moments_of_truth", "findings.differences",
    "findings.unhappy_leavers", "findings.skipped_places",
)  # fmt: skip
COMPARED = "select journey_id from memory.main.grouped where group_name is not null"
FOUND = """
    select pain_points.*, q_value
    from findings.pain_points inner join findings.tests using (finding_id)
    where kind = 'pain_point' and is_found
    order by rank
"""


def pain_points(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    groups: Sequence[Row],
    drop_offs: Sequence[Row],
    transitions: Sequence[Row],
) -> list[Row]:
    """Where groups lose more than is usual of the others, beyond chance: rows of
    findings.pain_points with their q_value, the costliest first.

    `connection` is an open warehouse whose journeys are `groups.grouped`; the rows of
    graph.drop_offs and graph.transitions are everyone's and each group's. All groups and stages are
    one family of tests.
    """
    chosen = connection.cursor()
    chosen.execute("use memory")
    try:
        for schema in SCHEMAS:
            chosen.execute(f"create schema if not exists {schema}")
        _lay_down(chosen, groups, drop_offs, transitions)
        models = [for_everyone(each) for each in read_models() if each.name in MADE]
        build(chosen, in_order(models), parameters(settings, None) | {"refit": False})
        result = chosen.execute(FOUND)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    finally:
        for schema in SCHEMAS:
            chosen.execute(f"drop schema if exists {schema} cascade")
        chosen.close()


def _lay_down(
    chosen: duckdb.DuckDBPyConnection,
    groups: Sequence[Row],
    drop_offs: Sequence[Row],
    transitions: Sequence[Row],
) -> None:
    """What the three files read, with the groups in the place of personas."""
    ids = [(row["persona_id"],) for row in groups]
    chosen.execute("create table run.persona_names (persona_id varchar)")
    chosen.executemany("insert into run.persona_names values (?)", ids)
    _fill(chosen, "graph.drop_offs", drop_offs)
    _fill(chosen, "graph.transitions", transitions)
    for table in OF_THE_WHOLE:
        chosen.execute(f"create view {table} as select * from warehouse.{table}")
    for table in NOT_ASKED:
        chosen.execute(f"create view {table} as select * from warehouse.{table} where false")
    chosen.execute(
        "create view journeys.journeys as select * from warehouse.journeys.journeys "
        f"where journey_id in ({COMPARED})"
    )


def _fill(chosen: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    chosen.execute(f"create table {table} as select * from warehouse.{table} where false")
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        told = [list(row.values()) for row in rows]
        chosen.executemany(f"insert into {table} values ({marks})", told)
