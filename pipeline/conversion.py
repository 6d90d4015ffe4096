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

# Numbers instead of names are grouped by and handed over; 0 stands for all.
NUMBERED = """
with personas as (
    select persona_id, row_number() over (order by persona_id) as persona_number
    from (select distinct persona_id from personas.assignments)
),

numbered as (
    select journeys.*, persona_number,
        extract(year from (started_at at time zone 'UTC') at time zone $timezone) * 12
            + extract(month from (started_at at time zone 'UTC') at time zone $timezone) - 1
            as month_number
    from journeys.journeys
    inner join personas.assignments using (customer_id)
    inner join personas using (persona_id)
)
"""

# Each journey four times: for everyone and its persona, over all months and its own.
# What came to pass after the horizon is not known of all journeys, so it counts of none.
TIMES = f"""
{NUMBERED},

timed as (
    select persona_number, month_number, outcome,
        date_diff('microsecond', started_at, horizon) as observed,
        date_diff('microsecond', started_at, case outcome
            when 'converted' then last_step_at
            when 'dropped' then last_step_at + $give_up_after
        end) as ended
    from numbered
    cross join core.horizon
)

select coalesce(persona_number, 0) as persona, coalesce(month_number, 0) as month,
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
    (time), (persona_number, time), (month_number, time), (persona_number, month_number, time)
)
order by 1, 2, 3
"""

CUSTOMERS = f"""
{NUMBERED}
select coalesce(persona_number, 0), coalesce(month_number, 0), count(distinct customer_id)
from numbered
group by grouping sets (
    (), (persona_number), (month_number), (persona_number, month_number)
)
"""
PERSONAS = "select distinct persona_id from personas.assignments order by persona_id"

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
    groups = np.array([columns.pop("persona"), columns.pop("month")])
    zone = {"timezone": parameters["timezone"]}
    counted = connection.execute(CUSTOMERS, zone).fetchall()
    customers = {(persona, month): count for persona, month, count in counted}
    names = ["all", *(row[0] for row in connection.execute(PERSONAS).fetchall())]
    borders = np.flatnonzero((groups[:, 1:] != groups[:, :-1]).any(axis=0)) + 1
    rows = []
    for first, end in zip([0, *borders], [*borders, groups.shape[1]], strict=True):
        if first < end:
            part = {name: np.asarray(values[first:end]) for name, values in columns.items()}
            persona, month = groups[:, first].tolist()
            told = names[persona], _month(month), customers[persona, month]
            rows.append((*told, *_row(part, parameters["within"])))
    connection.execute(TABLE)
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into run.conversion values ({marks})", rows)


def _month(number: int) -> str:
    """YYYY-MM of the months counted since the year 0; `all` for 0."""
    return f"{number // 12:04}-{number % 12 + 1:02}" if number else "all"


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
