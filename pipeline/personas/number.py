"""How many personas there are, and whether there are any."""

from dataclasses import dataclass, replace
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from pipeline.personas.model import Space, cluster

if TYPE_CHECKING:
    from numpy.typing import NDArray

CUSTOMERS = 2000  # silhouettes compare each with each
SHUFFLES = 3
LEAST_EXCESS = 0.05  # of the silhouette over that of shuffled data

# Groups that go together by how they are made: a customer of one step has no pace, and one
# touchpoint among the first. Shuffling them apart would take that for a difference of persons.
BLOCKS = {
    "first touchpoint": "steps", "first steps": "steps", "pace": "steps",
    "hour": "time", "weekend": "time",
}  # fmt: skip


@dataclass(frozen=True)
class Number:
    """How many personas; 1 when there are no separate ones."""

    personas: int
    silhouette: float | None  # of the chosen number; None for one


def number_of_personas(space: Space, between: tuple[int, int], seed: int) -> Number:
    """The number, within the bounds, whose silhouette is highest.

    It counts only if it beats by far the silhouette of the same customers with their blocks of
    features shuffled among them: then channel, device, hour and first steps go together, as they
    do when there are kinds of people. Otherwise there are no separate personas.
    """
    few = replace(space, columns=space.columns[:CUSTOMERS])
    most = min(between[1], len(few.columns) // 10, _different(few.columns) - 1)
    candidates = range(between[0], most + 1)
    if not candidates:
        return Number(1, None)
    found = {number: _silhouette(few, number, seed) for number in candidates}
    best = max(candidates, key=lambda number: (found[number], -number))
    shuffles = [_shuffled(few, seed + shuffle) for shuffle in range(SHUFFLES)]
    chance = fmean(_silhouette(shuffled, best, seed) for shuffled in shuffles)
    if found[best] - chance < LEAST_EXCESS:
        return Number(1, None)
    return Number(best, found[best])


def _different(columns: "NDArray[np.float64]") -> int:
    return len(np.unique(columns, axis=0))


def _silhouette(space: Space, number: int, seed: int) -> float:
    from sklearn.metrics import silhouette_score

    places, _ = space.reduced()
    _, labels = cluster(places, number, seed)
    if len(set(labels.tolist())) < 2:
        return -1.0
    return float(silhouette_score(places, labels))


def _shuffled(space: Space, seed: int) -> Space:
    """The same customers, each block of their features taken from another one."""
    rng = np.random.default_rng(seed)
    columns = space.columns.copy()
    blocks = [BLOCKS.get(group, group) for group in space.groups]
    for block in sorted(set(blocks)):
        member = np.array([name == block for name in blocks])
        columns[:, member] = columns[rng.permutation(len(columns))][:, member]
    return replace(space, columns=columns)
