"""run.chain: the chain of each level and persona, from graph.transitions."""

import random

import pytest
from graph_rows import made, moves, warehouse

from pipeline.chain import ENDS, chain_step


def test_over_complete_paths_the_base_chance_is_the_share_that_converted() -> None:
    dice = random.Random(5)
    walks = [
        (n, " > ".join([*dice.choices("abc", k=dice.randrange(1, 7)), dice.choice(ENDS)]))
        for n in range(150)
    ]
    connection = warehouse({"journeys.moves": list(moves(*walks))})
    made(connection, "graph.transitions")
    chain_step().run(connection, {})
    [(base,)] = connection.execute(
        "select conversion_probability from run.chain where persona_id = 'all' and node = 'START'"
    ).fetchall()
    assert base == pytest.approx(sum(walk.endswith("CONVERTED") for _, walk in walks) / 150)


def test_where_a_persona_has_no_known_steps_it_takes_everyones_moves() -> None:
    rows = [
        (level, journey, journey, place, start, end, True, after, None, None)
        for level in ("stage",)
        for journey, outcome in ((1, "CONVERTED"), (2, "DROPPED"))
        for place, (start, end, after) in enumerate(
            [("START", "a", True), ("a", "b", False), ("b", outcome, True)], 1
        )
    ]
    connection = warehouse({"journeys.moves": rows, "personas.assignments": [(1, "p"), (2, "q")]})
    made(connection, "graph.transitions")
    chain_step().run(connection, {})
    chances = connection.execute(
        "select persona_id, conversion_probability from run.chain where node = 'START' order by all"
    ).fetchall()
    assert chances == [("all", 0.5), ("p", 1.0), ("q", 0.0)]
