"""Journeys that stand for a persona: edit distances against a loop, medoids against all sets."""

from functools import cache
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.personas.typical import Path, _distances, typical

WORDS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=6).map(tuple)


def levenshtein(left, right):
    @cache
    def edits(i, j):
        if not i or not j:
            return i + j
        return min(
            edits(i - 1, j) + 1, edits(i, j - 1) + 1,
            edits(i - 1, j - 1) + (left[i - 1] != right[j - 1]),
        )  # fmt: skip

    return edits(len(left), len(right))


def paths(*taken):
    return [Path(tuple(word), journeys, journeys, 0) for word, journeys in taken]


@given(st.lists(WORDS, min_size=1, max_size=8))
def test_edit_distances_are_those_of_a_plain_loop(words):
    made = paths(*((word, 1) for word in words))
    expected = [[levenshtein(a, b) / max(len(a), len(b)) for b in words] for a in words]
    assert np.allclose(_distances(made, made), expected)


@given(
    st.lists(st.tuples(WORDS, st.integers(5, 50)), min_size=3, max_size=7, unique_by=lambda x: x[0])
)
@settings(max_examples=40, deadline=None)
def test_what_is_chosen_is_nearly_the_best_there_is(taken):
    """Exchanging one by one can miss the best set, but never by much."""
    made = paths(*taken)
    distances, weights = _distances(made, made), np.array([path.journeys for path in made])
    chosen = [made.index(path) for path, _ in typical(made, 1, 2)]
    left = distances[chosen].min(axis=0) @ weights
    best = min(
        distances[list(two)].min(axis=0) @ weights for two in combinations(range(len(made)), 2)
    )
    assert left <= best * 1.5 + 1e-9


def test_paths_of_few_customers_are_never_shown_but_count():
    made = paths(("ab", 4), ("abc", 6), ("xyz", 3))
    found = typical(made, 5)
    assert [path.touchpoints for path, _ in found] == [("a", "b", "c")]
    assert found[0][1] == 1.0


def test_each_stands_for_the_journeys_nearest_to_it():
    made = paths(("aaaa", 60), ("xyzv", 40), ("xyz", 10))
    found = typical(made, 20)
    assert [(path.touchpoints[0], round(share, 3)) for path, share in found] == [
        ("a", 0.545), ("x", 0.455),
    ]  # fmt: skip


def test_nobody_has_no_typical_journey():
    assert typical([], 5) == []
