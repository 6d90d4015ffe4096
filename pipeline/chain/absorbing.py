"""An absorbing Markov chain: the chance to convert from each node, and how long it takes.

States are the nodes, ends the outcomes CONVERTED and DROPPED. A linear system is solved, no
matrix inverted, no walk simulated (Kemeny and Snell, Finite Markov Chains, 1960, chapter 3).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csc_array
    from scipy.sparse.linalg import SuperLU

START = "START"
CONVERTED, DROPPED = ENDS = ("CONVERTED", "DROPPED")
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

    def chance(self, end: str = CONVERTED) -> dict[str, float]:
        """The probability of each node, from 0 to 1, that a journey from there ends in `end`."""
        solved = self.total(self.straight_to(end)).values()
        return dict(zip(self.nodes, (min(max(each, 0.0), 1.0) for each in solved), strict=True))

    def expected_steps(self) -> dict[str, float]:
        """How many steps a journey still makes from each node on, the one there included.

        START is no step: from there, it is how many a journey makes.
        """
        return self.total({node: float(node != START) for node in self.nodes})

    def total(self, each: Mapping[str, float]) -> dict[str, float]:
        """What comes together from each node on, if every visit of a node gives `each` of it."""
        import numpy as np

        if not self.nodes:
            return {}
        given = np.array([each.get(node, 0.0) for node in self.nodes])
        return dict(zip(self.nodes, self._factors.solve(given).tolist(), strict=True))

    def straight_to(self, end: str) -> dict[str, float]:
        """The probability of each node that the very next move is to `end`."""
        return {start: share for (start, to), share in self.moves.items() if to == end}

    def reaches(self, start: str = START) -> dict[str, float]:
        """The probability that a journey from `start` comes to each of the other nodes at all."""
        import numpy as np

        if start not in self._place:
            return {}
        at = self._place[start]
        visits: NDArray[Any] = self._factors.solve(np.eye(len(self.nodes)))  # by from and to
        reached = visits[at] / visits.diagonal()
        return {
            node: min(float(share), 1.0)
            for node, share in zip(self.nodes, reached, strict=True)
            if node != start
        }


def absorbing_chain(moves: Moves) -> Chain:
    """The chain of these moves. Nodes from which no end is reached are left out, and the moves
    to them: what came of those is not known, so the node's other moves share its probability.
    """
    kept = reaching_an_end(pair for pair, share in moves.items() if share > 0)
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


def reaching_an_end(moves: Iterable[tuple[str, str]]) -> set[str]:
    """The nodes from which a walk over these moves can end."""
    before: dict[str, list[str]] = {}
    for start, end in moves:
        before.setdefault(end, []).append(start)
    found: set[str] = set()
    waiting = list(ENDS)
    while waiting:
        new = set(before.get(waiting.pop(), ())) - found
        found |= new
        waiting.extend(new)
    return found
