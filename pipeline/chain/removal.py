"""Removal effects: the share of conversions lost if all who come to a node are lost there.

Anderl, Becker, von Wangenheim and Schumann, Mapping the customer journey, International Journal of
Research in Marketing 33, 2016. With h(k) the chance to ever come to k and c(k) to convert from
there, it is h(k) c(k) / c(START): what is lost is what would have passed through k.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from pipeline.chain.absorbing import START, Chain
from pipeline.chain.counts import PARTS, Tally, read_touch_counts
from pipeline.models import Step

if TYPE_CHECKING:
    from numpy.typing import NDArray

TABLE = """
create or replace table run.removal_effects (
    level varchar, persona_id varchar, node varchar,
    removal_effect double, removal_effect_low double, removal_effect_high double,
    credit_share double, credit_share_low double, credit_share_high double,
    value_removal_effect double, value_removal_effect_low double,
    value_removal_effect_high double,
    value_share double, value_share_low double, value_share_high double
)
"""

# Conversions and their value by last touch and part of the customers; of those without any touch,
# under START. Whole numbers add up to the same in any order.
VALUES = """
with last_touches as (
    select level, persona_id, case when is_untouched then 'START' else node end as node,
        customer_id % 400 as part, last_touch,
        cast(round(last_touch * value / 1e6) as bigint) as value
    from graph.touches
    inner join personas.assignments using (customer_id)
    where last_touch > 0
)

select level, coalesce(persona_id, 'all') as persona_id, node, part,
    sum(last_touch) / 1e12 as conversions, sum(value) / 1e6 as value
from last_touches
group by grouping sets ((level, persona_id, node, part), (level, node, part))
order by all
"""


@dataclass(frozen=True)
class Effects:
    """By node: the share of conversions, or of their value, that is lost without it."""

    effects: Mapping[str, float]

    def shares(self) -> dict[str, float]:
        """Of each node in the sum of all; empty where nothing would be lost."""
        whole = sum(self.effects.values())
        return {node: effect / whole for node, effect in self.effects.items()} if whole > 0 else {}

    def told(
        self, node: str, replicates: "NDArray[Any]", place: int, journeys: float
    ) -> tuple[float | None, ...]:
        """The effect of a node and its share in the sum of all, each with its 95 % interval.

        `replicates` are effects by replicate and node, `place` is where the node stands there.
        """
        import numpy as np

        from pipeline.chain.replicates import share_interval

        if node not in self.effects:
            return (None,) * 6
        effect, varied = self.effects[node], replicates[:, place]
        told = effect, *share_interval(effect, varied, journeys)
        share, whole = self.shares().get(node), np.nansum(replicates, axis=1)
        if share is None:
            return (*told, None, None, None)
        parts = np.divide(varied, whole, out=np.zeros_like(varied), where=whole > 0)
        return (*told, share, *share_interval(share, parts, journeys))


def removal_effects(chain: Chain, value_at: Mapping[str, float] | None = None) -> Effects:
    """The removal effects of a chain on conversions, or on their value.

    `value_at` is the mean value of a conversion by the node that it was made from.
    """
    straight = chain.straight_to("CONVERTED")
    if value_at is not None:
        straight = {node: share * value_at.get(node, 0.0) for node, share in straight.items()}
    worth = chain.total(straight)
    base = worth.get(START, 0.0)
    if base <= 0:
        return Effects({})
    return Effects(
        {
            node: min(max(reached * worth[node] / base, 0.0), 1.0)
            for node, reached in chain.reaches().items()
        }
    )


def removal_step() -> Step:
    """The step that makes run.removal_effects, of which graph.attribution tells the columns."""
    reads = frozenset({"run.move_counts", "graph.touches", "personas.assignments"})
    return Step("run.removal_effects", reads, ("run.removal_effects",), _run)


def _run(connection: duckdb.DuckDBPyConnection, _: Mapping[str, Any]) -> None:
    worths: dict[tuple[str, str], Worths] = {}
    for level, persona_id, node, part, conversions, value in connection.execute(VALUES).fetchall():
        worth = worths.setdefault((level, persona_id), Worths({}))
        worth.of(node)[:, part] += conversions, value
    connection.execute(TABLE)
    rows = [
        (*group, *row)
        for group, tally in read_touch_counts(connection).items()
        for row in _rows(tally, worths.get(group, Worths({})))
    ]
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into run.removal_effects values ({marks})", rows)


@dataclass(frozen=True)
class Worths:
    """Conversions and their value (down) by part of the customers (across), by last touch."""

    parts: "dict[str, NDArray[Any]]"

    def of(self, node: str) -> "NDArray[Any]":
        import numpy as np

        return self.parts.setdefault(node, np.zeros((2, PARTS)))

    def means(self) -> dict[str, float]:
        """The mean value of a conversion."""
        sums = {node: parts.sum(axis=1) for node, parts in self.parts.items()}
        return {node: float(value / count) for node, (count, value) in sums.items() if count > 0}

    def replicated(self, nodes: Sequence[str]) -> "NDArray[Any]":
        """The mean value by replicate and node; 0 where nothing converted from a node."""
        import numpy as np

        from pipeline.chain.replicates import weights

        nothing = np.zeros((2, PARTS))
        counts, values = np.array([self.parts.get(node, nothing) for node in nodes]).swapaxes(0, 1)
        counts, values = weights() @ counts.T, weights() @ values.T
        means: NDArray[Any] = np.divide(values, counts, out=np.zeros_like(values), where=counts > 0)
        return means


def _rows(tally: Tally, worths: Worths) -> Iterator[tuple[Any, ...]]:
    """The columns of run.removal_effects after the group, one row for each node but START."""
    from pipeline.chain.replicates import Replicates

    found, of_value = (removal_effects(tally.chain, each) for each in (None, worths.means()))
    if not found.effects:
        return
    replicates, journeys = Replicates(tally), tally.steps_at()[START]
    varied = replicates.removal_effects()
    varied_value = replicates.removal_effects(worths.replicated(replicates.nodes))
    for node in found.effects:
        at = replicates.place[node]
        yield (
            node, *found.told(node, varied, at, journeys),
            *of_value.told(node, varied_value, at, journeys),
        )  # fmt: skip
