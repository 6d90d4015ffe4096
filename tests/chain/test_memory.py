"""pipeline/chain/memory.py: how much of the past says where a journey goes next."""

import random
from collections import Counter
from math import log

import pytest

from pipeline.chain.memory import compared


def moves(world, seed=1, journeys=3000):
    """Rows (before, from, to, is_held_out, count) of journeys in a world: f(dice, before, node)."""
    dice, counted = random.Random(seed), Counter()
    for journey in range(journeys):
        before, node = "", "START"
        while node != "CONVERTED":
            after = world(dice, before, node)
            counted[before, node, after, journey % 10 >= 7] += 1
            before, node = node, after
    return [(*key, count) for key, count in sorted(counted.items())]


def forgetful(dice, before, node):
    return dice.choices(["a", "b", "CONVERTED"], [4, 3, 2])[0]


def first_order(dice, before, node):
    weights = {"START": [5, 1, 0], "a": [1, 6, 2], "b": [5, 2, 2]}[node]
    return dice.choices(["a", "b", "CONVERTED"], weights)[0]


def second_order(dice, before, node):
    if node != "START" and before == node:
        return dice.choices(["a", "b", "CONVERTED"], [1, 1, 8])[0]
    return first_order(dice, before, node)


@pytest.mark.parametrize("memory, world", [(0, forgetful), (1, first_order), (2, second_order)])
def test_both_measures_find_the_memory_that_the_world_has(memory, world):
    rows = compared(moves(world))
    assert [row[-2:] for row in rows] == [(n == memory, n == memory) for n in range(3)]


def test_likelihood_parameters_and_bic_by_hand():
    rows = compared([("", "START", "a", False, 4), ("START", "a", "CONVERTED", False, 3),
                     ("START", "a", "DROPPED", False, 1)])  # fmt: skip
    assert [row[:4] for row in rows] == [(0, 8, 0, 2), (1, 8, 0, 4), (2, 8, 0, 4)]
    none, first, _ = (row[4] for row in rows)
    assert none == pytest.approx(4 * log(4 / 8) + 3 * log(3 / 8) + log(1 / 8))
    assert first == pytest.approx(3 * log(3 / 4) + log(1 / 4))
    assert rows[1][5] == pytest.approx(4 * log(8) - 2 * first)
    assert [row[-1] for row in rows] == [None] * 3  # nobody was held out


def test_what_was_never_seen_is_unlikely_and_not_impossible():
    rows = compared([("", "START", "a", False, 1), ("", "START", "b", True, 1)])
    # Evenly over a and b at first, then one move of the evidence of each longer memory.
    none = (0 + 1 / 2) / 2
    first = (0 + none) / 2
    assert rows[0][6] == pytest.approx(log(none))
    assert rows[1][6] == pytest.approx(log(first))
