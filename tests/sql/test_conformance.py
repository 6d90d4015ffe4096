"""findings.conformance and findings.map_fits: journeys beside the map that the company assumes."""

import pytest
from graph_rows import made

from pipeline.assumed_map import assumed_map_step
from pipeline.database import open_warehouse

TABLES = {
    "journeys.sequences": "journey_id bigint, customer_id bigint, path varchar, steps bigint",
    "journeys.journeys": "journey_id bigint, customer_id bigint, outcome varchar",
    "journeys.steps": "journey_id bigint, step_number integer, touchpoint_number integer,"
    " next_touchpoint_number integer",
    "personas.assignments": "customer_id bigint, persona_id varchar",
    "run.touchpoints": "touchpoint_number integer, touchpoint varchar",
    "run.assumed_map": "place_number integer, touchpoint_number integer",
}
NAMES = "abcdxg"  # the goal is g


def conformance(*walks, places="abc", least=1):
    """A warehouse of walks `customer, "a b", outcome`; customers 1 and 2 are of p, others of q."""
    connection = open_warehouse(":memory:")
    for table, columns in TABLES.items():
        connection.execute(f"create table {table} ({columns})")

    def insert(table, *row):
        connection.execute(f"insert into {table} values ({', '.join('?' * len(row))})", row)

    for number, name in enumerate(NAMES, 1):
        insert("run.touchpoints", number, name)
    for place, name in enumerate(places, 1):
        insert("run.assumed_map", place, NAMES.index(name) + 1)
    for journey, (customer, walk, outcome) in enumerate(walks):
        names = walk.split()
        numbers = [*(NAMES.index(name) + 1 for name in names), None]
        told = [name for n, name in enumerate(names) if names[n + 1 : n + 2] != [name]]
        insert("journeys.sequences", journey, customer, " > ".join(told), len(told))
        insert("journeys.journeys", journey, customer, outcome)
        for step in range(len(names)):
            insert("journeys.steps", journey, step + 1, numbers[step], numbers[step + 1])
    for customer in {customer for customer, *_ in walks}:
        insert("personas.assignments", customer, "p" if customer < 3 else "q")
    assumed_map_step().run(connection, {"goal": "g"})
    made(connection, "findings.conformance", min_group=least)
    made(connection, "findings.map_fits", min_group=least)
    return connection


def rows(connection, columns, where, table="conformance"):
    sql = f"select {columns} from findings.{table} where {where} order by all"
    return connection.execute(sql).fetchall()


ASSUMED = "map_name = 'assumed' and persona_id = 'all'"


def test_how_well_journeys_fit_by_hand():
    """The example of docs/how-numbers-are-made.md."""
    columns = "cost, fitness, steps_share, places_share, precision"
    fits = columns.replace("cost", "mean_cost * journeys")
    both = conformance((1, "a x b a", "dropped"), (2, "a b c", "converted"))
    assert rows(both, fits, ASSUMED, "map_fits") == [
        (3.0, pytest.approx(10 / 13), pytest.approx(5 / 7), pytest.approx(5 / 6), 1.0)
    ]
    one = conformance((1, "a x b a", "dropped"))
    assert rows(one, "precision", ASSUMED, "map_fits") == [(pytest.approx(1 / 3),)]


def test_journeys_follow_it_at_no_cost_or_meet_all_in_order():
    connection = conformance(
        (1, "a b c", "converted"), (2, "a x b c", "dropped"), (3, "a b", "dropped")
    )
    columns = "journeys, followed, in_order, round(followed_low, 3), round(followed_high, 3)"
    assert rows(connection, columns, ASSUMED, "map_fits") == [(3, 1, 2, 0.061, 0.792)]


def test_where_they_leave_is_a_share_of_those_that_came_there():
    connection = conformance(
        (1, "a b c", "converted"), (2, "a b", "dropped"), (3, "a", "dropped"), (3, "x", "dropped")
    )
    assert rows(connection, "place, journeys, of_journeys", f"{ASSUMED} and kind = 'left'") == [
        ("START", 1, 4), ("a", 1, 3), ("b", 1, 2),
    ]  # fmt: skip
    assert rows(connection, "place, journeys, of_journeys", f"{ASSUMED} and kind = 'came'") == [
        ("START", 4, 4), ("a", 3, 4), ("b", 2, 4), ("c", 1, 4),
    ]  # fmt: skip


def test_what_they_skip_is_a_share_of_those_that_met_a_later_place():
    connection = conformance((1, "a c", "dropped"), (2, "a b c", "dropped"), (3, "a", "dropped"))
    skipped = rows(connection, "place, journeys, of_journeys", f"{ASSUMED} and kind = 'skipped'")
    assert skipped == [("b", 1, 2)]


def test_to_where_they_go_back():
    connection = conformance((1, "a b a b c", "dropped"), (1, "a b c", "dropped"))
    columns = "place, touchpoint, journeys, customers, of_journeys"
    assert rows(connection, columns, f"{ASSUMED} and kind = 'went back'") == [
        ("b", "a", 1, 1, 2), ("b", "b", 1, 1, 2),
    ]  # fmt: skip


def test_repeats_in_a_row_are_one_step():
    connection = conformance((1, "a a b b c", "converted"))
    assert rows(connection, "followed", ASSUMED, "map_fits") == [(1,)]


def test_what_is_open_is_not_counted():
    connection = conformance((1, "a", "open"), (2, "a b", "dropped"))
    assert rows(connection, "journeys", ASSUMED, "map_fits") == [(1,)]


def test_each_persona_has_its_own():
    connection = conformance((1, "a b c", "dropped"), (3, "x", "dropped"), (4, "x", "dropped"))
    where = "map_name = 'assumed'"
    assert rows(connection, "persona_id, journeys, fitness", where, "map_fits") == [
        ("all", 3, pytest.approx(6 / (6 + 8))), ("p", 1, 1.0), ("q", 2, 0.0),
    ]  # fmt: skip


def test_a_better_map_stands_beside_it():
    connection = conformance((1, "x d", "dropped"), (2, "x d", "dropped"))
    assert rows(connection, "map_name, path, fitness", "persona_id = 'all'", "map_fits") == [
        ("assumed", "a > b > c", 0.0), ("found", "x > d", 1.0),
    ]  # fmt: skip


def test_small_groups_are_marked():
    connection = conformance((1, "a b", "dropped"), (2, "a", "dropped"), least=2)
    assert rows(connection, "place, is_withheld", f"{ASSUMED} and kind = 'came'") == [
        ("START", False), ("a", False), ("b", True),
    ]  # fmt: skip


def test_without_an_assumed_map_nothing_is_told():
    connection = conformance((1, "a b", "dropped"), places="")
    assert rows(connection, "*", "true") == []
    assert rows(connection, "*", "true", "map_fits") == []
