"""Questions about touchpoints of one's own choice: funnels, path queries, what is around.

Each is one query over the warehouse, so it is fast at millions of steps. Rates have a 95 % interval
beside them (`_low`, `_high`) and count only what is known; what is open is told apart, not lost.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.durations import parse_duration
from pipeline.errors import JourneysError, WarehouseError
from pipeline.handle import EVERYONE, Handle, chosen
from pipeline.questions.selection import UNITS, Asked, length_of_time, listed

if TYPE_CHECKING:
    import pandas

Length = str | timedelta | None  # "7 days", or a timedelta


MOST_TAKEN = """
    select * from journeys.paths where customers >= $least
    order by journeys desc, path limit $limit
"""
MOST_TAKEN_BY = """
    select path, min(sequences.steps) as steps, count(*) as journeys,
        count(distinct customer_id) as customers,
        count(*) filter (where outcome = 'converted') as converted,
        count(*) filter (where outcome = 'dropped') as dropped,
        count(*) filter (where outcome = 'open') as open
    from journeys.sequences as sequences
    join (select journey_id, outcome from journeys.journeys) using (journey_id)
    join personas.assignments using (customer_id)
    where persona_id = $persona
    group by path having count(distinct customer_id) >= $least
    order by journeys desc, path limit $limit
"""


class OwnQuestions(Handle):
    """The questions of `Journeys` that name touchpoints."""

    def funnel(
        self,
        *touchpoints: str,
        order: str = "closed",
        per: str = "journey",
        within: Length = None,
        without: str | Sequence[str] = (),
        persona: str = EVERYONE,
    ) -> "pandas.DataFrame":
        """One row per place: touchpoint, reached (how many came there), customers, rate (of those
        known at the place before, went_on of known) and rate_from_first, with intervals; open (not
        gone on, but still may); median_seconds and p90_seconds from the place before.

        order: `closed`, in this order with anything in between; `strict`, straight one after the
        other; `open`, entered anywhere. per: `journey` or `customer`. within: the longest time from
        the first visit to the first touchpoint, such as "7 days". without: touchpoints after which
        nothing counts. The funnel over all stages is `.stage_funnel()`.
        """
        from pipeline.questions.funnel import ORDERS, Funnel, read_funnel

        return read_funnel(
            self._open(),
            Funnel(
                tuple(self._touchpoint(name) for name in touchpoints),
                chosen("order", order, ORDERS),
                length_of_time("within", within),
                tuple(self._touchpoint(name) for name in listed(without)),
                self._asked(per, persona),
            ),
        )

    def paths(
        self,
        query: str | None = None,
        *,
        limit: int = 20,
        within: Length = None,
        persona: str = EVERYONE,
        least: int = 1,
    ) -> "pandas.DataFrame":
        """One row per sequence of touchpoints, most taken first: path, steps, journeys, customers,
        converted, dropped, open.

        With a query, such as `paths("pricing page -> * -> demo call within 7 days -> deal won")`,
        the journeys that match it; `*` is any steps, `!support ticket` any but these, `a | b`
        either. The first row is of all that match: of the journeys that came to the first place
        (began; known), match_rate went the whole way; from the match on, conversion_rate converted
        (cumulative incidence within the settings' time); median_seconds from the first place to the
        last. within limits the whole way. What may stand in a query: docs/questions.md.
        """
        if query is None:
            return self._most_taken(limit, within, persona, least)
        if not isinstance(query, str):
            raise JourneysError(f"{query!r} is no path query. For so many paths: limit={query!r}")
        from pipeline.questions.pattern import read_pattern
        from pipeline.questions.search import Search, read_paths

        state = self._answered_with
        search = Search(
            read_pattern(query, self._touchpoints),
            goal=state["goal"],
            give_up_after=parse_duration(state["give_up_after"]),
            convert_within=parse_duration(state["within"]),
            within=length_of_time("within", within),
            asked=self._asked("journey", persona),
        )
        return read_paths(self._open(), search, limit, least)

    def _most_taken(
        self, limit: int, within: Length, persona: str, least: int
    ) -> "pandas.DataFrame":
        if within is not None:
            raise JourneysError('within limits the way of a query: paths("a -> * -> b", within=…)')
        persona_id = self._persona(persona)
        if persona_id == EVERYONE:
            return self.sql(MOST_TAKEN, limit=limit, least=least)
        return self.sql(MOST_TAKEN_BY, limit=limit, least=least, persona=persona_id)

    def around(
        self, touchpoint: str, depth: int = 3, persona: str = EVERYONE
    ) -> "pandas.DataFrame":
        """One row per position (-1 is just before, 1 straight after, to ±depth) and node, most
        frequent first: visits, customers, share of the visits that have such a position,
        median_seconds and p90_seconds to or from the touchpoint. Mature visits only.
        """
        from pipeline.questions.surroundings import read_surroundings

        asked = self._asked("journey", persona)
        return read_surroundings(self._open(), self._touchpoint(touchpoint), depth, asked)

    def step_matrix(
        self, steps: int = 10, per: str = "journey", persona: str = EVERYONE
    ) -> "pandas.DataFrame":
        """One row per step number and node, most frequent first: units (journeys or customers) that
        are there at their step of that number, share of all units; ended ones stay at their end.

        As a matrix: `.pivot(index="node", columns="step_number", values="share").fillna(0)`.
        """
        from pipeline.questions.step_matrix import read_step_matrix

        return read_step_matrix(self._open(), steps, self._asked(per, persona))

    @property
    def convert_within(self) -> str:
        """The time within which a conversion counts in rates, as the settings had it: 180 days."""
        return self._answered_with["within"]

    @property
    def min_group(self) -> int:
        """The smallest group of customers that leaves the house, as the settings had it."""
        return int(self._answered_with["min_group"])

    def _asked(self, per: str, persona: str) -> Asked:
        persona_id = self._persona(persona)
        look = 0 if persona_id == EVERYONE else int(self._answered_with["look"])
        return Asked(chosen("unit to count", per, list(UNITS)), persona_id, look)

    def _touchpoint(self, name: str) -> str:
        return chosen("touchpoint", name, self._touchpoints)

    @cached_property
    def _touchpoints(self) -> list[str]:
        sql = "select distinct touchpoint, min(touchpoint_number) from run.touchpoints"
        return [row[0] for row in self._fetch(f"{sql} group by touchpoint order by 2")]

    @cached_property
    def _answered_with(self) -> dict[str, str]:
        """What the settings said when the warehouse was made."""
        state = dict(self._fetch("select name, value from run.state"))
        wanted = ("goal", "give_up_after", "within", "look", "min_group")
        if missing := [name for name in wanted if name not in state]:
            raise WarehouseError(
                f"{self.warehouse}: was made by an earlier version, which did not note "
                f"{missing[0]!r}. Bring it up to date: journeys run --full"
            )
        return state
