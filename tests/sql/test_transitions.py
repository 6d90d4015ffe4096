"""graph.transitions: each move counted, and what is known of it."""

import itertools
import random
from collections import Counter

import pytest
from graph_rows import made, moves, warehouse

TABLE = "graph.transitions"


def test_a_move_is_counted_with_its_customers_and_its_share_of_what_leaves_the_node() -> None:
    rows = moves((1, "a > b > DROPPED"), (1, "a > b > CONVERTED"), (2, "a > DROPPED"))
    made_rows = made(
        warehouse({"journeys.moves": list(rows)}),
        TABLE,
        "from_node, to_node, steps, customers, probability",
    )
    assert made_rows == [
        ("START", "a", 3, 2, 1.0),
        ("a", "DROPPED", 1, 1, pytest.approx(1 / 3)),
        ("a", "b", 2, 1, pytest.approx(2 / 3)),
        ("b", "CONVERTED", 1, 1, 0.5),
        ("b", "DROPPED", 1, 1, 0.5),
    ]


def test_open_journeys_count_as_steps_and_not_in_the_probability() -> None:
    rows = moves((1, "a > DROPPED"), (2, "a > OPEN"))
    made_rows = made(
        warehouse({"journeys.moves": list(rows)}),
        TABLE,
        "from_node, to_node, steps, mature_steps, probability",
    )
    assert made_rows == [
        ("START", "a", 2, 2, 1.0),
        ("a", "DROPPED", 1, 1, 1.0),
        ("a", "OPEN", 1, 0, 0.0),
    ]


def test_a_node_without_mature_steps_has_no_probability() -> None:
    rows = list(moves((1, "a > OPEN")))
    made_rows = made(warehouse({"journeys.moves": rows}), TABLE, "from_node, probability")
    assert made_rows == [("START", 1.0), ("a", None)]


def test_a_persona_counts_its_steps_after_the_look_and_from_start_every_journey() -> None:
    rows = [
        ("stage", 1, 1, 1, "START", "a", True, True, None, None),
        ("stage", 1, 1, 2, "a", "b", True, False, 10, None),
        ("stage", 1, 1, 3, "b", "DROPPED", True, True, None, None),
    ]
    connection = warehouse({"journeys.moves": rows, "personas.assignments": [(1, "p1")]})
    made_rows = made(
        connection,
        TABLE,
        "persona_id, from_node, to_node, steps, mature_steps, probability, median_seconds",
    )
    assert made_rows == [
        ("all", "START", "a", 1, 1, 1.0, None),
        ("all", "a", "b", 1, 1, 1.0, 10.0),
        ("all", "b", "DROPPED", 1, 1, 1.0, None),
        ("p1", "START", "a", 1, 1, 1.0, None),
        ("p1", "a", "b", 1, 0, None, None),
        ("p1", "b", "DROPPED", 1, 1, 1.0, None),
    ]


def test_times_are_the_median_and_the_nearest_rank_90th_percentile_of_mature_moves() -> None:
    rows = [
        ("stage", number, number, 2, "a", "b", number <= 10, True, number * 10, None)
        for number in range(1, 12)  # the eleventh is not mature
    ]
    made_rows = made(warehouse({"journeys.moves": rows}), TABLE, "median_seconds, p90_seconds")
    assert made_rows == [(55.0, 90.0)]


def test_levels_are_kept_apart() -> None:
    rows = [*moves((1, "a > DROPPED")), *moves((1, "x > DROPPED"), level="touchpoint")]
    made_rows = made(warehouse({"journeys.moves": rows}), TABLE, "level, from_node, to_node")
    assert made_rows == [
        ("stage", "START", "a"),
        ("stage", "a", "DROPPED"),
        ("touchpoint", "START", "x"),
        ("touchpoint", "x", "DROPPED"),
    ]


def test_counts_equal_a_plain_loop_over_random_journeys() -> None:
    dice = random.Random(3)
    walks = [
        (dice.randrange(40), " > ".join([*dice.choices("abcd", k=dice.randrange(1, 9)), end]))
        for end in dice.choices(["CONVERTED", "DROPPED", "OPEN"], k=200)
    ]
    loop: Counter[tuple[str, str]] = Counter()
    for _, walk in walks:
        nodes = ["START", *walk.split(" > ")]
        loop.update(itertools.pairwise(nodes))
    rows = list(moves(*walks))
    made_rows = made(warehouse({"journeys.moves": rows}), TABLE, "from_node, to_node, steps")
    assert {(start, end): steps for start, end, steps in made_rows} == dict(loop)
