"""Does the chain foretell what it has not seen: learned from the first 70 % of the time, tried on
the rest.

Learned from is what was known at that instant (steps that ended `give_up_after` before it). Tried
on are the steps that began after it: how many were lost at each node. And the journeys that began
in the first half of what is left: how many converted within the time of its second half, so that
all of them were watched for just as long. The chain says how many convert in the end; which share
of these does so within that time is read from the incidence of conversion as it stood at the cut.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, sqrt
from statistics import NormalDist
from typing import Any

import duckdb

from pipeline.chain.absorbing import CONVERTED, DROPPED, START
from pipeline.chain.counts import EVERYONE, PARTS, Tally
from pipeline.chain.sampled import parts_taken
from pipeline.database import bind
from pipeline.models import Step

CONFIDENCE, LEAST = 0.95, 30

# The instant of the cut, and the time that journeys are watched after it; no row without a horizon
# after the first event.
CUT = """
create or replace table run.forecast_cut as
select first_event_at + spanned * 0.7 as learned_until, spanned * 0.15 as watched,
    date_diff('microsecond', first_event_at, horizon) * 0.15 / 1e6 as watched_seconds
from (select horizon - first_event_at as spanned, * from core.horizon)
where horizon > first_event_at
"""
MOVES = """
with moves as (
    select level, persona_id, customer_id % 400 as part, from_number, to_number,
        started_at >= learned_until as is_tried
    from journeys.moves
    inner join personas.assignments using (customer_id)
    cross join run.forecast_cut
    where customer_id % 400 < $parts and is_mature and to_node <> 'OPEN' and (
        started_at >= learned_until
        or started_at + interval 1 second * coalesce(stay_seconds, 0)
            + case when from_number = 0 then interval 0 day else $give_up_after end
            < learned_until
    )
),

counted as (  -- numbers instead of names are grouped by
    select level, persona_id, from_number, to_number, is_tried, part, count(*) as moves
    from moves
    group by all
)

select counted.level, persona_id, froms.node as from_node, tos.node as to_node, is_tried, part,
    moves
from counted
join run.nodes as froms on froms.level = counted.level and froms.node_number = from_number
join run.nodes as tos on tos.level = counted.level and tos.node_number = to_number
order by all
"""
# Journeys that were watched after the cut.
TRIED = """
select persona_id, count(*) as tried,
    count(*) filter (where outcome = 'converted' and last_step_at - started_at <= watched) as soon
from journeys.journeys
inner join personas.assignments using (customer_id)
cross join run.forecast_cut
cross join core.horizon
where customer_id % 400 < $parts and started_at >= learned_until and started_at + watched <= horizon
group by persona_id
order by persona_id
"""
# Those begun before it, by the whole hours in which they came to an end or were last seen then.
ENDED = """
with journeys as (
    select persona_id, outcome,
        date_diff('microsecond', started_at, learned_until) as observed,
        date_diff('microsecond', started_at, case outcome
            when 'converted' then last_step_at
            when 'dropped' then last_step_at + $give_up_after
        end) as ended
    from journeys.journeys
    inner join personas.assignments using (customer_id)
    cross join run.forecast_cut
    where customer_id % 400 < $parts and started_at < learned_until
)

select persona_id, least(ended, observed) // 3600000000 as hours,
    count(*) filter (where outcome = 'converted' and ended <= observed) as converted,
    count(*) filter (where outcome = 'dropped' and ended <= observed) as dropped,
    count(*) as journeys
