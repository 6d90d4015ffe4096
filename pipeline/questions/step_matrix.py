"""Where journeys are at their first step, their second, and so on: the step matrix."""

from typing import TYPE_CHECKING

import duckdb

from pipeline.database import frame
from pipeline.errors import JourneysError
from pipeline.intervals import wilson
from pipeline.questions.selection import Asked

if TYPE_CHECKING:
    import pandas

MOST_STEPS = 100
COLUMNS = ("step_number", "node", "units", "customers", "all_units", "share", "low", "high")


def read_step_matrix(
    connection: duckdb.DuckDBPyConnection, steps: int, asked: Asked
) -> "pandas.DataFrame":
    """One row per step number and node. Units that ended earlier stay at CONVERTED, DROPPED or
    OPEN (a customer: as the last journey ended), so each step number adds up to all units.

    Raises JourneysError for a number of steps that is not 1 to 100.
    """
    if steps not in range(1, MOST_STEPS + 1):
        raise JourneysError(f"steps is {steps!r}; allowed are 1 to {MOST_STEPS}")
    found = frame(connection, _query(asked), {"steps": steps} | asked.values)
    found["share"], found["low"], found["high"] = wilson(found["units"], found["all_units"])
    return found[list(COLUMNS)]


def _query(asked: Asked) -> str:
    unit = asked.unit
    return f"""
    with numbered as materialized (
        select {unit} as unit, customer_id, touchpoint, journey_id,
            row_number() over (partition by {unit} order by customer_step_number) as step_number
        from journeys.steps
        where {asked.condition}
    ),
    ended as (
        select unit, any_value(customer_id) as customer_id, max(step_number) as steps,
            arg_max(journey_id, step_number) as last_journey_id
        from numbered group by unit
    ),
    nodes as (
        select unit, customer_id, step_number, touchpoint as node
        from numbered where step_number <= $steps
        union all
        select unit, ended.customer_id, unnest(range(ended.steps + 1, $steps::bigint + 1)),
            upper(outcome)
        from ended join journeys.journeys on journey_id = last_journey_id
        where ended.steps < $steps
    )
    select step_number, node, count(*) as units, count(distinct customer_id) as customers,
        (select count(*) from ended) as all_units
    from nodes
    group by step_number, node
    order by step_number, units desc, node"""
