"""Tables of counts: what is kept, less what touched customers added, plus what they add now."""

import pytest

from pipeline import sums
from pipeline.build import build, for_everyone
from pipeline.database import open_warehouse
from pipeline.listed import Listed
from pipeline.models import Model, Step, in_order, read_models

COUNTS = Model(
    "graph.places",
    "select persona_id, place, count(*) as visits, count(distinct customer_id) as customers "
    "from journeys.visits inner join personas.assignments using (customer_id) "
    "where customer_id in (select customer_id from run.customers_to_judge) "
    "group by persona_id, place",
    "One row per persona and place.",
    key=("persona_id", "place"),
    adds=("visits", "customers"),
)
BEFORE = [(1, "a"), (1, "a"), (2, "a"), (2, "b"), (3, "c")]


def night(rows, listed, personas=((1, "p"), (2, "p"), (3, "q"))):
    """The counts after a night in which the listed customers' visits became these."""
    connection = open_warehouse(":memory:")
    connection.execute("create table journeys.visits (customer_id bigint, place varchar)")
    connection.executemany("insert into journeys.visits values (?, ?)", BEFORE)
    connection.execute("create table personas.assignments (customer_id bigint, persona_id varchar)")
    first = [(1, "p"), (2, "p"), (3, "q")]
    connection.executemany("insert into personas.assignments values (?, ?)", first)
    connection.execute("create table run.customers_to_judge as select 1::bigint as customer_id")
    connection.execute("create table run.customer_sets as from personas.assignments")
    build(connection, [COUNTS], {})

    def list_them(connection, _):
        connection.execute("delete from run.customers_to_judge")
        marks = [(customer,) for customer in listed]
        connection.executemany("insert into run.customers_to_judge values (?)", marks)

    def renew(connection, _):
        for table, values in (("journeys.visits", rows), ("personas.assignments", personas)):
            connection.execute(f"delete from {table}")
            connection.executemany(f"insert into {table} values (?, ?)", list(values))

    judged = Step("run.judged", frozenset(), ("run.customers_to_judge",), list_them)
    renewed = Step("journeys.visits", frozenset(), ("journeys.visits",), renew)
    at_hand = Listed(connection, ["journeys.visits"])
    build(connection, [judged, renewed, COUNTS], {}, listed=at_hand)
    at_hand.put_away()
    found = connection.execute("from graph.places order by all").fetchall()
    left = connection.execute(
        "select count(*) from duckdb_tables() where table_name like '%before%'"
        " or table_name like 'listed_%'"
    ).fetchall()
    assert left == [(0,)]
    build(connection, [for_everyone(COUNTS)], {})
    return found, connection.execute("from graph.places order by all").fetchall()


def test_what_a_customer_no_longer_adds_goes_and_what_it_adds_comes():
    found, whole = night([(1, "a"), (1, "d"), (2, "a"), (2, "b"), (3, "c")], [1])
    assert (
        found == whole == [("p", "a", 2, 2), ("p", "b", 1, 1), ("p", "d", 1, 1), ("q", "c", 1, 1)]
    )


def test_a_row_of_which_nothing_is_left_goes():
    found, whole = night([(1, "a"), (1, "a"), (2, "a"), (2, "b")], [3])
    assert found == whole == [("p", "a", 3, 2), ("p", "b", 1, 1)]


def test_a_touched_customer_takes_its_counts_to_another_persona():
    found, whole = night(BEFORE, [3], [(1, "p"), (2, "p"), (3, "p")])
    assert found == whole
    assert ("p", "c", 1, 1) in found


def test_where_an_untouched_customer_has_another_persona_all_is_counted_anew():
    found, whole = night(BEFORE, [3], [(1, "q"), (2, "p"), (3, "q")])
    assert found == whole
    assert ("q", "a", 2, 1) in found


def test_who_was_touched_must_be_listed():
    """The comparison has teeth: a change of somebody who is not listed is missed."""
    found, whole = night([(1, "a"), (2, "a"), (2, "b"), (3, "c")], [3])
    assert found != whole


@pytest.mark.parametrize("model", [m for m in read_models() if m.adds], ids=lambda m: m.name)
def test_a_sum_counts_the_listed_customers_and_reads_nothing_made_before_they_are_known(model):
    """What it was before can be computed only from tables that are renewed after the list is."""
    judged = Step("run.judged", frozenset(), ("run.customers_to_judge",), lambda *_: None)
    order = [part.name for part in in_order([*read_models(), judged])]
    by_name = {each.name: each for each in read_models()}
    assert model.customer_list == "run.customers_to_judge"
    for read in model.reads & by_name.keys() - {sums.PERSONAS}:
        assert by_name[read].is_below
        assert order.index(read) > order.index("run.judged")
