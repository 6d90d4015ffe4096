"""How many journeys convert within a time, when some are still open: cumulative incidence.

Aalen–Johansen with two ends that compete (converted, dropped) and censoring at the horizon.
Variance and interval as in Collett, Modelling Survival Data in Medical Research, 2015, p. 411:
Greenwood's by the delta method, and log(-log) of the incidence, so that it stays from 0 to 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import exp, inf, log, nan, sqrt
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from pipeline.models import Step

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUANTILE = 1.959963984540054  # of a 95 % interval

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

TABLE = """
create or replace table run.conversion (
    persona_id varchar, month varchar, journeys bigint, converted bigint, dropped bigint,
    open bigint, conversion_rate double, conversion_low double, conversion_high double,
    observed_days double, open_share double, is_young boolean
)
"""


@dataclass(frozen=True)
class Incidence:
    """A share from 0 to 1 with its 95 % interval; nan where nothing is known."""

    rate: float
    low: float
    high: float


def conversion_step() -> Step:
    """The step that makes run.conversion, of which graph.conversion tells the columns."""
    reads = frozenset({"journeys.journeys", "personas.assignments", "core.horizon"})
    return Step("run.conversion", reads, ("run.conversion",), _run)


def _run(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
    wanted = {name: parameters[name] for name in ("timezone", "give_up_after")}
    columns = connection.execute(TIMES, wanted).fetchnumpy()
    groups = list(zip(columns.pop("persona_id"), columns.pop("month"), strict=True))
    borders = [at for at in range(1, len(groups)) if groups[at] != groups[at - 1]]
    rows = []
    for first, end in zip([0, *borders], [*borders, len(groups)], strict=True):
        if first < end:
            part = {name: np.asarray(values[first:end]) for name, values in columns.items()}
            rows.append((*groups[first], *_row(part, parameters["within"])))
    connection.execute(TABLE)
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into run.conversion values ({marks})", rows)


def _row(part: Mapping[str, "NDArray[Any]"], within: timedelta) -> tuple[Any, ...]:
    """The columns of one row of run.conversion after its group."""
    limit = within // timedelta(microseconds=1)
    observed = int(part["observed"].max())
    estimate = incidence(
        part["time"], part["converted"], part["dropped"], part["journeys"], min(limit, observed)
    )
    journeys, converted, dropped = (
        int(part[name].sum()) for name in ("all_journeys", "all_converted", "all_dropped")
    )
    still_open = journeys - converted - dropped
    shares = (None if np.isnan(value) else value for value in vars(estimate).values())
    days = max(0, min(limit, observed)) / (24 * 3600 * 1e6)
    return (
        journeys, converted, dropped, still_open, *shares, days, still_open / journeys,
        observed < limit,
    )  # fmt: skip


def incidence(
    time: "NDArray[Any]",
    converted: "NDArray[Any]",
    dropped: "NDArray[Any]",
    journeys: "NDArray[Any]",
    limit: float = inf,
) -> Incidence:
    """The cumulative incidence of conversion at `limit`, in the unit of `time`.

    Each place of the arrays is one distinct time, ascending: how many converted then, how many
    dropped, and how many journeys ended or were last seen then (so the rest were censored).
    """
    at_risk = journeys[::-1].cumsum()[::-1].astype(float)
    total = float(at_risk[0]) if len(at_risk) else 0.0
    if not total:
        return Incidence(nan, nan, nan)
    kept = (time <= limit) & (at_risk > 0)
    at_risk, won = at_risk[kept], converted[kept].astype(float)
    ended = won + dropped[kept]
    before = np.concatenate([[1.0], np.cumprod(1 - ended / at_risk)])[:-1]
    curve = np.cumsum(before * won / at_risk)
    rate = float(curve[-1]) if len(curve) else 0.0
    rest, left = rate - curve, at_risk - ended
    hazard = np.divide(ended, at_risk * left, out=np.zeros_like(left), where=left > 0)
    variance = (
        rest**2 * hazard
        + before**2 * won * (at_risk - won) / at_risk**3
        - 2 * rest * before * won / at_risk**2
    ).sum()
    return _interval(rate, float(variance), total)


def _interval(rate: float, variance: float, total: float) -> Incidence:
    """With its interval; at 0 and 1, where the variance says nothing, Wilson's over `total`."""
    width = QUANTILE**2 / (total + QUANTILE**2)
    if rate <= 0:
        return Incidence(0.0, 0.0, width)
    if rate >= 1:
        return Incidence(1.0, 1 - width, 1.0)
    spread = QUANTILE * sqrt(max(variance, 0.0)) / (rate * log(rate))
    return Incidence(rate, rate ** exp(-spread), rate ** exp(spread))
