"""Whether and when a next step follows, at each node: the time to it, where dropped competes.

The next step is the event; who is dropped never has it; who is still open is censored at the
horizon. So steps count from the day on which they were made, and none counts as lost before it is
(Aalen–Johansen, `pipeline.incidence`).
"""

from collections.abc import Iterator, Mapping
from math import isnan
from typing import Any

import duckdb
import numpy as np

from pipeline.chain.sampled import parts_taken
from pipeline.database import bind
from pipeline.incidence import incidence, times_to
from pipeline.models import Step

# What came of each step by the horizon, in whole seconds after its end; where the goal was reached,
# no step could follow. Each twice: for everyone, and for its customer's persona after the look.
TOLD = """
with departures as (
    select level, customer_id, persona_id, from_number, is_after_look, to_node, seconds,
        date_diff('second', started_at, horizon) - stay_seconds as observed
    from journeys.moves
    inner join personas.assignments using (customer_id)
    cross join core.horizon
    where from_number <> 0 and to_node <> 'CONVERTED' and customer_id % 400 < $parts
),

timed as (
    select *,
        seconds is not null and seconds <= observed as has_gone_on,
        to_node = 'DROPPED' and $give_up_seconds <= observed as is_dropped
    from departures
    where observed >= 0
),

told as (
    select 'all' as persona_id, * exclude (persona_id) from timed
    union all by name
    select * from timed where is_after_look
)
"""
# Numbers instead of names are grouped by and handed over; those of a persona are in its order.
NUMBERED = f"""
create or replace temp table told_steps as
{TOLD},

personas as (
    select persona_id, row_number() over (order by persona_id) as persona_number
    from (select distinct persona_id from told)
)

select told.*, case level when 'stage' then 1 else 2 end as level_number, persona_number
from told
inner join personas using (persona_id)
"""
TIMES = """
select level_number, persona_number, from_number,
    case when has_gone_on then seconds when is_dropped then $give_up_seconds
        else least(observed, $give_up_seconds) end as time,
    count(*) filter (where has_gone_on) as went_on,
    count(*) filter (where is_dropped) as dropped,
    count(*) as steps
from told_steps
group by level_number, persona_number, from_number, time
order by level_number, persona_number, from_number, time
"""
CUSTOMERS = """
with counted as (
    select level_number, persona_number, from_number, min(level) as level,
        min(persona_id) as persona_id, count(distinct customer_id) as customers
    from told_steps
    group by level_number, persona_number, from_number
)

select level_number, persona_number, from_number, counted.level, persona_id, node, customers
from counted
inner join run.nodes as nodes on nodes.level = counted.level and node_number = from_number
"""
TABLE = """
create or replace table run.next_steps (
    level varchar, persona_id varchar, node varchar, customers bigint, steps bigint,
    went_on bigint, dropped bigint, open bigint, go_on_rate double, go_on_low double,
    go_on_high double, median_seconds double, p90_seconds double
)
"""


def next_steps_step() -> Step:
    """The step that makes run.next_steps, of which graph.next_steps tells the columns."""
    reads = frozenset({
        "journeys.moves", "personas.assignments", "core.horizon", "run.nodes",
    })  # fmt: skip
    return Step("run.next_steps", reads, ("run.next_steps",), _run)


def _run(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
    seconds = round(parameters["give_up_after"].total_seconds())
    bound = {"parts": parts_taken(connection), "give_up_seconds": seconds}
    connection.execute(NUMBERED, bind(NUMBERED, bound))
    columns = connection.execute(TIMES, bind(TIMES, bound)).fetchnumpy()
    counted = connection.execute(CUSTOMERS).fetchall()
    connection.execute("drop table temp.told_steps")
    told = {tuple(row[:3]): row[3:] for row in counted}
    connection.execute(TABLE)
    rows = [(*told[node], *row) for node, row in _rows(columns)]
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into run.next_steps values ({marks})", rows)


def _rows(columns: dict[str, Any]) -> Iterator[tuple[tuple[int, ...], list[Any]]]:
    """The numbers of level, persona and node, and the columns of run.next_steps after customers."""
    nodes = np.array([columns[name] for name in ("level_number", "persona_number", "from_number")])
    borders = np.flatnonzero((nodes[:, 1:] != nodes[:, :-1]).any(axis=0)) + 1
    count = nodes.shape[1]
    for first, end in zip([0, *borders], [*borders, count], strict=True):
        if first < end:
            parts = [np.asarray(columns[name][first:end]) for name in
                     ("time", "went_on", "dropped", "steps")]  # fmt: skip
            yield tuple(nodes[:, first].tolist()), _row(*parts)


def _row(time: Any, went_on: Any, dropped: Any, steps: Any) -> list[Any]:
    counts = [int(each.sum()) for each in (steps, went_on, dropped)]
    curve = time, went_on, dropped, steps
    told = (*vars(incidence(*curve)).values(), *times_to(*curve))
    known = [None if isnan(value) else float(value) for value in told]
    return [*counts, counts[0] - counts[1] - counts[2], *known]
