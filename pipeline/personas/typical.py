"""Journeys that stand for a persona: medoids under the edit distance of their touchpoints."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import numpy as np

from pipeline.models import Step

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

SHOWN = 3  # of each persona
CUSTOMERS = 5_000  # of each persona, those of the lowest ids, which are hashes
CANDIDATES, COMPARED, LONGEST = 60, 400, 40  # paths; touchpoints of one
BETWEEN = "\x1f"

PATHS = """
    with members as (
        select customer_id, persona_id
        from personas.assignments
        where persona_id <> 'unknown'
        qualify row_number() over (partition by persona_id order by customer_id) <= $customers
    ),
    ended as (
        select journey_id, outcome from journeys.journeys
        where outcome <> 'open' and customer_id in (select customer_id from members)
    ),
    sequences as (
        select persona_id, customer_id, journey_id,
            string_agg(touchpoint, $between order by step_number) as path
        from journeys.steps
        inner join members using (customer_id)
        where next_touchpoint is null or next_touchpoint <> touchpoint
        group by persona_id, customer_id, journey_id
    )
    select persona_id, path, count(*) as journeys, count(distinct customer_id) as customers,
        count(*) filter (where outcome = 'converted') as converted
    from sequences
    inner join ended using (journey_id)
    group by persona_id, path
    order by persona_id, journeys desc, path
"""
TABLE = """
    create or replace table run.typical_journeys (
        persona_id varchar, place integer, path varchar, steps integer, journeys bigint,
        customers bigint, converted bigint, stands_for_share double)
"""


class Path(NamedTuple):
    """A sequence of touchpoints that journeys of a persona took."""

    touchpoints: tuple[str, ...]
    journeys: int
    customers: int
    converted: int


def typical_step() -> Step:
    """The step that makes run.typical_journeys."""
    reads = frozenset({"journeys.steps", "journeys.journeys", "personas.assignments"})
    return Step("run.typical_journeys", reads, ("run.typical_journeys",), _run)


def _run(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
    bound = {"customers": CUSTOMERS, "between": BETWEEN}
    told = connection.execute(PATHS, bound).fetchall()
    rows = []
    for persona_id, group in groupby(told, key=lambda row: row[0]):
        paths = [Path(tuple(path.split(BETWEEN)), *counts) for _, path, *counts in group]
        for place, (path, share) in enumerate(typical(paths, parameters["min_group"]), 1):
            words = " > ".join(path.touchpoints)
            rows.append((persona_id, place, words, len(path.touchpoints), *path[1:], share))
    connection.execute(TABLE)
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into run.typical_journeys values ({marks})", rows)


def typical(paths: Sequence[Path], min_group: int, shown: int = SHOWN) -> list[tuple[Path, float]]:
    """At most `shown` paths that lie nearest to all journeys, each with the share of journeys that
    are nearest to it, largest share first.

    `paths` come most taken first. Only those of at least `min_group` customers are shown; all of
    the most taken are compared with. They are found as by PAM (Kaufman and Rousseeuw 1990): the
    best to add, one after the other, then exchanged for as long as that helps.
    """
    candidates = [path for path in paths if path.customers >= min_group][:CANDIDATES]
    compared = paths[:COMPARED]
    if not candidates:
        return []
    distances = _distances(candidates, compared)
    weights = np.array([path.journeys for path in compared], dtype=float)
    chosen = _exchanged(_built(distances, weights, shown), distances, weights)
    nearest = distances[chosen].argmin(axis=0)
    shares = [
        float(weights[nearest == place].sum() / weights.sum()) for place in range(len(chosen))
    ]
    found = [(candidates[place], share) for place, share in zip(chosen, shares, strict=True)]
    return sorted(found, key=lambda each: (-each[1], each[0].touchpoints))


def _built(distances: "Matrix", weights: "Matrix", shown: int) -> list[int]:
    chosen: list[int] = []
    for _ in range(min(shown, len(distances))):
        chosen.append(_best(chosen, distances, weights))
    return chosen


def _best(others: Sequence[int], distances: "Matrix", weights: "Matrix") -> int:
    """The candidate that, beside the others, leaves the least distance."""
    reached = distances[list(others)].min(axis=0) if others else np.full(len(weights), np.inf)
    left = np.minimum(distances, reached) @ weights
    left[list(others)] = np.inf
    return int(np.round(left, 9).argmin())


def _exchanged(chosen: list[int], distances: "Matrix", weights: "Matrix") -> list[int]:
    for _ in range(10):
        before = list(chosen)
        for place in range(len(chosen)):
            others = chosen[:place] + chosen[place + 1 :]
            chosen[place] = _best(others, distances, weights)
        if chosen == before:
            break
    return chosen


def _distances(candidates: Sequence[Path], compared: Sequence[Path]) -> "Matrix":
    """Edit distances of their touchpoints over the length of the longer one, 0 to 1."""
    number: dict[str, int] = {}
    for path in (*candidates, *compared):
        for touchpoint in path.touchpoints:
            number.setdefault(touchpoint, len(number))
    rows = [[number[name] for name in path.touchpoints[:LONGEST]] for path in compared]
    lengths = np.array([len(row) for row in rows])
    padded = np.full((len(rows), int(lengths.max())), -1)
    for place, row in enumerate(rows):
        padded[place, : len(row)] = row
    return np.array(
        [
            _edits([number[name] for name in path.touchpoints[:LONGEST]], padded, lengths)
            / np.maximum(lengths, min(len(path.touchpoints), LONGEST))
            for path in candidates
        ]
    )


def _edits(
    word: Sequence[int], padded: "NDArray[np.int_]", lengths: "NDArray[np.int_]"
) -> "Matrix":
    """Levenshtein's distance (1966) of one sequence to each of many, all at once."""
    count, width = padded.shape
    row = np.tile(np.arange(width + 1, dtype=float), (count, 1))
    for done, touchpoint in enumerate(word, 1):
        before, row = row, np.empty_like(row)
        row[:, 0] = done
        changed = before[:, :-1] + (padded != touchpoint)
        removed = before[:, 1:] + 1
        for place in range(width):
            row[:, place + 1] = np.minimum(
                np.minimum(changed[:, place], removed[:, place]), row[:, place] + 1
            )
    return np.asarray(row[np.arange(count), lengths])
