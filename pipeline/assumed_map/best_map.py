"""The map of at most so many touchpoints that fits the journeys best.

The criterion is fitness as `findings.map_fits` tells it: 2 × the steps that are places, over steps
and places together, of all journeys. So a place that few come to costs more than it explains.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.assumed_map.alignment import common_ahead, padded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

MOST_TAKEN, LONGEST = 2_000, 40  # paths that are looked at, and their first steps
STARTS = 5  # most taken paths from which the search also begins

Places = tuple[int, ...]


class Log(NamedTuple):
    """Paths as rows of touchpoint numbers, how many journeys took each, their steps in all."""

    rows: "Numbers"
    journeys: "Numbers"
    steps: float
    cells: "Cells"

    def fitness(self, met: float, places: int) -> float:
        """0 to 1, of journeys that met so many of the map's places in all."""
        return 2 * met / (self.steps + places * float(self.journeys.sum()))


class Cells(NamedTuple):
    """The steps of all paths by touchpoint and path: row and column of each, where each pair of
    touchpoint and path begins, and its touchpoint and path."""

    row: "Numbers"
    column: "Numbers"
    starts: "Numbers"
    touchpoint: "Numbers"
    path: "Numbers"


def _cells(rows: "Numbers") -> Cells:
    row, column = np.nonzero(rows)
    order = np.lexsort((column, row, rows[row, column]))
    row, column = row[order], column[order]
    touchpoint = rows[row, column]
    is_new = (touchpoint[1:] != touchpoint[:-1]) | (row[1:] != row[:-1])
    starts = np.concatenate([[0], np.flatnonzero(is_new) + 1])
    return Cells(row, column, starts, touchpoint[starts], row[starts])


def best_map(
    paths: Sequence["Numbers"], journeys: Sequence[int], most: int, assumed: Places = ()
) -> Places:
    """The places (touchpoint numbers, each once) of the best map found of at most `most` places.

    From no map, the assumed one and the paths most taken, one place is put in, taken out or changed
    for another for as long as that helps. The best of these is taken; of equals the shortest.
    """
    order = sorted(range(len(paths)), key=lambda path: (-journeys[path], tuple(paths[path])))
    order = order[:MOST_TAKEN]
    if not order or most < 1:
        return ()
    rows = padded([paths[path][:LONGEST] for path in order])
    taken = np.array([journeys[path] for path in order])
    log = Log(rows, taken, float((rows > 0).sum(axis=1) @ taken), _cells(rows))
    starts = [(), assumed, *(tuple(map(int, paths[path])) for path in order[:STARTS])]
    begun = dict.fromkeys(tuple(dict.fromkeys(start))[:most] for start in starts)
    found = [_climbed(log, start, most) for start in begun]
    return min(found, key=lambda each: (-round(each[0], 12), len(each[1]), each[1]))[1]


def _climbed(log: Log, places: Places, most: int) -> tuple[float, Places]:
    ahead = common_ahead(log.rows, places)
    best = log.fitness(float(ahead[0, :, 0] @ log.journeys), len(places)), places
    while True:
        better = min(
            _beside(log, best[1], most), key=lambda each: (-each[0], each[1]), default=best
        )
        if better[0] <= best[0] + 1e-12:
            return best
        best = better


def _beside(log: Log, places: Places, most: int) -> Iterator[tuple[float, Places]]:
    """Every map that differs in one place, with its fitness.

    What a path meets with one place new is the most, over its steps there, of what it met before
    with the places before, and meets after with the places after.
    """
    rows, journeys, cells = log.rows, log.journeys, log.cells
    ahead = common_ahead(rows, places)
    behind = common_ahead(rows[:, ::-1], places[::-1])[::-1, :, ::-1]
    others = sorted(set(np.unique(rows).tolist()) - {0, *places})
    for cut in range(len(places) + 1):
        for gone in (0, 1) if cut < len(places) else (0,):
            before, after = behind[cut], ahead[cut + gone]
            rest = (before + after).max(axis=1)
            kept = places[:cut], places[cut + gone :]
            if gone:
                yield log.fitness(float(rest @ journeys), len(places) - 1), kept[0] + kept[1]
            if len(places) + 1 - gone > most:
                continue
            through = before[:, :-1] + 1 + after[:, 1:]
            best = np.maximum.reduceat(through[cells.row, cells.column], cells.starts)
            more = np.maximum(best - rest[cells.path], 0) * journeys[cells.path]
            met = float(rest @ journeys) + np.bincount(cells.touchpoint, weights=more)
            for touchpoint in others:
                places_now = len(places) + 1 - gone
                fitness = log.fitness(float(met[touchpoint]), places_now)
                yield fitness, (*kept[0], touchpoint, *kept[1])
