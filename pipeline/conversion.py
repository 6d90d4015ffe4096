"""How many journeys convert, and how many are dropped, within a time: run.conversion.

The two ends compete; what is open is censored at the horizon (`pipeline.incidence`).
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from math import isnan
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from pipeline.incidence import incidence, times_to
from pipeline.models import Step

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Columns = Mapping[str, NDArray[Any]]  # all of one length

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

select cast(persona_number as integer) as persona, cast(month_number as integer) as month,
    least(ended, observed) as time, observed,
    observed >= 0 as journeys,
    outcome = 'converted' and ended <= observed as converted,
    outcome = 'dropped' and ended <= observed as dropped,
    outcome = 'converted' as all_converted,
    outcome = 'dropped' as all_dropped
from timed
"""

# A customer counts once in each month, and once over all of them: in the first.
CUSTOMERS = f"""
{NUMBERED},

months as (
    select customer_id, persona_number, month_number,
        row_number() over (partition by customer_id order by month_number) = 1 as is_first
    from (select distinct customer_id, persona_number, month_number from numbered)
),

counted as (
    select persona_number, month_number, count(*) as customers,
        count(*) filter (where is_first) as first_seen
    from months
    group by persona_number, month_number
)

select coalesce(persona_number, 0), coalesce(month_number, 0),
    cast(case when month_number is null then sum(first_seen) else sum(customers) end as bigint)
from counted
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
    fetched = connection.execute(TIMES, wanted).fetchnumpy()
    journeys = {name: np.asarray(values) for name, values in fetched.items()}
    zone = {"timezone": parameters["timezone"]}
    counted = connection.execute(CUSTOMERS, zone).fetchall()
    customers = {(persona, month): count for persona, month, count in counted}
    names = ["all", *(row[0] for row in connection.execute(PERSONAS).fetchall())]
    rows = [
        (names[persona], _month(month), customers[persona, month],
         *_row(part, parameters["within"]))
        for persona, month, part in _groups(journeys)
    ]  # fmt: skip
    connection.execute(TABLE)
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into run.conversion values ({marks})", rows)


def _groups(journeys: "Columns") -> "Iterator[tuple[int, int, Columns]]":
    """The journeys of everyone and of each persona, over all months and in each, ordered by time.

    0 stands for all.
    """
    journeys = _taken(journeys, np.argsort(journeys["time"], kind="stable"))
    for persona in [0, *np.unique(journeys["persona"]).tolist()]:
        chosen = np.flatnonzero(journeys["persona"] == persona)
        of_persona = _taken(journeys, chosen) if persona else journeys
        if len(of_persona["time"]):
            yield persona, 0, of_persona
        by_month = _taken(of_persona, np.argsort(of_persona["month"], kind="stable"))
        months, firsts = np.unique(by_month["month"], return_index=True)
        for month, places in zip(months.tolist(), _stretches(firsts, by_month), strict=True):
            yield persona, month, _taken(by_month, places)


def _stretches(firsts: "NDArray[Any]", columns: "Columns") -> list[slice]:
    """From each of the places to the next, and from the last to the end."""
    return [slice(*pair) for pair in pairwise([*firsts.tolist(), len(columns["time"])])]


def _taken(columns: "Columns", places: "slice | NDArray[Any]") -> "Columns":
    return {name: values[places] for name, values in columns.items()}


def _month(number: int) -> str:
    """YYYY-MM of the months counted since the year 0; `all` for 0."""
    return f"{number // 12:04}-{number % 12 + 1:02}" if number else "all"


def _row(part: "Columns", within: timedelta) -> tuple[Any, ...]:
    """The columns of one row of run.conversion after its group, of its journeys by time."""
    limit = within // timedelta(microseconds=1)
    observed = int(part["observed"].max())
    until = min(limit, observed)
    journeys = len(part["time"])
    converted, dropped = (int(part[name].sum()) for name in ("all_converted", "all_dropped"))
    still_open = journeys - converted - dropped
    times, known = _by_time(part)
    told = [
        value
        for end, other in (("converted", "dropped"), ("dropped", "converted"))
        for value in _end(times, known[end], known[other], known["journeys"], until)
    ]
    return (
        journeys, converted, dropped, still_open, *told, max(0, until) / DAY,
        still_open / journeys, observed < limit,
    )  # fmt: skip


def _by_time(part: "Columns") -> "tuple[NDArray[Any], Columns]":
    """Each distinct time, and how many journeys ended or were last seen then, and how."""
    times, firsts = np.unique(part["time"], return_index=True)
    ends = ("journeys", "converted", "dropped")
    return times, {name: np.add.reduceat(part[name], firsts, dtype=np.int64) for name in ends}


def _end(*curve: Any) -> list[float | None]:
    """Rate, low and high of one end, and the days in which half, and nine in ten, come to it."""
    rates = vars(incidence(*curve)).values()
    days = (time / DAY for time in times_to(*curve))
    return [None if isnan(value) else float(value) for value in (*rates, *days)]
