"""What the chain says of groups of journeys, each beside all the others.

A group's moves by part of the customers are kept while its excerpt is open; those of the others are
their sum, so the rest of each group has a chain of its own without a look at the data.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from pipeline.chain.absorbing import START
from pipeline.chain.counts import EVERYONE, Tally, read_counts, read_touch_counts
from pipeline.chain.removal import removal_effects
from pipeline.chain.what_if import LARGEST, expected, lost_at, value_counts
from pipeline.findings.two_shares import LEVEL, family

if TYPE_CHECKING:
    from numpy.typing import NDArray

Row = dict[str, Any]
LEVELS = ("channel", "touchpoint")  # at which credit is told
NOTHING = Tally({}, {})


@dataclass(frozen=True)
class GroupChain:
    """The known moves of a group: between stages, and by level between touches that are given
    credit; and its journeys, conversions and their value (across) by part of the customers."""

    stages: Tally
    touches: Mapping[str, Tally]
    values: "NDArray[Any]"


@dataclass(frozen=True)
class Share:
    """A share that the chain tells, and of how many customers it would vary as much.

    So many are share x (1 - share) / variance over replicates: the effective sample size of Rao and
    Scott (A simple method for the analysis of clustered binary data, Biometrics 48, 1992).
    """

    share: float
    customers: float


Shares = dict[str, Share]  # by node


def read_chain(chosen: duckdb.DuckDBPyConnection) -> GroupChain:
    """The moves of the group whose excerpt is open, with `run.move_counts` in it."""
    touches = read_touch_counts(chosen)
    return GroupChain(
        read_counts(chosen).get(("stage", EVERYONE), NOTHING),
        {level: touches.get((level, EVERYONE), NOTHING) for level in LEVELS},
        value_counts(chosen, EVERYONE),
    )


def chances(groups: Mapping[str, GroupChain], min_group: int) -> list[Row]:
    """The chance to convert from each stage and START, of each group beside all the others.

    `groups` are by persona_id; for the columns see `compared`.
    """
    return compared({name: each.stages for name, each in groups.items()}, _chances, min_group)


def of_personas(connection: duckdb.DuckDBPyConnection, min_group: int) -> list[Row]:
    """As `chances`, of personas after the look, from which they are read. Not from START: what
    comes before the look is everyone's."""
    tallies = {
        persona_id: tally
        for (level, persona_id), tally in read_counts(connection).items()
        if level == "stage" and persona_id not in (EVERYONE, "unknown")
    }
    return compared(tallies, _later_chances, min_group)


def removals(groups: Mapping[str, GroupChain], min_group: int) -> list[Row]:
    """What is lost without each channel and touchpoint, as `chances`, with its `level`; channels
    and touchpoints are a family of tests each."""
    rows = []
    for level in LEVELS:
        tallies = {name: each.touches[level] for name, each in groups.items()}
        rows += [{"level": level, **row} for row in compared(tallies, _removals, min_group)]
    return rows


def what_ifs(groups: Mapping[str, GroupChain], pain_points: Sequence[Row]) -> list[Row]:
    """The three largest pain points of each group, were they as usual: the columns of
    findings.what_ifs, told of the group's journeys alone."""
    rows = []
    for persona_id, group in groups.items():
        own = [row for row in pain_points if row["persona_id"] == persona_id]
        for pain in own[:LARGEST]:
            stage = pain["stage"]
            if stage in group.stages.chain.nodes and lost_at(group.stages, stage) < 1:
                found = expected(group.stages, group.values, stage, pain["usual_rate"])
                rows.append({"persona_id": persona_id, "stage": stage, **found})
    return rows


def compared(
    tallies: Mapping[str, Tally], told: Callable[[Tally], Shares], min_group: int
) -> list[Row]:
    """A share of each group and node beside that of all the other groups together.

    Rows are persona_id, node, share, rest_share, difference with its 95 % interval (Newcombe's),
    p_value, q_value and is_different. All rows are one family of tests (`findings.two_shares`);
    where too few are expected, the tests are null.
    """
    rows = []
    for persona_id, tally in tallies.items():
        others = together(each for name, each in tallies.items() if name != persona_id)
        rest = told(others)
        rows += [
            _row(persona_id, node, share, rest[node])
            for node, share in told(tally).items()
            if node in rest
        ]
    tests = {(row["persona_id"], row["node"]): row for row in family(rows, min_group)}
    return [_tested(row, tests.get((row["persona_id"], row["node"]))) for row in rows]


def together(tallies: Iterable[Tally]) -> Tally:
    """The moves of some groups added up, part by part."""
    edges: dict[tuple[str, str], Any] = {}
    seconds: dict[str, Any] = {}
    for tally in tallies:
        for pair, moves in tally.edges.items():
            edges[pair] = edges.get(pair, 0) + moves
        for node, spent in tally.seconds.items():
            seconds[node] = seconds.get(node, 0) + spent
    return Tally(edges, seconds)


def _row(persona_id: str, node: str, own: Share, rest: Share) -> Row:
    return {
        "persona_id": persona_id, "node": node,
        "cases": own.share * own.customers, "customers": own.customers,
        "other_cases": rest.share * rest.customers, "other_customers": rest.customers,
    }  # fmt: skip


def _tested(row: Row, test: Row | None) -> Row:
    from pipeline.personas.differences import newcombe  # loads scipy

    counts = (row["cases"], row["customers"], row["other_cases"], row["other_customers"])
    difference, low, high = newcombe(*counts)
    q_value = test["q_value"] if test else None
    return {
        "persona_id": row["persona_id"], "node": row["node"],
        "share": counts[0] / counts[1], "rest_share": counts[2] / counts[3],
        "difference": difference, "difference_low": low, "difference_high": high,
        "p_value": test["p_value"] if test else None, "q_value": q_value,
        "is_different": None if q_value is None else q_value <= LEVEL,
    }  # fmt: skip


def _chances(tally: Tally) -> Shares:
    """The chance to convert from each stage; of START, where journeys begin."""
    from pipeline.chain.replicates import Replicates

    if not tally.chain.nodes:
        return {}
    found, varied = tally.chain.chance(), Replicates(tally).chance()
    steps = tally.steps_at()
    return {
        node: _share(found[node], varied[:, place], steps[node])
        for place, node in enumerate(tally.chain.nodes)
    }


def _later_chances(tally: Tally) -> Shares:
    return {node: share for node, share in _chances(tally).items() if node != START}


def _removals(tally: Tally) -> Shares:
    """The share of conversions that is lost without each node."""
    from pipeline.chain.replicates import Replicates

    found = removal_effects(tally.chain).effects
    if not found:
        return {}
    replicates, journeys = Replicates(tally), tally.steps_at()[START]
    varied = replicates.removal_effects()
    return {
        node: _share(effect, varied[:, replicates.place[node]], journeys)
        for node, effect in found.items()
    }


def _share(share: float, replicates: "NDArray[Any]", trials: float) -> Share:
    """With as many customers as vary as much; where none does, with the trials there are."""
    variance = float(replicates.var(ddof=1))
    spread = share * (1 - share)
    return Share(share, spread / variance if variance > 0 and spread > 1e-12 else trials)
