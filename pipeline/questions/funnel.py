"""Funnels: how many come to each of a list of touchpoints, and how many go on from there.

Closed: the touchpoints in this order, anything in between; a unit (a journey or a customer) enters
with its first visit to the first of them and takes the earliest later visit to each next one. So
one visit cannot fill two places, and equal times are told apart by the order of steps.
Strict: straight one after the other, at any place. Open: entered anywhere, each place by itself.

How many came is counted over everything. Rates are over what is known: the visit before is mature
and, if the unit did not go on, it no longer can (its journey is closed, an excluded touchpoint
came in between); with a limit in time, the whole of the limit lies before the horizon. The rest is
open and not lost.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb

from pipeline.database import frame
from pipeline.errors import JourneysError
from pipeline.intervals import wilson
from pipeline.questions.selection import Asked

if TYPE_CHECKING:
    import pandas

ORDERS = ("closed", "strict", "open")
COUNTS = ("reached", "customers", "known", "went_on", "open", "known_from_first", "reached_known")
COLUMNS = (
    "place", "touchpoint", "reached", "customers", "known", "went_on", "open",
    "rate", "rate_low", "rate_high", "known_from_first", "reached_known",
    "rate_from_first", "rate_from_first_low", "rate_from_first_high",
    "median_seconds", "p90_seconds",
)  # fmt: skip


@dataclass(frozen=True)
class Funnel:
    """A funnel as it was asked for; the names of its touchpoints are known to be there."""

    touchpoints: tuple[str, ...]
    order: str = "closed"
    within: timedelta | None = None  # from the start of the first visit to the first touchpoint
    without: tuple[str, ...] = ()  # what comes after one of these does not count
    asked: Asked = field(default_factory=Asked)


def read_funnel(connection: duckdb.DuckDBPyConnection, funnel: Funnel) -> "pandas.DataFrame":
    """One row per place: how many came there and, of those known at the place before, went on.

    Raises JourneysError for what cannot be asked: no touchpoint, or a limit without a beginning.
    """
    _refuse(funnel)
    found = frame(connection, "\n".join(_query(funnel)), _values(funnel))
    found = found.sort_values("place", ignore_index=True)
    found["touchpoint"] = list(funnel.touchpoints)
    for rate, won, tried in (
        ("rate", "went_on", "known"),
        ("rate_from_first", "reached_known", "known_from_first"),
    ):
        found[rate], found[f"{rate}_low"], found[f"{rate}_high"] = wilson(found[won], found[tried])
    found[list(COUNTS)] = found[list(COUNTS)].astype("Int64")
    return found[list(COLUMNS)]


def _refuse(funnel: Funnel) -> None:
    if not funnel.touchpoints:
        raise JourneysError('A funnel needs touchpoints: funnel("pricing page", "deal won")')
    if funnel.order == "open" and (funnel.within or funnel.without):
        what = "within" if funnel.within else "without"
        raise JourneysError(
            f"{what!r} counts from the first touchpoint, and an open funnel may be entered "
            "anywhere: ask for order='closed' or order='strict'."
        )
    if both := [name for name in funnel.without if name in funnel.touchpoints]:
        raise JourneysError(f"{both[0]!r} cannot be both in the funnel and excluded from it.")


def _values(funnel: Funnel) -> dict[str, Any]:
    places = {f"touchpoint_{place}": name for place, name in enumerate(funnel.touchpoints, 1)}
    wanted = [*funnel.touchpoints, *funnel.without]
    values = places | {"wanted": wanted} | funnel.asked.values
    if funnel.without:
        values["without"] = list(funnel.without)
    if funnel.within:
        values["within"] = funnel.within
    return values


def _query(funnel: Funnel) -> Iterator[str]:
    """The lines of the query; only names of the code's own are written into it."""
    asked, places = funnel.asked, range(1, len(funnel.touchpoints) + 1)
    yield f"""
    with visits as materialized (
        select {asked.unit} as unit, customer_id, customer_step_number as number,
            touchpoint, started_at, ended_at, is_mature
        from journeys.steps
        where touchpoint in (select unnest($wanted::varchar[])) and {asked.condition}
    ),
    open_units as (
        select distinct {asked.unit} as unit from journeys.journeys where outcome = 'open'
    ),"""
    yield _entries(funnel)
    for place in places:
        yield _place(funnel, place)
        yield f"""
    place_{place} as materialized (
        select unit, min(customer_id) as customer_id, min(number) as number,
            max(number) as last_number, min(ended_at) as ended_at,
            bool_or(is_mature) as is_mature, arg_min(seconds, number) as seconds
        from matched_{place} group by unit
    ),"""
    yield "    answers as ("
    yield "\n    union all\n".join(_answer(funnel, place) for place in places)
    yield "    )\n    select * from answers"


