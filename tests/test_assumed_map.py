"""The alignment of paths with a map, and the search for a better map, against brute force."""

import itertools
import random
from functools import cache

import numpy as np
import pytest

from pipeline.assumed_map import align, best_map
from pipeline.assumed_map.alignment import KINDS

GOAL = 9


def cheapest(path, places):
    """The least cost, by trying every way: the oracle."""

    @cache
    def cost(step, place):
        if step == len(path) or place == len(places):
            return len(path) - step + len(places) - place
        apart = 1 + min(cost(step + 1, place), cost(step, place + 1))
        return min(apart, cost(step + 1, place + 1)) if path[step] == places[place] else apart

    return cost(0, 0)


def fitness(paths, journeys, places):
    worst = sum(n * (len(path) + len(places)) for path, n in zip(paths, journeys, strict=True))
    cost = sum(n * cheapest(path, places) for path, n in zip(paths, journeys, strict=True))
    return 1 - cost / worst


def random_paths(seed, touchpoints=6, longest=9, paths=20):
    dice = random.Random(seed)
    length = [dice.randint(1, longest) for _ in range(paths)]
    return [tuple(dice.randint(1, touchpoints) for _ in range(n)) for n in length]


def befell(path, places):
    """What befell one path: (place, kind, touchpoint), but what is said of each that came there."""
    moves = align([np.array(path)], places, GOAL).moves
    told = [(int(place), KINDS[kind], int(met)) for _, kind, place, met in moves]
    return sorted(each for each in told if each[1] not in ("came", "passed"))


@pytest.mark.parametrize("seed", range(100))
def test_the_cost_is_the_least_there_is(seed):
    paths = random_paths(seed)
    places = random_paths(seed + 1000, touchpoints=5, longest=5, paths=1)[0]
    costs = align([np.array(path) for path in paths], places).cost
    assert costs.tolist() == [cheapest(path, places) for path in paths]


def test_paths_in_many_batches_are_aligned_as_in_one(monkeypatch):
    paths = [np.array(path) for path in random_paths(1)]
    whole = align(paths, (1, 2, 3))
    monkeypatch.setattr("pipeline.assumed_map.alignment.CELLS", 30)
    parts = align(paths, (1, 2, 3))
    assert whole.cost.tolist() == parts.cost.tolist()
    assert sorted(whole.moves.tolist()) == sorted(parts.moves.tolist())


def test_a_path_that_is_the_map_goes_straight_on_from_place_to_place():
    assert befell((1, 2, 3), (1, 2, 3)) == [(0, "went on", 0), (1, "went on", 0), (2, "went on", 0)]


def test_where_it_leaves_is_the_last_place_met():
    assert befell((1, 2), (1, 2, 3))[-1] == (2, "left", 0)


def test_at_the_goal_it_has_arrived_and_not_left():
    assert befell((1, GOAL), (1, 2, GOAL)) == [(0, "went on", 0), (2, "skipped", 2)]
    assert befell((1, GOAL), (1, 2)) == [(0, "went on", 0), (1, "arrived", 0), (1, "beside", GOAL)]


def test_a_place_passed_over_is_skipped():
    assert befell((1, 3), (1, 2, 3)) == [(0, "went on", 0), (2, "skipped", 2)]


def test_a_place_before_is_gone_back_to():
    assert (2, "went back", 1) in befell((1, 2, 1, 3), (1, 2, 3))


def test_a_later_place_out_of_order_is_run_ahead_to():
    assert (1, "ran ahead", 3) in befell((1, 3, 2, 4), (1, 2, 4, 3, 5))


def test_a_touchpoint_that_the_map_does_not_have_is_beside_it():
    assert befell((1, 8, 2), (1, 2)) == [(0, "went on", 0), (1, "beside", 8)]


def test_a_path_that_never_meets_the_map_left_before_its_first_place():
    assert befell((7, 8), (1, 2)) == [(0, "beside", 7), (0, "beside", 8), (0, "left", 0)]


def found_and_best(seed):
    """The fitness of the map that is found, and of the best of all of at most three places."""
    paths = random_paths(seed, touchpoints=5, longest=6, paths=12)
    journeys = [random.Random(seed + n).randint(1, 9) for n in range(len(paths))]
    found = best_map([np.array(path) for path in paths], journeys, 3, (1, 2, 3))
    tried = (places for n in range(4) for places in itertools.permutations(range(1, 6), n))
    best = max(fitness(paths, journeys, places) for places in tried)
    return fitness(paths, journeys, found), best, fitness(paths, journeys, (1, 2, 3))


def test_the_map_found_is_the_best_there_is_or_nearly():
    tried = [found_and_best(seed) for seed in range(30)]
    assert sum(found == pytest.approx(best) for found, best, _ in tried) >= 28
    assert all(found >= 0.97 * best and found >= assumed for found, best, assumed in tried)


def test_there_is_no_best_map_of_no_journeys():
    assert best_map([], [], 3) == ()
    assert align([], (1, 2)).moves.tolist() == []
