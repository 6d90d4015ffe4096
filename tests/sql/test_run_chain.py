"""run.move_counts and run.chain: the chain of each level and persona, from the moves."""

import random

import networkx as nx
import pytest
from graph_rows import made, moves, warehouse

from pipeline.chain import ENDS
from pipeline.chain.counts import counts_step, read_counts
from pipeline.chain.step import chain_step

LOOK = {"look": 3}


def solve(rows, assignments):
    """A warehouse with these moves, counted and solved."""
    connection = warehouse({"journeys.moves": rows, "personas.assignments": assignments})
    made(connection, "graph.move_counts", **LOOK)
    for step in (counts_step(), chain_step()):
        step.run(connection, LOOK)
    return connection


def walks_at_random(seed, count, ends=ENDS):
    dice = random.Random(seed)
    return [
        (n, " > ".join([*dice.choices("abc", k=dice.randrange(1, 7)), dice.choice(ends)]))
        for n in range(count)
    ]


def everyone(walks):
    return [(customer, "p") for customer in {customer for customer, _ in walks}]


def test_over_complete_paths_the_chain_gives_back_what_was_counted():
    walks = walks_at_random(5, 150)
    connection = solve(list(moves(*walks)), everyone(walks))
    [(base, steps, seconds)] = connection.execute(
        "select conversion_probability, expected_steps, expected_seconds from run.chain "
        "where persona_id = 'all' and node = 'START'"
    ).fetchall()
    assert base == pytest.approx(sum(walk.endswith("CONVERTED") for _, walk in walks) / 150)
    assert steps == pytest.approx(sum(walk.count(" > ") for _, walk in walks) / 150)
    days = sum(walk.count(" > ") - 1 for _, walk in walks) / 150  # each move takes a day
    assert seconds == pytest.approx(days * 86400)


def test_the_moves_counted_are_those_of_transitions():
    walks = walks_at_random(6, 80, ("CONVERTED", "DROPPED", "OPEN"))
    connection = solve(list(moves(*walks)), [(n, "pq"[n % 2]) for n in range(80)])
    counted = {
        (level, persona, *pair): share
        for (level, persona), tally in read_counts(connection).items()
        for pair, share in tally.chain.moves.items()
    }
    told = made(
        connection, "graph.transitions", "level, persona_id, from_node, to_node, probability"
    )
    assert counted == pytest.approx({tuple(row[:4]): row[4] for row in told if row[4]})


def test_the_chain_knows_just_the_nodes_from_which_an_end_can_be_reached():
    walks = [(1, "a > b > CONVERTED"), (2, "a > c > d > OPEN"), (3, "e > a > DROPPED")]
    rows = list(moves(*walks))
    rows += [(*row[:6], True, *row[7:]) for row in moves((4, "c > d > c > OPEN"))]
    connection = solve(rows, [(n, "p") for n in range(1, 5)])
    graph = nx.DiGraph((row[4], row[5]) for row in rows if row[6] and row[5] != "OPEN")
    reaching = set().union(*(nx.ancestors(graph, end) for end in ENDS))
    found = connection.execute("select node from run.chain where persona_id = 'all'").fetchall()
    assert {node for (node,) in found} == reaching == {"START", "a", "b", "e"}


def test_where_a_persona_has_no_known_steps_it_takes_everyones_moves():
    rows = [
        (level, journey, journey, place, start, end, True, after, None, None, None, False, False)
        for level in ("stage",)
        for journey, outcome in ((1, "CONVERTED"), (2, "DROPPED"))
        for place, (start, end, after) in enumerate(
            [("START", "a", True), ("a", "b", False), ("b", outcome, True)], 1
        )
    ]
    connection = solve(rows, [(1, "p"), (2, "q")])
    chances = connection.execute(
        "select persona_id, conversion_probability from run.chain where node = 'START' order by all"
    ).fetchall()
    assert chances == [("all", 0.5), ("p", 1.0), ("q", 0.0)]


def test_a_few_steps_never_look_certain():
    connection = solve(
        list(moves((1, "a > CONVERTED"), (2, "a > CONVERTED"))), [(1, "p"), (2, "p")]
    )
    rows = connection.execute(
        "select conversion_probability, conversion_low from run.chain where persona_id = 'all'"
    ).fetchall()
    assert rows == [(1.0, pytest.approx(0.3424, abs=1e-4))] * 2  # Wilson's, of two of two


def test_the_order_of_rows_changes_nothing():
    walks = walks_at_random(7, 120)
    rows = list(moves(*walks))
    first = solve(rows, everyone(walks)).execute("from run.chain order by all").fetchall()
    random.Random(1).shuffle(rows)
    assert solve(rows, everyone(walks)).execute("from run.chain order by all").fetchall() == first


def test_without_moves_there_is_no_chain():
    assert solve([], []).execute("from run.chain").fetchall() == []
