"""What if fewer were lost at a node: the conversions that the chain then expects.

The node's other exits take what no longer drops off, each in its share: they are scaled by
(1 - new) / (1 - old). Nothing else changes; that it would not is an assumption, not a finding.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import duckdb

from pipeline.chain.absorbing import DROPPED, START, Moves, absorbing_chain
from pipeline.chain.counts import EVERYONE, Counts, Tally, read_counts
from pipeline.errors import JourneysError
from pipeline.models import Step

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLUMNS = (
    "drop_off_rate", "new_drop_off_rate", "journeys", "conversions", "conversions_gained",
    "conversions_gained_low", "conversions_gained_high", "value_gained", "value_gained_low",
    "value_gained_high",
)  # fmt: skip
TABLE = f"""
create or replace table run.what_ifs (
    finding_id varchar, rank bigint, persona_id varchar, stage varchar,
    {", ".join(f"{name} double" for name in COLUMNS)}
)
"""
LARGEST = 3
PAIN_POINTS = """
select finding_id, rank, persona_id, stage, usual_rate
from findings.pain_points
where is_beyond_usual and not is_withheld
order by rank
limit $largest
"""


def what_if_step() -> Step:
    """The step that makes run.what_ifs: the three largest pain points, were they as usual."""
    reads = frozenset({"run.move_counts", "run.value_counts", "findings.pain_points"})
    return Step("run.what_ifs", reads, ("run.what_ifs",), _run)


def _run(connection: duckdb.DuckDBPyConnection, _: Mapping[str, Any]) -> None:
    connection.execute(TABLE)
    points = connection.execute(PAIN_POINTS, {"largest": LARGEST}).fetchall()
    counts = read_counts(connection) if points else {}
    for finding_id, rank, persona_id, stage, usual in points:
        tally = counts.get(("stage", persona_id))
        if tally is None or stage not in tally.chain.nodes or lost_at(tally, stage) == 1:
            continue
        values = value_counts(connection, persona_id)
        found = expected(tally, values, stage, usual)
        marks = ", ".join("?" * (4 + len(COLUMNS)))
        row = [finding_id, rank, persona_id, stage, *(found[name] for name in COLUMNS)]
        connection.execute(f"insert into run.what_ifs values ({marks})", row)


def what_if(
    connection: duckdb.DuckDBPyConnection,
    node: str,
    drop_off: float,
    level: str = "stage",
    persona_id: str = EVERYONE,
) -> dict[str, float | None]:
    """What the chain expects with another drop-off rate, from 0 to 1, at a node.

    Of the journeys that there are: `conversions` by the chain as it is, and how many, and what
    value, would be gained (below 0: lost), with 95 % intervals; value is null where none is known.
    Raises JourneysError where that cannot be said.
    """
    if not 0 <= drop_off <= 1:
        raise JourneysError(f"A drop-off rate is from 0 to 1, not {drop_off}: say 0.2 for 20 %.")
    counts: Counts = read_counts(connection)
    tally = counts.get((level, persona_id))
    nodes = [each for each in tally.chain.nodes if each != START] if tally else []
    if tally is None or node not in nodes:
        listed = ", ".join(nodes) or "none"
        raise JourneysError(
            f"Nothing is known of what comes after the {level} {node!r}. It is known of: {listed}"
        )
    if lost_at(tally, node) == 1:
        raise JourneysError(
            f"Nobody went on from the {level} {node!r}, so where more would go is not known."
        )
    return expected(tally, value_counts(connection, persona_id), node, drop_off)


def lost_at(tally: Tally, node: str) -> float:
    """The drop-off rate of a node as it is."""
    return tally.chain.moves.get((node, DROPPED), 0.0)


def scaled(moves: Moves, node: str, drop_off: float) -> dict[tuple[str, str], float]:
    """The moves with another drop-off rate at a node, its other exits scaled alike."""
    factor = (1 - drop_off) / (1 - moves.get((node, DROPPED), 0.0))
    other = {pair: share * factor if pair[0] == node else share for pair, share in moves.items()}
    return other | {(node, DROPPED): drop_off}


def expected(
    tally: Tally, values: "NDArray[Any]", node: str, drop_off: float
) -> dict[str, float | None]:
    """The columns of `what_if`; `values` as `value_counts` gives them."""
    from pipeline.chain.replicates import Replicates, size_interval, weights

    replicates = Replicates(tally)
    start = replicates.place[START]
    changed = replicates.chance(replicates.with_drop_off(node, drop_off))[:, start]
    varied = changed - replicates.chance()[:, start]
    base = tally.chain.chance()[START]
    gained = absorbing_chain(scaled(tally.chain.moves, node, drop_off)).chance()[START] - base
    journeys, conversions, value = values.sum(axis=0).tolist()
    low, high = size_interval(gained * journeys, varied * journeys)
    told: dict[str, float | None] = {
        "drop_off_rate": lost_at(tally, node), "new_drop_off_rate": drop_off,
        "journeys": journeys, "conversions": base * journeys,
        "conversions_gained": gained * journeys,
        "conversions_gained_low": low, "conversions_gained_high": high,
        "value_gained": None, "value_gained_low": None, "value_gained_high": None,
    }  # fmt: skip
    if conversions and value:
        weighed = weights() @ values
        worth, worths = value / conversions, weighed[:, 2] / weighed[:, 1]
        low, high = size_interval(gained * journeys * worth, varied * journeys * worths)
        told |= {
            "value_gained": gained * journeys * worth,
            "value_gained_low": low, "value_gained_high": high,
        }  # fmt: skip
    return told


def value_counts(connection: duckdb.DuckDBPyConnection, persona_id: str) -> "NDArray[Any]":
    """Journeys, conversions and their value (across) by part of the customers (down)."""
    import numpy as np

    from pipeline.chain.counts import PARTS

    sql = """
        select part, journeys, conversions, coalesce(value, 0)
        from run.value_counts where $persona in ('all', persona_id)
    """
    counts = np.zeros((PARTS, 3))
    for part, *numbers in connection.execute(sql, {"persona": persona_id}).fetchall():
        counts[part] += numbers
    return counts
