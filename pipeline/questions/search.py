"""Which journeys took the way of a path query, what came of them, and the paths they took.

A visit fills a place when the latest visit that fills the place before is near enough: if any
earlier one were, the latest would be too, as every limit (time, what may not come in between) only
grows with the distance. So one pass per place finds every match, without trying combinations.

Rates: match_rate is over journeys that came to the first place and of which it is known whether
they went the whole way (mature there, and matching or no longer open). conversion_rate is the
cumulative incidence within the settings' time from the last place of the match on; what came
before the match counts for nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from pipeline.database import frame
from pipeline.incidence import Incidence, incidence
from pipeline.intervals import wilson
from pipeline.questions.pattern import Pattern, Place
from pipeline.questions.selection import Asked

if TYPE_CHECKING:
    import pandas

ALL_THAT_MATCH = "all that match"
MICROSECOND = timedelta(microseconds=1)
COLUMNS = (
    "path", "journeys", "customers", "converted", "dropped", "open",
    "began", "known", "match_rate", "match_low", "match_high",
    "conversion_rate", "conversion_low", "conversion_high", "median_seconds", "p90_seconds",
)  # fmt: skip


@dataclass(frozen=True)
class Search:
    """A pattern with all that its query needs from the settings that made the warehouse."""

    pattern: Pattern
    goal: str
    give_up_after: timedelta
    convert_within: timedelta
    within: timedelta | None = None  # from the start of the first place to that of the last
    asked: Asked = field(default_factory=Asked)


SUMMARY = """
    select
        count(*) filter (where is_match) as journeys,
        count(distinct customer_id) filter (where is_match) as customers,
        count(*) filter (where is_match and outcome = 'converted') as converted,
        count(*) filter (where is_match and outcome = 'dropped') as dropped,
        count(*) filter (where is_match and outcome = 'open') as open,
        count(*) as began,
        count(*) filter (where is_known) as known,
        count(*) filter (where is_known and is_match) as known_matches,
        median(seconds) as median_seconds,
        quantile_disc(seconds, 0.9) as p90_seconds
    from found_journeys
"""
EXAMPLES = """
    select path, count(*) as journeys, count(distinct customer_id) as customers,
        count(*) filter (where outcome = 'converted') as converted,
        count(*) filter (where outcome = 'dropped') as dropped,
        count(*) filter (where outcome = 'open') as open,
        median(seconds) as median_seconds, quantile_disc(seconds, 0.9) as p90_seconds
    from found_journeys
    join (select journey_id, path from journeys.sequences) using (journey_id)
    where is_match
    group by path
    having count(distinct customer_id) >= $least
    order by journeys desc, path
    limit $limit
"""
# What came to pass after the horizon is not known of all journeys, so it counts of none.
TIMES = """
    with timed as (
        select outcome,
            date_diff('microsecond', matched_at, horizon) as observed,
            date_diff('microsecond', matched_at, case outcome
                when 'converted' then last_step_at
                when 'dropped' then last_step_at + $give_up_after
            end) as ended
        from found_journeys cross join core.horizon
        where is_match
    )
    select least(ended, observed) as time,
        count(*) filter (where observed >= 0) as journeys,
        count(*) filter (where outcome = 'converted' and ended <= observed) as converted,
        count(*) filter (where outcome = 'dropped' and ended <= observed) as dropped
    from timed group by time order by time
