"""How many journeys convert, and how many are dropped, within a time: run.conversion.

The two ends compete; what is open is censored at the horizon (`pipeline.incidence`).
"""

from collections.abc import Mapping
from datetime import timedelta
from math import isnan
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from pipeline.incidence import incidence, times_to
from pipeline.models import Step

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Each journey four times: for everyone and its persona, over all months and its own.
# What came to pass after the horizon is not known of all journeys, so it counts of none.
TIMES = """
with timed as (
    select persona_id, outcome,
        strftime((started_at at time zone 'UTC') at time zone $timezone, '%Y-%m') as month,
        date_diff('microsecond', started_at, horizon) as observed,
        date_diff('microsecond', started_at, case outcome
            when 'converted' then last_step_at
            when 'dropped' then last_step_at + $give_up_after
        end) as ended
    from journeys.journeys
    inner join personas.assignments using (customer_id)
    cross join core.horizon
)

select coalesce(persona_id, 'all') as persona_id, coalesce(month, 'all') as month,
    least(ended, observed) as time,
    count(*) filter (where observed >= 0) as journeys,
    count(*) filter (where outcome = 'converted' and ended <= observed) as converted,
    count(*) filter (where outcome = 'dropped' and ended <= observed) as dropped,
    count(*) as all_journeys,
    count(*) filter (where outcome = 'converted') as all_converted,
    count(*) filter (where outcome = 'dropped') as all_dropped,
    max(observed) as observed
from timed
group by grouping sets (
    (time), (persona_id, time), (month, time), (persona_id, month, time)
)
order by 1, 2, 3
"""

CUSTOMERS = """
with begun as (
    select persona_id, customer_id,
        strftime((started_at at time zone 'UTC') at time zone $timezone, '%Y-%m') as month
    from journeys.journeys
    inner join personas.assignments using (customer_id)
)

select coalesce(persona_id, 'all'), coalesce(month, 'all'), count(distinct customer_id)
from begun
group by grouping sets ((), (persona_id), (month), (persona_id, month))
"""

TABLE = """
create or replace table run.conversion (
    persona_id varchar, month varchar, customers bigint, journeys bigint, converted bigint,
    dropped bigint, open bigint, conversion_rate double, conversion_low double,
    conversion_high double, median_conversion_days double, p90_conversion_days double,
    dropped_rate double, dropped_low double, dropped_high double, median_dropped_days double,
    p90_dropped_days double, observed_days double, open_share double, is_young boolean
)
"""
DAY = 24 * 3600 * 1e6  # in microseconds


def conversion_step() -> Step:
    """The step that makes run.conversion, of which graph.conversion tells the columns."""
    reads = frozenset({"journeys.journeys", "personas.assignments", "core.horizon"})
    return Step("run.conversion", reads, ("run.conversion",), _run)


def _run(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
    wanted = {name: parameters[name] for name in ("timezone", "give_up_after")}
    columns = connection.execute(TIMES, wanted).fetchnumpy()
    groups = list(zip(columns.pop("persona_id"), columns.pop("month"), strict=True))
    zone = {"timezone": parameters["timezone"]}
    counted = connection.execute(CUSTOMERS, zone).fetchall()
    customers = {(persona_id, month): count for persona_id, month, count in counted}
    borders = [at for at in range(1, len(groups)) if groups[at] != groups[at - 1]]
    rows = []
    for first, end in zip([0, *borders], [*borders, len(groups)], strict=True):
        if first < end:
            part = {name: np.asarray(values[first:end]) for name, values in columns.items()}
            told = *groups[first], customers[groups[first]]
            rows.append((*told, *_row(part, parameters["within"])))
    connection.execute(TABLE)
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into run.conversion values ({marks})", rows)


def _row(part: Mapping[str, "NDArray[Any]"], within: timedelta) -> tuple[Any, ...]:
    """The columns of one row of run.conversion after its group."""
    limit = within // timedelta(microseconds=1)
    observed = int(part["observed"].max())
    until = min(limit, observed)
    journeys, converted, dropped = (
        int(part[name].sum()) for name in ("all_journeys", "all_converted", "all_dropped")
    )
    still_open = journeys - converted - dropped
    told = [
        value
        for end, other in (("converted", "dropped"), ("dropped", "converted"))
        for value in _end(part["time"], part[end], part[other], part["journeys"], until)
    ]
    return (
        journeys, converted, dropped, still_open, *told, max(0, until) / DAY,
        still_open / journeys, observed < limit,
    )  # fmt: skip


def _end(*curve: Any) -> list[float | None]:
    """Rate, low and high of one end, and the days in which half, and nine in ten, come to it."""
    rates = vars(incidence(*curve)).values()
    days = (time / DAY for time in times_to(*curve))
    return [None if isnan(value) else float(value) for value in (*rates, *days)]
