"""Which customers a run makes anew: those that new rows touched, as they were and as they are.

A row that came, changed or went touches the customer that it belonged to and the one that it
belongs to now; so does every row whose customer changed because people were joined or parted.
When the horizon moves, the outcomes of others move too: those with a step that is known by now.
"""

from collections.abc import Mapping
from typing import Any

import duckdb

from pipeline.database import bind, has_table, one
from pipeline.models import Step

ALL_ABOVE = 0.4  # of all customers; above it a full rebuild is cheaper, see docs/performance.md

PREVIOUS = {
    "temp.previous_horizon": "core.horizon",
    "temp.previous_customer_sets": "run.customer_sets",
    "temp.previous_clock": "run.clock",
}
EVERYONE = """
    create or replace table run.customers as
    select distinct customer_id from run.customer_sets order by customer_id
"""
TOUCHED = """
    create or replace table run.customers as
    with told as (
        select
            before.customer_id as customer_before,
            now.customer_id as customer_now,
            identifier_set_id in (select identifier_set_id from run.touched_sets) as is_touched
        from temp.previous_customer_sets as before
        full join run.customer_sets as now using (identifier_set_id)
    ),
    affected as (
        select * from told
        where is_touched or customer_before is distinct from customer_now
    )
    select customer_before as customer_id from affected where customer_before is not null
    union
    select customer_now from affected where customer_now is not null
    order by 1
"""
# A step is known once it ended more than $give_up_after before the horizon; so the steps that end
# between the two horizons, less that, are those about which something changes. Of customers who
# are not listed already, the steps stand as they are.
JUDGED = """
    create or replace table run.customers_to_judge as
    select customer_id from run.customers
    union
    select customer_id
    from journeys.all_steps
    where ended_at < cast($horizon as timestamp) - $give_up_after
        and not coalesce(ended_at < cast($before as timestamp) - $give_up_after, false)
    order by 1
"""
HORIZONS = """
    select now.horizon, before.horizon from core.horizon as now, temp.previous_horizon as before
"""
JUDGE_ALL = """
    create or replace table run.customers_to_judge as
    select distinct customer_id from run.customer_sets
    union select customer_id from run.customers
    order by 1
"""
# Whether a start is known depends on the data's first event; a horizon that moved back unsettles
# outcomes that were settled.
ALL_CHANGED = """
    select
        now.first_event_at is distinct from before.first_event_at
        or coalesce(now.horizon < before.horizon, true)
    from core.horizon as now, temp.previous_horizon as before
"""


def remember(connection: duckdb.DuckDBPyConnection) -> bool:
    """Keep what the last run left, to compare with; false where there is nothing to compare."""
    if not (has_table(connection, "run.customer_sets") and has_table(connection, "core.horizon")):
        return False
    for name, table in PREVIOUS.items():
        connection.execute(f"create or replace temp table {name} as from {table}")
    return True


def share_touched(connection: duckdb.DuckDBPyConnection) -> float:
    """The share of all customers that a run has listed to make anew."""
    listed = one(connection, "select count(*) from run.customers")
    everyone = one(connection, "select count(distinct customer_id) from run.customer_sets")
    return min(float(listed / everyone), 1.0) if everyone else 1.0


def touch_due(connection: duckdb.DuckDBPyConnection) -> None:
    """Touch what the run's clock has passed since the last run, or is now before again."""
    sql = """
        select least(now.cutoff, before.cutoff), greatest(now.cutoff, before.cutoff)
        from run.clock as now, temp.previous_clock as before
    """
    passed = """
        insert into run.touched_sets
        select identifier_set_id from landing.events where occurred_at > ? and occurred_at <= ?
    """
    connection.execute(passed, connection.execute(sql).fetchone())


def customers_step(only_touched: bool) -> Step:
    """The step that makes `run.customers`: the customers whose events and steps are made anew."""

    def make(connection: duckdb.DuckDBPyConnection, _: Mapping[str, Any]) -> None:
        connection.execute(TOUCHED if only_touched else EVERYONE)

    return Step("run.customers", frozenset({"run.customer_sets"}), ("run.customers",), make)


def judge_step(only_touched: bool) -> Step:
    """The step that makes `run.customers_to_judge`: those whose journeys are made anew."""

    def make(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
        # Where so many are touched that all are made anew, their steps are gone already.
        are_there = only_touched and has_table(connection, "journeys.all_steps")
        if not are_there or one(connection, ALL_CHANGED):
            connection.execute(JUDGE_ALL)
            return
        horizon, before = connection.execute(HORIZONS).fetchall()[0]
        horizons = {"horizon": horizon, "before": before}
        connection.execute(JUDGED, bind(JUDGED, {**parameters, **horizons}))

    reads = frozenset({"run.customers", "core.horizon"})
    return Step("run.judged", reads, ("run.customers_to_judge",), make)