"""


def read_paths(
    connection: duckdb.DuckDBPyConnection, search: Search, limit: int, least: int = 1
) -> "pandas.DataFrame":
    """First one row over all journeys that match, then one row per path that they took, most taken
    first: `limit` of them, and only those of at least so many customers.
    """
    import pandas

    query = "create or replace temp table found_journeys as" + "\n".join(_query(search))
    connection.execute(query, _values(search))
    try:
        summary = _rated(connection, frame(connection, SUMMARY), search)
        examples = frame(connection, EXAMPLES, {"limit": limit, "least": least})
    finally:
        connection.execute("drop table if exists temp.found_journeys")
    both = pandas.concat([summary, examples], ignore_index=True)
    both[["began", "known"]] = both[["began", "known"]].astype("Int64")
    return both[list(COLUMNS)]


def _rated(
    connection: duckdb.DuckDBPyConnection, summary: "pandas.DataFrame", search: Search
) -> "pandas.DataFrame":
    rate, low, high = wilson(summary["known_matches"], summary["known"])
    estimate = _conversion(connection, search)
    return summary.assign(
        path=ALL_THAT_MATCH, match_rate=rate, match_low=low, match_high=high,
        conversion_rate=estimate.rate, conversion_low=estimate.low, conversion_high=estimate.high,
    )  # fmt: skip


def _conversion(connection: duckdb.DuckDBPyConnection, search: Search) -> Incidence:
    """From the match on; nan where the query itself says what came of the journeys."""
    pattern = search.pattern
    if pattern.end or pattern.places[-1].touchpoints == (search.goal,):
        return Incidence(float("nan"), float("nan"), float("nan"))
    values = {"give_up_after": search.give_up_after}
    found = connection.execute(TIMES, values).fetchnumpy()
    time, converted, dropped, journeys = (
        np.asarray(found[name]) for name in ("time", "converted", "dropped", "journeys")
    )
    limit = search.convert_within / MICROSECOND
    return incidence(time, converted, dropped, journeys, limit)


def _values(search: Search) -> dict[str, Any]:
    pattern = search.pattern
    values: dict[str, Any] = dict(search.asked.values)
    excluded = {name for place in pattern.places for name in place.without}
    excluded |= {*pattern.without_before, *pattern.without_after}
    named = {name for place in pattern.places for name in place.touchpoints}
    values["wanted"] = sorted(named | excluded)
    for number, place in enumerate(pattern.places, 1):
        values[f"place_{number}"] = list(place.touchpoints)
        if place.without:
            values[f"without_{number}"] = list(place.without)
        if place.within:
            values[f"within_{number}"] = place.within
    if pattern.without_before:
        values["without_1"] = list(pattern.without_before)
    if pattern.without_after:
        values["without_after"] = list(pattern.without_after)
    if pattern.end:
        values["end"] = pattern.end.lower()
    if search.within:
        values["within"] = search.within
    return values


def _query(search: Search) -> Iterator[str]:
    """The lines of the query; only names of the code's own are written into it."""
    pattern = search.pattern
    last = len(pattern.places)
    yield f"""
    with visits as materialized (
        select journey_id, customer_id, step_number as number, touchpoint, started_at, ended_at,
            is_mature, next_touchpoint is null as is_last
        from journeys.steps
        where touchpoint in (select unnest($wanted::varchar[])) and {search.asked.condition}
    ),"""
    for number, place in enumerate(pattern.places, 1):
        yield _filled(pattern, number, place)
    yield f"""
    matched as (
        select journey_id, min(started_at) as matched_at,
            arg_min(date_diff('microsecond', begun_at, started_at) / 1e6, number) as seconds
        from place_{last} as here
        where {_tied_to_the_end(search)}
        group by journey_id
    ),
    began as (
        select journey_id, bool_or(is_mature) as is_mature from place_1 group by journey_id
    )
    select journeys.journey_id, journeys.customer_id, journeys.outcome, journeys.last_step_at,
        matched.matched_at, matched.seconds, matched.journey_id is not null as is_match,
        began.is_mature and (matched.journey_id is not null or outcome <> 'open') as is_known
    from began
    join journeys.journeys using (journey_id)
    left join matched using (journey_id)"""


def _filled(pattern: Pattern, number: int, place: Place) -> str:
    """The visits that fill a place, each with the latest beginning of a match that leads there."""
    conditions = [f"list_contains($place_{number}, here.touchpoint)"]
    if number == 1:
        begun, joined = "here.started_at", ""
        if pattern.is_first:
            conditions.append("here.number = 1")
        if pattern.without_before:
            conditions.append(_free("1"))
    else:
        begun = "before.begun_at"
        before = f"place_{number - 1} as before on before.journey_id = here.journey_id"
        if place.is_straight:
            joined = f"join {before} and here.number = before.number + 1"
        else:
            joined = f"asof join {before} and here.number > before.number"
        if place.within:
            conditions.append(f"here.started_at - before.ended_at <= $within_{number}")
        if place.without:
            conditions.append(_free("before.number + 1"))
    return f"""
    place_{number} as materialized (
        select here.*, {begun} as begun_at
        from {_with_excluded(pattern, number, place)} as here {joined}
        where {" and ".join(conditions)}
    ),"""


def _with_excluded(pattern: Pattern, number: int, place: Place) -> str:
    """The visits, where something is excluded each with the number of the latest such before it."""
    if not (place.without or (number == 1 and pattern.without_before)):
        return "visits"
    return f"""(
            select *, max(number) filter (where list_contains($without_{number}, touchpoint)) over (
                partition by journey_id order by number
                rows between unbounded preceding and 1 preceding
            ) as excluded_number
            from visits
        )"""


def _free(first: str) -> str:
    """Nothing that is excluded lies between the number `first` and this visit."""
    return f"(here.excluded_number is null or here.excluded_number < {first})"


def _tied_to_the_end(search: Search) -> str:
    pattern = search.pattern
    conditions = ["true"]
    if pattern.is_last:
        conditions.append("is_last")
    if pattern.end:
        conditions.append(
            "journey_id in (select journey_id from journeys.journeys where outcome = $end)"
        )
    if pattern.without_after:
        conditions.append(
            "not exists (select 1 from visits where visits.journey_id = here.journey_id "
            "and visits.number > here.number and list_contains($without_after, visits.touchpoint))"
        )
    if search.within:
        conditions.append("started_at - begun_at <= $within")
    return " and ".join(conditions)
