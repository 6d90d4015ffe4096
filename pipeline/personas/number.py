"""How many personas there are, and whether there are any."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from pipeline.personas.clustering import estimator
from pipeline.personas.model import Tried, Wanted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

CUSTOMERS = 2000  # silhouettes compare each with each
REFITTED = 5000  # customers, at most: chains need many journeys to be the same again
LEAST_CUSTOMERS = 10  # for each persona
SHUFFLES, REFITS = 3, 8
LEAST_EXCESS = 0.05  # of the silhouette over that of shuffled data
LEAST_GAIN = 0.02  # of the silhouette, for one persona more to be worth it
LEAST_STABILITY = 0.7  # mean adjusted Rand index over the refits
MARKOV = "markov mixture"

# Groups that go together by how they are made: a customer of one step has no pace, and one
# touchpoint among the first. Shuffling them apart would take that for a difference of persons.
BLOCKS = {
    "first touchpoint": "steps", "first steps": "steps", "pace": "steps", "touchpoints": "steps",
    "moves": "steps", "tempo": "steps", "hour": "time", "weekday": "time",
    "weekend": "time",
    "channel": "channel", "channel mix": "channel",
}  # fmt: skip


@dataclass(frozen=True)
class Number:
    """How many personas; 1 when there are no separate ones."""

    personas: int
    tried: tuple[Tried, ...] = ()

    @property
    def silhouette(self) -> float | None:
        """The quality of the chosen number; None for one."""
        return next((each.quality for each in self.tried if each.personas == self.personas), None)


def number_of_personas(columns: "Matrix", groups: Sequence[str], wanted: Wanted) -> Number:
    """The number, within the bounds, of highest quality among those that are stable; of numbers
    as good but for a hair, the smallest.

    Stable is a number whose refits on customers drawn anew (bootstrap) put the same customers
    together. With a silhouette it counts only if it beats by far that of the same customers with
    their blocks of features shuffled among them: then channel, device, hour and first steps go
    together, as they do when there are kinds of people. With Markov chains it counts only if BIC
    prefers it to a single chain. Otherwise there are no separate personas.
    """
    few = columns if wanted.method == MARKOV else columns[:CUSTOMERS]
    most = min(wanted.between[1], len(few) // LEAST_CUSTOMERS, different(few) - 1)
    numbers = range(max(wanted.between[0], 2), most + 1)
    tried = [_try(few, groups, number, wanted) for number in numbers]
    stable = [each for each in tried if (each.stability or 0) >= LEAST_STABILITY]
    if not stable:
        return Number(1, tuple(tried))
    most_quality = max(each.quality or 0 for each in stable)
    gain = 0.0 if wanted.method == MARKOV else LEAST_GAIN
    best = next(each for each in stable if (each.quality or 0) >= most_quality - gain)
    chance, least = _chance(few, groups, best.personas, wanted)
    tried[tried.index(best)] = told = Tried(best.personas, best.quality, best.stability, chance)
    is_separate = (told.quality or 0) - chance >= least
    return Number(best.personas if is_separate else 1, tuple(tried))


def different(columns: "Matrix") -> int:
    """How many customers differ from each other."""
    return len(np.unique(columns, axis=0))


def _try(columns: "Matrix", groups: Sequence[str], number: int, wanted: Wanted) -> Tried:
    found = estimator(wanted.method, number, groups, wanted.seed).fit(columns)
    return Tried(
        number, found.quality(columns), _stability(columns, groups, found.labels_, number, wanted)
    )


def _stability(
    columns: "Matrix",
    groups: Sequence[str],
    labels: "NDArray[np.intp]",
    number: int,
    wanted: Wanted,
) -> float:
    """How far refits on customers drawn anew agree with the fit on all."""
    from sklearn.metrics import adjusted_rand_score

    rng = np.random.default_rng(wanted.seed)
    columns, labels = columns[:REFITTED], labels[:REFITTED]
    scores = []
    for _ in range(REFITS):
        drawn = columns[rng.integers(0, len(columns), len(columns))]
        if different(drawn) < number:
            scores.append(0.0)
            continue
        again = estimator(wanted.method, number, groups, wanted.seed, starts=3).fit(drawn)
        scores.append(float(adjusted_rand_score(labels, again.predict(columns))))
    return fmean(scores)


def _chance(
    columns: "Matrix", groups: Sequence[str], number: int, wanted: Wanted
) -> tuple[float, float]:
    """The quality where there are no personas, and by how much it must be beaten."""
    if wanted.method == MARKOV:
        return estimator(MARKOV, 1, groups, wanted.seed).fit(columns).quality(columns), 0.0
    shuffled = (_shuffled(columns, groups, wanted.seed + place) for place in range(SHUFFLES))
    found = [
        estimator(wanted.method, number, groups, wanted.seed).fit(each).quality(each)
        for each in shuffled
    ]
    return fmean(found), LEAST_EXCESS


def _shuffled(columns: "Matrix", groups: Sequence[str], seed: int) -> "Matrix":
    """The same customers, each block of their features taken from another one."""
    rng = np.random.default_rng(seed)
    columns = columns.copy()
    blocks = [BLOCKS.get(group, group) for group in groups]
    for block in sorted(set(blocks)):
        member = np.array([name == block for name in blocks])
        columns[:, member] = columns[rng.permutation(len(columns))][:, member]
    return columns
