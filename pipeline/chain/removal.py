"""Removal effects: the share of conversions lost if all who come to a node are lost there.

Anderl, Becker, von Wangenheim and Schumann, Mapping the customer journey, International Journal of
Research in Marketing 33, 2016. With h(k) the chance to ever come to k and c(k) to convert from
there, it is h(k) c(k) / c(START): what is lost is what would have passed through k.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from pipeline.chain.absorbing import START, Chain
from pipeline.chain.counts import Tally, read_touch_counts
from pipeline.models import Step

TABLE = """
create or replace table run.removal_effects (
    level varchar, persona_id varchar, node varchar,
    removal_effect double, removal_effect_low double, removal_effect_high double,
    credit_share double, value_removal_effect double, value_share double
)
"""

# The mean value of a conversion by its last touch; of those without any, under START.
VALUES = """
select level, persona_id, node, last_touch - untouched as conversions,
    last_touch_value - untouched_value as value
from graph.touch_credits
union all
select level, persona_id, 'START', sum(untouched), sum(untouched_value)
from graph.touch_credits
group by level, persona_id
order by level, persona_id, node
"""


@dataclass(frozen=True)
class Effects:
    """By node: the share of conversions, or of their value, that is lost without it."""

    effects: Mapping[str, float]

    def shares(self) -> dict[str, float]:
        """Of each node in the sum of all; empty where nothing would be lost."""
        whole = sum(self.effects.values())
        return {node: effect / whole for node, effect in self.effects.items()} if whole > 0 else {}


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
    reads = frozenset({"run.move_counts", "graph.touch_credits"})
    return Step("run.removal_effects", reads, ("run.removal_effects",), _run)


def _run(connection: duckdb.DuckDBPyConnection, _: Mapping[str, Any]) -> None:
    values: dict[tuple[str, str], dict[str, float]] = {}
    for level, persona_id, node, conversions, value in connection.execute(VALUES).fetchall():
        if conversions > 0:
            values.setdefault((level, persona_id), {})[node] = value / conversions
    connection.execute(TABLE)
    rows = [
        (*group, *row)
        for group, tally in read_touch_counts(connection).items()
        for row in _rows(tally, values.get(group, {}))
    ]
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into run.removal_effects values ({marks})", rows)


def _rows(tally: Tally, value_at: Mapping[str, float]) -> Iterator[tuple[Any, ...]]:
    """The columns of run.removal_effects after the group, one row for each node but START."""
    from pipeline.chain.replicates import Replicates, share_interval

    found, of_value = removal_effects(tally.chain), removal_effects(tally.chain, value_at)
    if not found.effects:
        return
    replicates, journeys = Replicates(tally), tally.steps_at()[START]
    varied, shares, value_shares = replicates.removal_effects(), found.shares(), of_value.shares()
    for node, effect in found.effects.items():
        low, high = share_interval(effect, varied[:, replicates.place[node]], journeys)
        yield (
            node, effect, low, high, shares.get(node), of_value.effects.get(node),
            value_shares.get(node),
        )  # fmt: skip
