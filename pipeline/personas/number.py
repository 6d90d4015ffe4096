"""How many personas there are, and whether there are any."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from pipeline.personas.clustering import persona_pipeline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

CUSTOMERS = 2000  # silhouettes compare each with each
LEAST_CUSTOMERS = 10  # for each persona
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


def number_of_personas(
    columns: "Matrix", groups: Sequence[str], between: tuple[int, int], seed: int
) -> Number:
    """The number, within the bounds, whose silhouette is highest.

    It counts only if it beats by far the silhouette of the same customers with their blocks of
    features shuffled among them: then channel, device, hour and first steps go together, as they
    do when there are kinds of people. Otherwise there are no separate personas.
    """
    few = columns[:CUSTOMERS]
    most = min(between[1], len(few) // LEAST_CUSTOMERS, different(few) - 1)
    candidates = range(max(between[0], 2), most + 1)
    if not candidates:
        return Number(1, None)
    found = {number: _silhouette(few, groups, number, seed) for number in candidates}
    best = max(candidates, key=lambda number: (found[number], -number))
    chance = fmean(
        _silhouette(_shuffled(few, groups, seed + shuffle), groups, best, seed)
        for shuffle in range(SHUFFLES)
    )
    return Number(best, found[best]) if found[best] - chance >= LEAST_EXCESS else Number(1, None)


def different(columns: "Matrix") -> int:
    """How many customers differ from each other."""
    return len(np.unique(columns, axis=0))


def _silhouette(columns: "Matrix", groups: Sequence[str], number: int, seed: int) -> float:
    from sklearn.metrics import silhouette_score

    pipeline = persona_pipeline(groups, number, seed)
    labels = pipeline.fit_predict(columns)
    if len(set(labels.tolist())) < 2:
        return -1.0
    return float(silhouette_score(pipeline[:-1].transform(columns), labels))


def _shuffled(columns: "Matrix", groups: Sequence[str], seed: int) -> "Matrix":
    """The same customers, each block of their features taken from another one."""
    rng = np.random.default_rng(seed)
    columns = columns.copy()
    blocks = [BLOCKS.get(group, group) for group in groups]
    for block in sorted(set(blocks)):
        member = np.array([name == block for name in blocks])
        columns[:, member] = columns[rng.permutation(len(columns))][:, member]
    return columns