from journeys
group by persona_id, hours
order by persona_id, hours
"""
TABLE = """
create or replace table run.forecasts (
    level varchar, persona_id varchar, node varchar, measure varchar, learned_until timestamp,
    within_seconds double, learned_steps bigint, tried_steps bigint,
    predicted double, predicted_low double, predicted_high double,
    observed double, observed_low double, observed_high double,
    difference double, difference_low double, difference_high double, is_missed boolean
)
"""


def forecast_step() -> Step:
    """The step that makes run.forecasts, of which graph.forecasts tells the columns."""
    reads = frozenset({
        "journeys.moves", "journeys.journeys", "personas.assignments", "core.horizon", "run.nodes",
    })  # fmt: skip
    return Step("run.forecasts", reads, ("run.forecasts",), _run)


def _run(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
    connection.execute(CUT)
    connection.execute(TABLE)
    cut = connection.execute(
        "select learned_until, watched_seconds from run.forecast_cut"
    ).fetchone()
    if cut is None:
        return
    bound = dict(parameters) | {"parts": parts_taken(connection)}
    moves, tried, ended = (
        connection.execute(sql, bind(sql, bound)).fetchall() for sql in (MOVES, TRIED, ENDED)
    )
    personas = {row[0] for row in ended}
    watched = {
        group: _watched(_of(tried, group), _of(ended, group), cut[1] / 3600)
        for group in (EVERYONE, *sorted(personas))
    }
    rows = [
        (level, persona_id, found.node, found.measure, cut[0],
         cut[1] if found.measure == "conversion" else None, *found.columns())
        for (level, persona_id), seen in _groups(moves).items()
        for found in forecasts(seen, watched.get(persona_id, Watched(0, 0, 0, 0.0)))
    ]  # fmt: skip
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into run.forecasts values ({marks})", rows)


@dataclass(frozen=True)
class Watched:
    """Journeys: those tried on and how many converted soon; of those before, how many converted,
    and which share of them soon."""

    tried: int
    tried_soon: int
    converted: int
    soon: float


def _of(rows: Sequence[tuple[Any, ...]], persona_id: str) -> list[tuple[Any, ...]]:
    """The rows of a persona, or of everyone, without the persona."""
    return [tuple(row) for group, *row in rows if persona_id in (EVERYONE, group)]


def _watched(
    tried: Sequence[Sequence[int]], ended: Sequence[Sequence[int]], hours: float
) -> Watched:
    """`tried` are (journeys, of these converted soon), `ended` those of `share_soon`."""
    converted = sum(row[1] for row in ended)
    begun, soon = (sum(row[at] for row in tried) for at in (0, 1))
    return Watched(begun, soon, converted, share_soon(ended, hours))


def share_soon(ended: Sequence[Sequence[int]], hours: float) -> float:
    """Of the journeys that convert, the share that does so within so many hours, by the incidence
    of conversion; 0 where none does.

    `ended`: (hours, converted, dropped, journeys that ended or were last seen then). Who converts
    later than anybody was observed is not among them.
    """
    import numpy as np

    from pipeline.incidence import incidence

    if not len(ended):
        return 0.0
    rows = np.array(ended, dtype=float)
    time, place = np.unique(rows[:, 0], return_inverse=True)
    converted, dropped, journeys = (np.bincount(place, weights=rows[:, at]) for at in (1, 2, 3))
    soon, in_the_end = (
        incidence(time, converted, dropped, journeys, limit).rate for limit in (hours, inf)
    )
    return soon / in_the_end if in_the_end > 0 else 0.0


@dataclass
class Seen:
    """The moves of one level and persona: (from, to) -> moves by part; and those tried on."""

    learned: dict[tuple[str, str], Any]
    tried: dict[tuple[str, str], int]


def _groups(moves: Sequence[tuple[Any, ...]]) -> dict[tuple[str, str], Seen]:
    """By level and persona, everyone among them."""
    import numpy as np

    found: dict[tuple[str, str], Seen] = {}
    for level, persona_id, start, end, is_tried, part, count in moves:
        for group in ((level, EVERYONE), (level, persona_id)):
            seen = found.setdefault(group, Seen({}, {}))
            if is_tried:
                seen.tried[start, end] = seen.tried.get((start, end), 0) + count
            else:
                seen.learned.setdefault((start, end), np.zeros(PARTS))[part] += count
    return dict(sorted(found.items()))


@dataclass(frozen=True)
class Share:
    """A share with the trials that say as much about it."""

    value: float
    trials: float

    def interval(self, quantile: float) -> tuple[float, float]:
        """Wilson's."""
        square = quantile**2
        middle = (self.value + square / (2 * self.trials)) / (1 + square / self.trials)
        spread = self.value * (1 - self.value) / self.trials + square / (4 * self.trials**2)
        half = quantile * sqrt(spread) / (1 + square / self.trials)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class Forecast:
    """One figure foretold, and as it came; `quantile` allows for all figures of its group."""

    node: str
    measure: str
    learned: int
    tried: int
    predicted: Share
    observed: Share
    quantile: float

    def columns(self) -> tuple[Any, ...]:
        """The columns of run.forecasts from learned_steps on."""
        usual = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
        low, high = self.difference(self.quantile)
        return (
            self.learned, self.tried,
            self.predicted.value, *self.predicted.interval(usual),
            self.observed.value, *self.observed.interval(usual),
            self.observed.value - self.predicted.value, *self.difference(usual),
            low > 0 or high < 0,
        )  # fmt: skip

    def difference(self, quantile: float) -> tuple[float, float]:
        """The interval of observed less predicted (Newcombe's tenth method, 1998)."""
        (old_low, old_high), (new_low, new_high) = (
            share.interval(quantile) for share in (self.predicted, self.observed)
        )
        old, new = self.predicted.value, self.observed.value
        return (
            new - old - sqrt((new - new_low) ** 2 + (old_high - old) ** 2),
            new - old + sqrt((new_high - new) ** 2 + (old - old_low) ** 2),
        )


