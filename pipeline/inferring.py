"""Stages for data that nobody mapped yet: from which touchpoint comes before which, in journeys.

A touchpoint's position is how often it comes before the others, by the first time in each journey.
What comes anywhere (a chat, a community) is set apart. The rest is a graph in which touchpoints of
near positions are near; its communities are runs in the order of positions, cut where modularity
(Newman and Girvan 2004) is highest, exactly, by dynamic programming. A goal or milestone ends its
stage. It is a first guess, made for an analyst to correct.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.stage_names import Placed, proposed_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

NEAR = 0.05  # of the course from the first touchpoint (0) to the last (1)
RESOLUTION = 1.5  # of the modularity: above 1 for more, smaller stages
ANYWHERE = 2.0  # so many deviations (by medians) above the usual evenness comes anywhere
ORDERLY = 0.4  # where the usual evenness is above it, everything comes anywhere
ALONG_THE_WAY = "along the way"

Pair = tuple[str, str, int, int]  # a, b, journeys with both, journeys in which a came first


def infer_stages(
    touchpoints: Sequence[str], pairs: Sequence[Pair], steps: dict[str, int], ends: Collection[str]
) -> list[Placed]:
    """A stage for each touchpoint, in the order of stages and positions.

    `pairs` are those that occur in one journey, `steps` how often each touchpoint does; a stage
    ends after each of `ends`.
    """
    names = sorted(touchpoints)
    before = _before(names, pairs)
    anywhere = [place for place in _anywhere(before) if names[place] not in ends]
    staged = [place for place in range(len(names)) if place not in anywhere]
    position = _positions(before, staged)
    order = sorted(staged, key=lambda place: (position[place], names[place]))
    ending = [at + 1 for at, place in enumerate(order) if names[place] in ends]
    runs = communities(np.array([position[place] for place in order]), ending)
    stages = [[order[at] for at in range(first, end)] for first, end in runs]
    if anywhere:
        middle = float(np.mean([position[place] for place in anywhere]))
        at = sum(float(np.mean([position[place] for place in stage])) < middle for stage in stages)
        stages.insert(min(at, max(len(stages) - 1, 0)), anywhere)
    told = proposed_names([[names[place] for place in stage] for stage in stages], steps)
    if anywhere:
        told[stages.index(anywhere)] = ALONG_THE_WAY
    return [
        Placed(number, name, names[place], round(position[place], 6))
        for number, (name, stage) in enumerate(zip(told, stages, strict=True), 1)
        for place in sorted(stage, key=lambda place: (position[place], names[place]))
    ]


def _before(names: Sequence[str], pairs: Sequence[Pair]) -> "Matrix":
    """How often one comes before the other, drawn a little to a half; a half where never both."""
    place = {name: number for number, name in enumerate(names)}
    before = np.full((len(names), len(names)), 0.5)
    for first, second, together, ahead in pairs:
        before[place[first], place[second]] = (ahead + 1) / (together + 2)
    return before


def _anywhere(before: "Matrix") -> list[int]:
    """The touchpoints that come as often before the others as after them."""
    count = len(before)
    even = 4 * before * (1 - before)
    evenness = (even.sum(axis=1) - 1) / max(count - 1, 1)
    usual = float(np.median(evenness))
    if usual > ORDERLY:
        return []
    deviation = 1.4826 * float(np.median(np.abs(evenness - usual)))
    return [int(place) for place in np.flatnonzero(evenness > usual + ANYWHERE * deviation)]


def _positions(before: "Matrix", staged: Sequence[int]) -> list[float]:
    """The share of the staged touchpoints' pairs in which a touchpoint comes later (Copeland)."""
    positions = []
    for place in range(len(before)):
        others = [other for other in staged if other != place]
        positions.append(float(1 - before[place, others].mean()) if others else 0.5)
    return positions


def communities(positions: "Matrix", ends: Collection[int] = ()) -> list[tuple[int, int]]:
    """Ascending positions as runs (first, end), of highest modularity; none reaches over an end."""
    count = len(positions)
    worth = _worth(affinity(positions))
    best, cut = [0.0] + [-np.inf] * count, [0] * (count + 1)
    for end in range(1, count + 1):
        for first in range(end):
            if any(first < border < end for border in ends):
                continue
            value = best[first] + _block(worth, first, end)
            if value > best[end] + 1e-12:
                best[end], cut[end] = value, first
    runs, end = list[tuple[int, int]](), count
    while end:
        runs.append((cut[end], end))
        end = cut[end]
    return runs[::-1]


def affinity(positions: "Matrix") -> "Matrix":
    """How near touchpoints are, 0 to 1: the weights of the graph."""
    near = np.exp(-(((positions[:, None] - positions[None, :]) / NEAR) ** 2))
    np.fill_diagonal(near, 0.0)
    return np.asarray(near)


def _worth(weights: "Matrix") -> Any:
    """Sums of the modularity's terms, so that each block is four look-ups."""
    degrees, total = weights.sum(axis=1), max(float(weights.sum()), 1e-12)
    terms = weights / total - RESOLUTION * np.outer(degrees, degrees) / total**2
    sums = np.zeros((len(weights) + 1,) * 2)
    sums[1:, 1:] = terms.cumsum(axis=0).cumsum(axis=1)
    return sums


def _block(sums: Any, first: int, end: int) -> float:
    return float(sums[end, end] - sums[first, end] - sums[end, first] + sums[first, first])
