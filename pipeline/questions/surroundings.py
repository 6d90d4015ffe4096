"""What comes just before and straight after a touchpoint, step by step, with times.

Position -1 is the step before, 1 the step after, up to three either way. Before a journey's first
step stands START, after its last CONVERTED, DROPPED or OPEN; beyond these there is nothing, so the
shares of a position add up to those journeys' visits that reach so far. Only mature visits count,
so that what came after is known.
"""

from typing import TYPE_CHECKING

import duckdb

from pipeline.database import frame
from pipeline.errors import JourneysError
from pipeline.intervals import wilson
from pipeline.questions.selection import Asked

if TYPE_CHECKING:
    import pandas

DEEPEST = 3
COLUMNS = (
    "position", "node", "rank", "visits", "customers", "all_visits", "share", "share_low",
    "share_high", "median_seconds", "p90_seconds",
)  # fmt: skip


def read_surroundings(
    connection: duckdb.DuckDBPyConnection, touchpoint: str, depth: int, asked: Asked
) -> "pandas.DataFrame":
    """One row per position and node, most frequent first: visits, customers, share with interval;
    seconds from the end of the earlier step to the start of the later, null beside START and ends.

    Raises JourneysError for a depth that is not 1, 2 or 3.
    """
    if depth not in range(1, DEEPEST + 1):
        raise JourneysError(f"depth is {depth!r}; allowed are 1 to {DEEPEST}")
    values = {"touchpoint": touchpoint, "depth": depth} | asked.values
    found = frame(connection, _query(asked), values)
    found["share"], found["share_low"], found["share_high"] = wilson(
        found["visits"], found["all_visits"]
    )
    return found[list(COLUMNS)]


def _query(asked: Asked) -> str:
    return f"""
    with anchors as materialized (
        select journey_id, customer_id, step_number, started_at, ended_at
        from journeys.steps
        where touchpoint = $touchpoint and is_mature and {asked.condition}
    ),
    steps as materialized (
        select journey_id, step_number, touchpoint, started_at, ended_at
        from journeys.steps
        where journey_id in (select journey_id from anchors)
    ),
    positions as (
        select anchors.*, position
        from anchors
        cross join (
            select unnest(range(-$depth::bigint, $depth::bigint + 1)) as position
        )
        where position <> 0
    ),
    placed as (
        select positions.position, positions.customer_id,
            case
                when steps.touchpoint is not null then steps.touchpoint
                when positions.step_number + position = 0 then 'START'
                when positions.step_number + position = journeys.steps + 1 then upper(outcome)
            end as node,
            case
                when steps.touchpoint is null then null
                when position < 0
                    then date_diff('microsecond', steps.ended_at, positions.started_at) / 1e6
                else date_diff('microsecond', positions.ended_at, steps.started_at) / 1e6
            end as seconds
        from positions
        join journeys.journeys as journeys on journeys.journey_id = positions.journey_id
        left join steps
            on steps.journey_id = positions.journey_id
            and steps.step_number = positions.step_number + position
    ),
    counted as (
        select position, node, count(*) as visits, count(distinct customer_id) as customers,
            median(seconds) as median_seconds, quantile_disc(seconds, 0.9) as p90_seconds
        from placed
        where node is not null
        group by position, node
    )
    select *,
        cast(sum(visits) over (partition by position) as bigint) as all_visits,
        row_number() over (partition by position order by visits desc, node) as rank
    from counted
    order by position, rank"""
