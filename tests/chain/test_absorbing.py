"""pipeline/chain.py: the chance to convert from each node."""

import random

import pytest

from pipeline.chain import ENDS, absorbing_chain

GOLDEN = {
    ("START", "A"): 2 / 3,
    ("START", "B"): 1 / 3,
    ("A", "B"): 0.5,
    ("A", "DROPPED"): 0.5,
    ("B", "CONVERTED"): 1.0,
}


def test_golden_of_three_paths() -> None:
    chances = absorbing_chain(GOLDEN).chance()
    assert chances == pytest.approx({"START": 2 / 3, "A": 0.5, "B": 1.0})


def test_the_chances_of_the_two_ends_add_up_to_one() -> None:
    chain = absorbing_chain(GOLDEN)
    lost = chain.chance("DROPPED")
    assert {node: won + lost[node] for node, won in chain.chance().items()} == pytest.approx(
        dict.fromkeys(("START", "A", "B"), 1.0)
    )


def test_the_solution_is_what_walking_at_random_comes_to() -> None:
    dice = random.Random(7)
    chain = {
        ("a", "b"): 0.5, ("a", "a"): 0.2, ("a", "DROPPED"): 0.3,
        ("b", "a"): 0.4, ("b", "c"): 0.4, ("b", "DROPPED"): 0.2,
        ("c", "b"): 0.3, ("c", "CONVERTED"): 0.7,
    }  # fmt: skip
    won = 0
    for _ in range(20_000):
        node = "a"
        while node not in ENDS:
            ways = {end: share for (start, end), share in chain.items() if start == node}
            [node] = dice.choices(list(ways), weights=list(ways.values()))
        won += node == "CONVERTED"
    assert absorbing_chain(chain).chance()["a"] == pytest.approx(won / 20_000, abs=0.012)


def test_a_node_that_never_reaches_an_end_is_left_out_and_the_rest_is_scaled() -> None:
    chain = {("a", "loop"): 0.5, ("a", "CONVERTED"): 0.25, ("a", "DROPPED"): 0.25,
             ("loop", "loop"): 1.0}  # fmt: skip
    assert absorbing_chain(chain).chance() == {"a": 0.5}


def test_a_chain_of_nothing_has_no_chances() -> None:
    assert absorbing_chain({}).chance() == {}


def test_expected_steps_count_the_one_that_the_journey_is_at() -> None:
    # From a: 1 + 0.5 x (1 at b); START is no step, and leads to a twice, to b once.
    assert absorbing_chain(GOLDEN).expected_steps() == pytest.approx(
        {"START": 2 / 3 * 1.5 + 1 / 3, "A": 1.5, "B": 1.0}
    )


def test_what_each_visit_gives_is_added_up() -> None:
    chain = absorbing_chain({("START", "a"): 1.0, ("a", "a"): 0.75, ("a", "CONVERTED"): 0.25})
    assert chain.total({"a": 10.0}) == pytest.approx({"START": 40.0, "a": 40.0})


def test_the_chance_to_come_to_a_node_at_all() -> None:
    assert absorbing_chain(GOLDEN).reaches() == pytest.approx({"A": 2 / 3, "B": 2 / 3})