def forecasts(seen: Seen, watched: Watched) -> list[Forecast]:
    """What was foretold and came: a drop-off rate for each node, and conversion from START.

    Figures that rest on fewer than 30 steps or journeys, before or after, are left out.
    """
    found = [*_drop_offs(seen), *_conversion(seen, watched)]
    allowed = (1 - CONFIDENCE) / max(1, len(found))
    quantile = NormalDist().inv_cdf(1 - allowed / 2)
    return [Forecast(*each, quantile) for each in found]


Found = tuple[str, str, int, int, Share, Share]


def _drop_offs(seen: Seen) -> Iterator[Found]:
    learned = {pair: int(moves.sum()) for pair, moves in seen.learned.items()}
    for node in sorted({start for start, _ in learned} - {START}):
        before, after = _steps(learned, node), _steps(seen.tried, node)
        lost, lost_after = learned.get((node, DROPPED), 0), seen.tried.get((node, DROPPED), 0)
        if min(before, after) >= LEAST and learned.get((node, CONVERTED), 0) < before:
            yield (
                node, "drop-off", before, after,
                Share(lost / before, before), Share(lost_after / after, after),
            )  # fmt: skip


def _steps(moves: Mapping[tuple[str, str], int], node: str) -> int:
    return sum(count for (start, _), count in moves.items() if start == node)


def _conversion(seen: Seen, watched: Watched) -> Iterator[Found]:
    from pipeline.chain.replicates import Replicates

    tally = Tally(seen.learned, {})
    in_the_end, begun = tally.chain.chance().get(START, 0.0), round(tally.steps_at().get(START, 0))
    if min(begun, watched.tried, watched.converted) < LEAST or not 0 < in_the_end < 1:
        return
    replicates = Replicates(tally)
    error = float(replicates.chance()[:, replicates.place[START]].std(ddof=1))
    soon = watched.soon
    share = in_the_end * soon
    variance = (soon * error) ** 2 + in_the_end**2 * soon * (1 - soon) / watched.converted
    trials = share * (1 - share) / variance if 0 < share < 1 and variance > 0 else begun
    came = Share(watched.tried_soon / watched.tried, watched.tried)
    yield START, "conversion", begun, watched.tried, Share(share, trials), came
