"""The absorbing Markov chain behind the map: the chance to convert from each node.

States are the nodes, ends the outcomes CONVERTED and DROPPED. A linear system is solved, no
matrix inverted, no walk simulated (Kemeny and Snell, Finite Markov Chains, 1960, chapter 3).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import duckdb

from pipeline.models import Step

if TYPE_CHECKING:
    from scipy.sparse import csc_array
    from scipy.sparse.linalg import SuperLU

ENDS = ("CONVERTED", "DROPPED")
Moves = Mapping[tuple[str, str], float]  # (from, to) -> probability; ends are never `from`


@dataclass(frozen=True)
class Chain:
    """The moves between nodes of which each reaches an end, with the way back from there."""

    nodes: tuple[str, ...]  # ascending
    moves: Moves  # those of one node sum to 1

    @cached_property
    def _place(self) -> dict[str, int]:
        return {node: number for number, node in enumerate(self.nodes)}

    @cached_property
    def _factors(self) -> "SuperLU":
        from scipy.sparse import eye_array
        from scipy.sparse.linalg import splu

        return splu((eye_array(len(self.nodes)) - self._inner()).tocsc())

    def _inner(self) -> "csc_array":
        """Between nodes: probability by (from, to)."""
        from scipy.sparse import csc_array

        inner = [(*pair, share) for pair, share in self.moves.items() if pair[1] in self._place]
        rows = [self._place[start] for start, _, _ in inner]
        columns = [self._place[end] for _, end, _ in inner]
        size = len(self.nodes)
        return csc_array(([share for *_, share in inner], (rows, columns)), shape=(size, size))

    def chance(self, end: str = "CONVERTED") -> dict[str, float]:
        """The probability of each node, from 0 to 1, that a journey from there ends in `end`."""
        import numpy as np

        if not self.nodes:
            return {}
        straight = np.zeros(len(self.nodes))
        for (start, to), share in self.moves.items():
            if to == end:
                straight[self._place[start]] += share
        solved = np.clip(self._factors.solve(straight), 0.0, 1.0)
        return dict(zip(self.nodes, solved.tolist(), strict=True))


def absorbing_chain(moves: Moves) -> Chain:
    """The chain of these moves. Nodes from which no end is reached are left out, and the moves
    to them: what came of those is not known, so the node's other moves share its probability.
    """
    kept = _reaching_an_end(moves)
    known = {
        (start, end): share
        for (start, end), share in moves.items()
        if share > 0 and start in kept and (end in kept or end in ENDS)
    }
    sums: dict[str, float] = {}
    for (start, _), share in known.items():
        sums[start] = sums.get(start, 0.0) + share
    scaled = {pair: share / sums[pair[0]] for pair, share in known.items()}
    return Chain(tuple(sorted(kept)), scaled)


def _reaching_an_end(moves: Moves) -> set[str]:
    """The nodes from which a walk can end."""
    before: dict[str, list[str]] = {}
    for (start, end), share in moves.items():
        if share > 0:
            before.setdefault(end, []).append(start)
    found: set[str] = set()
    waiting = list(ENDS)
    while waiting:
        new = set(before.get(waiting.pop(), ())) - found
        found |= new
        waiting.extend(new)
    return found


def chain_step() -> Step:
    """The step that makes run.chain: level, persona_id, node, conversion_probability; START too."""
    return Step("run.chain", frozenset({"graph.transitions"}), ("run.chain",), _run)


def _run(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
    rows = connection.execute(
        """
        select level, persona_id, from_node, to_node, probability
        from graph.transitions
        where probability is not null
        order by all
        """
    ).fetchall()
    connection.execute(
        """
        create or replace table run.chain
        (level varchar, persona_id varchar, node varchar, conversion_probability double)
        """
    )
    chances = [
        (level, persona, node, chance)
        for (level, persona), moves in _by_group(rows).items()
        for node, chance in absorbing_chain(moves).chance().items()
    ]
    if chances:
        connection.executemany("insert into run.chain values (?, ?, ?, ?)", chances)


def _by_group(
    rows: Iterable[tuple[str, str, str, str, float]],
) -> dict[tuple[str, str], dict[tuple[str, str], float]]:
    """The moves by (level, persona). A node that a persona has no known steps at takes
    everyone's moves, so that its chain does not break where the look ended."""
    groups: dict[tuple[str, str], dict[tuple[str, str], float]] = {}
    for level, persona, start, end, share in rows:
        groups.setdefault((level, persona), {})[start, end] = share
    for (level, _), moves in groups.items():
        own = {start for start, _ in moves}
        for (start, end), share in groups.get((level, "all"), {}).items():
            if start not in own:
                moves[start, end] = share
    return groups
