"""How often each move was made, in each of 400 parts of the customers: graph.move_counts as lists.

A part is a customer's id modulo 400; ids are digests, so the parts are drawn at random and depend
on nothing but the customer. Weighing parts anew is then a bootstrap over customers whose cost does
not grow with them: see docs/decisions/bootstrap.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb

from pipeline.chain.absorbing import CONVERTED, Chain, absorbing_chain
from pipeline.models import Step

PARTS = 400
EVERYONE = "all"
Edges = dict[tuple[str, str], Any]  # (from, to) -> moves by part
Counts = dict[tuple[str, str], "Tally"]  # by (level, persona_id)

# One row per level, persona, move and whether it leaves or leads to the goal alone; the lists go
# together: the part, the known moves there, those after the look, and the seconds of both. Channels
# only where any session tells one.
MOVE_COUNTS = """
create or replace table run.move_counts as
with counts as (
    select * from graph.move_counts
),

told as (
    select count(*) > 0 as is_channel_told
    from counts
    where level = 'channel' and from_node = 'START'
        and to_node not in ('CONVERTED', 'DROPPED', 'OPEN')
)

select level, persona_id, from_node, to_node, is_goal, next_is_goal,
    list(part) as parts, list(moves) as moves, list(moves_after_look) as moves_after_look,
    list(cast(seconds as double)) as seconds,
    list(cast(seconds_after_look as double)) as seconds_after_look
from counts
cross join told
where level <> 'channel' or is_channel_told
group by level, persona_id, from_node, to_node, is_goal, next_is_goal
"""

# How many journeys each part of the customers made, how many converted, and with what value.
VALUE_COUNTS = """
create or replace table run.value_counts as
select persona_id, customer_id % 400 as part,
    count(*) as journeys,
    count(*) filter (where outcome = 'converted') as conversions,
    cast(sum(cast(value as decimal(38, 6))) filter (where outcome = 'converted') as double)
        as value
from journeys.journeys
inner join personas.assignments using (customer_id)
group by all
order by persona_id, part
"""


def counts_step() -> Step:
    """The step that makes run.move_counts and run.value_counts."""

    def make(connection: duckdb.DuckDBPyConnection, _: Mapping[str, Any]) -> None:
        connection.execute(MOVE_COUNTS)
        connection.execute(VALUE_COUNTS)

    reads = frozenset({"graph.move_counts", "journeys.journeys", "personas.assignments"})
    return Step("run.move_counts", reads, ("run.move_counts", "run.value_counts"), make)


@dataclass(frozen=True)
class Tally:
    """The known moves of one level and persona, by part of the customers."""

    edges: Edges
    seconds: dict[str, Any]  # node -> seconds spent there until the next, by part

    @cached_property
    def chain(self) -> Chain:
        """The chain of all customers, each weighed once."""
        return absorbing_chain({pair: float(moves.sum()) for pair, moves in self.edges.items()})

    def steps_at(self) -> dict[str, float]:
        """The known steps at each node; at START, the journeys."""
        steps: dict[str, float] = {}
        for (start, _), moves in self.edges.items():
            steps[start] = steps.get(start, 0.0) + float(moves.sum())
        return steps

    def seconds_at(self) -> dict[str, float]:
        """The mean seconds from a node to the next."""
        steps = self.steps_at()
        return {node: float(spent.sum()) / steps[node] for node, spent in self.seconds.items()}


def read_counts(connection: duckdb.DuckDBPyConnection) -> Counts:
    """The moves of graph.transitions that are known, by level and persona.

    Personas count moves after the look. A node that a persona has no known moves from takes
    everyone's, so that its chain does not break where the look ended.
    """
    everyone, after_look = _Sum(), _Sum()
    for row in _rows(connection):
        level, persona_id, start, end = row[:4]
        everyone.add((level, EVERYONE), (start, end), row, "moves", "seconds")
        after_look.add(
            (level, persona_id), (start, end), row, "moves_after_look", "seconds_after_look"
        )
    counts = everyone.tallies()
    for (level, persona_id), tally in after_look.tallies().items():
        counts[level, persona_id] = _filled_up(tally, counts[level, EVERYONE])
    return {key: counts[key] for key in sorted(counts) if key[0] != "channel"}


def read_touch_counts(connection: duckdb.DuckDBPyConnection) -> Counts:
    """The known moves between touches that can be given credit, by level and persona.

    As `read_counts`, but what leads to the goal leads to CONVERTED, and channels are a level too.
    Every known move of a persona counts: nothing is compared with other personas here.
    """
    sums = _Sum()
    for row in _rows(connection):
        level, persona_id, start, end, is_goal, next_is_goal = row[:6]
        if not is_goal:
            pair = (start, CONVERTED if next_is_goal else end)
            for group in (EVERYONE, persona_id):
                sums.add((level, group), pair, row, "moves", "seconds")
    return dict(sorted(sums.tallies().items()))


def _rows(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    order = "level, persona_id, from_node, to_node, is_goal, next_is_goal"
    return connection.execute(f"select * from run.move_counts order by {order}").fetchall()


COLUMNS = {"parts": 6, "moves": 7, "moves_after_look": 8, "seconds": 9, "seconds_after_look": 10}


class _Sum:
    """Adds rows of run.move_counts up to tallies."""

    def __init__(self) -> None:
        self.edges: dict[tuple[str, str], Edges] = {}
        self.seconds: dict[tuple[str, str], dict[str, Any]] = {}

    def add(
        self, group: tuple[str, str], pair: tuple[str, str], row: Any, moves: str, seconds: str
    ) -> None:
        import numpy as np

        parts = row[COLUMNS["parts"]]
        edges, spent = self.edges.setdefault(group, {}), self.seconds.setdefault(group, {})
        if sum(row[COLUMNS[moves]]):
            edges.setdefault(pair, np.zeros(PARTS))[parts] += row[COLUMNS[moves]]
            spent.setdefault(pair[0], np.zeros(PARTS))[parts] += row[COLUMNS[seconds]]

    def tallies(self) -> Counts:
        return {group: Tally(edges, self.seconds[group]) for group, edges in self.edges.items()}


def _filled_up(own: Tally, everyone: Tally) -> Tally:
    """With everyone's moves from the nodes that have none of their own."""
    known = {start for start, _ in own.edges}
    edges = {pair: moves for pair, moves in everyone.edges.items() if pair[0] not in known}
    seconds = {node: spent for node, spent in everyone.seconds.items() if node not in known}
    return Tally(own.edges | edges, own.seconds | seconds)