def _entries(funnel: Funnel) -> str:
    """Where each unit entered, and the number from which on its visits no longer count."""
    stop = "null::bigint"
    if funnel.without:
        stop = "min(visits.number) filter (where list_contains($without, visits.touchpoint))"
    return f"""
    first_visits as (
        select unit, min(number) as number, min(started_at) as started_at
        from visits where touchpoint = $touchpoint_1 group by unit
    ),
    entries as materialized (
        select first_visits.unit, min(first_visits.started_at) as entered_at,
            {stop} as stopped_at_number
        from first_visits join visits
            on visits.unit = first_visits.unit and visits.number >= first_visits.number
        group by first_visits.unit
    ),"""


def _place(funnel: Funnel, place: int) -> str:
    """The visits that fill this place: `matched_<place>`."""
    here = f"visits.touchpoint = $touchpoint_{place}"
    if place == 1 or funnel.order == "open":
        return f"""
    matched_{place} as (select *, null::double as seconds from visits where {here}),"""
    before, joined = (
        (f"matched_{place - 1}", "visits.number = before.number + 1")
        if funnel.order == "strict"
        else (f"place_{place - 1}", "visits.number > before.number")
    )
    limits = ["(stopped_at_number is null or visits.number < stopped_at_number)"]
    if funnel.within:
        limits.append("visits.started_at - entered_at <= $within")
    return f"""
    matched_{place} as (
        select visits.*,
            date_diff('microsecond', before.ended_at, visits.started_at) / 1e6 as seconds
        from {before} as before
        join visits on visits.unit = before.unit and {joined}
        join entries on entries.unit = visits.unit
        where {here} and {" and ".join(limits)}
    ),"""


def _answer(funnel: Funnel, place: int) -> str:
    if place == 1:
        nothing = ", ".join(f"null as {name}" for name in COUNTS[2:])
        return f"""
        select 1 as place, count(*) as reached, count(distinct customer_id) as customers,
            {nothing}, null as median_seconds, null as p90_seconds
        from place_1"""
    went_on = "here.unit is not null"
    if funnel.order == "open":  # of those who came to the place before, who came here later
        went_on += " and here.last_number > before.number"
    fates = f"{_known(went_on, funnel)} as is_known, {went_on} as has_gone_on, here.seconds"
    return f"""
        select {place},
            (select count(*) from place_{place}),
            (select count(distinct customer_id) from place_{place}),
            count(*) filter (where is_known),
            count(*) filter (where is_known and has_gone_on),
            count(*) filter (where not is_known and not has_gone_on),
            {_since_first(fates, place)},
            median(seconds) filter (where has_gone_on),
            quantile_disc(seconds, 0.9) filter (where has_gone_on)
        from (select {fates} {_joined(place - 1, place)})"""


def _since_first(fates: str, place: int) -> str:
    """How many of the first place are known, and how many of these came here."""
    return ", ".join(
        f"(select count(*) filter (where {condition}) from (select {fates} {_joined(1, place)}))"
        for condition in ("is_known", "is_known and has_gone_on")
    )


def _joined(first: int, place: int) -> str:
    return f"""from place_{first} as before
            left join place_{place} as here on here.unit = before.unit
            left join entries on entries.unit = before.unit
            left join open_units on open_units.unit = before.unit
            cross join core.horizon"""


def _known(went_on: str, funnel: Funnel) -> str:
    """Whether it is known what came of a visit, whatever came of it."""
    if funnel.within:
        return "(horizon - entered_at >= $within)"
    closed = "open_units.unit is null or stopped_at_number is not null"
    return f"(before.is_mature and (({went_on}) or {closed}))"
