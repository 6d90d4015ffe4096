"""Paths laid beside a map at the least cost, many at once.

The standard cost of an alignment (van der Aalst, Adriansyah and van Dongen, Replaying history on
process models for conformance checking and performance analysis, WIREs Data Mining and Knowledge
Discovery 2, 2012): a step that is the map's next place costs nothing; a step that is not costs 1,
and so does a place of the map without a step. For a map that is one sequence the least cost is
steps + places - 2 × the longest common subsequence, found by dynamic programming, exactly.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

CELLS = 4_000_000  # of the table of one batch of paths
# What befell a path at a place. `came` and `passed` are what the others are shares of.
KINDS = (
    "came", "passed", "went on", "left", "arrived", "skipped", "went back", "ran ahead", "beside",
)  # fmt: skip
CAME, PASSED, WENT_ON, LEFT, ARRIVED, SKIPPED, WENT_BACK, RAN_AHEAD, BESIDE = range(len(KINDS))


class Alignments(NamedTuple):
    """One row per path: the places met in order, and the cost. `moves` has one row per path and
    thing that befell it there: path (its row), kind (of KINDS), place (0 is before the first), and
    the touchpoint that was met instead, or skipped (0 where there is none).
    """

    met: "Numbers"
    cost: "Numbers"
    moves: "Numbers"


def padded(paths: Sequence["Numbers"]) -> "Numbers":
    """Paths of touchpoint numbers (from 1) as rows, filled up with 0."""
    rows = np.zeros((len(paths), max(map(len, paths), default=0)), dtype=np.int64)
    for row, path in zip(rows, paths, strict=True):
        row[: len(path)] = path
    return rows


def align(paths: Sequence["Numbers"], places: Sequence[int], goal: int = 0) -> Alignments:
    """Lay every path beside the map. One that ends at the `goal` has arrived, wherever it stands.

    Of the alignments of least cost it is the one in which a step counts as the map's as early as
    may be.
    """
    lengths = np.array([len(path) for path in paths], dtype=np.int64)
    met = np.zeros(len(paths), dtype=np.int64)
    moves = [np.zeros((0, 4), dtype=np.int64)]
    for batch in _batches(lengths, len(places)):
        rows = padded([paths[place] for place in batch])
        ahead = common_ahead(rows, places)
        met[batch] = ahead[0, :, 0]
        found = _moves(rows, places, ahead, rows[np.arange(len(rows)), lengths[batch] - 1] == goal)
        found[:, 0] = batch[found[:, 0]]
        moves.append(found)
    return Alignments(met, lengths + len(places) - 2 * met, np.concatenate(moves))


def _batches(lengths: "Numbers", places: int) -> list["Numbers"]:
    """Rows of paths of about one length, so that little is filled up."""
    batches, order, first = [], np.argsort(lengths, kind="stable"), 0
    while first < len(order):
        end = first + 1
        while end < len(order) and (end - first) * (lengths[order[end]] + 1) * (places + 1) < CELLS:
            end += 1
        batches.append(order[first:end])
        first = end
    return batches


def common_ahead(rows: "Numbers", places: Sequence[int]) -> "Numbers":
    """[place, path, step]: the longest common subsequence of what is left of path and map there."""
    paths, steps = rows.shape
    ahead = np.zeros((len(places) + 1, paths, steps + 1), dtype=np.int16)
    for place in reversed(range(len(places))):
        is_here = rows == places[place]
        for step in reversed(range(steps)):
            ahead[place, :, step] = np.where(
                is_here[:, step],
                ahead[place + 1, :, step + 1] + 1,
                np.maximum(ahead[place + 1, :, step], ahead[place, :, step + 1]),
            )
    return ahead


def _moves(
    rows: "Numbers", places: Sequence[int], ahead: "Numbers", has_arrived: "NDArray[np.bool_]"
) -> "Numbers":
    """What befell each path, walking through all at once; each thing once a path."""
    paths, steps = rows.shape
    every, met = np.arange(paths), np.zeros(paths, dtype=np.int64)
    is_straight = np.ones(paths, dtype=bool)  # nothing came since the last place
    told = [_told(every, CAME, met)]
    for step in range(steps):
        here = rows[:, step]
        place = _place_met(here, met, places, ahead, step)
        is_met = place >= 0
        for skipped in range(len(places)):
            by = every[is_met & (met <= skipped) & (skipped < place)]
            told.append(_told(by, SKIPPED, skipped + 1, places[skipped]))
        on = every[is_met & is_straight & (place == met)]
        told.append(_told(on, WENT_ON, met[on]))
        told += _besides(every[~is_met & (here > 0)], here, met, places)
        met = np.where(is_met, place + 1, met)
        told.append(_told(every[is_met], CAME, met[is_met]))
        is_straight = is_met
    for place_number in range(1, len(places)):
        told.append(_told(every[met > place_number], PASSED, place_number))
    short = met < len(places)
    told.append(_told(every[short & ~has_arrived], LEFT, met[short & ~has_arrived]))
    told.append(_told(every[short & has_arrived], ARRIVED, met[short & has_arrived]))
    return _each_once(np.concatenate(told))


def _each_once(rows: "Numbers") -> "Numbers":
    """Rows of numbers from 0 in order, without repeats; one number each sorts far faster."""
    sizes = tuple(rows.max(axis=0) + 1)
    keys = np.sort(np.ravel_multi_index(tuple(rows.T), sizes))
    keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])]
    return np.stack(np.unravel_index(keys, sizes), axis=1)


def _place_met(
    here: "Numbers", met: "Numbers", places: Sequence[int], ahead: "Numbers", step: int
) -> "Numbers":
    """Which place (from 0) each path's step is in its alignment; -1 where it is none."""
    found = np.full(len(here), -1, dtype=np.int64)
    best = ahead[met, np.arange(len(here)), step]
    for place in reversed(range(len(places))):
        is_best = ahead[place + 1, :, step + 1] + 1 == best
        found[(here == places[place]) & (place >= met) & is_best] = place
    return found


def _besides(
    those: "Numbers", here: "Numbers", met: "Numbers", places: Sequence[int]
) -> list["Numbers"]:
    """Steps that are no place of the alignment: back to an earlier place, ahead, or beside."""
    on_map = np.array(places)[None, :] == here[those][:, None]
    is_before = np.arange(len(places))[None, :] < met[those][:, None]
    is_back = (on_map & is_before).any(axis=1)
    is_ahead = on_map.any(axis=1) & ~is_back
    parts = ((is_back, WENT_BACK), (is_ahead, RAN_AHEAD), (~is_back & ~is_ahead, BESIDE))
    return [
        _told(those[which], kind, met[those[which]], here[those[which]]) for which, kind in parts
    ]


def _told(
    paths: "Numbers", kind: int, place: "Numbers | int", touchpoint: "Numbers | int" = 0
) -> "Numbers":
    columns = np.broadcast_arrays(paths, kind, place, touchpoint)
    return np.stack(columns, axis=1).astype(np.int64)
