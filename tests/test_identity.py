"""Who belongs together, on a few literal rows and against networkx on random graphs."""

import random

import networkx
import pytest

from pipeline.database import open_warehouse
from pipeline.identity import smallest_of_component, stitch

MANY = 50


def key(connection, text):
    sql = "select cast('0x' || left(md5(?), 15) as bigint)"
    return connection.execute(sql, [text]).fetchone()[0]


def stitched(sets, max_identifiers=MANY, placeholders=()):
    """Stitch sets of identifiers {kind: identifier}; gives the connection."""
    connection = open_warehouse(":memory:")
    kinds = sorted({kind for members in sets for kind in members}) or ["visitor"]
    columns = ", ".join(f"identifier_{kind} varchar" for kind in kinds)
    connection.execute(
        f"create table landing.identifier_sets (identifier_set_id bigint, {columns})"
    )
    connection.execute(
        "create table landing.events (identifier_set_id bigint, occurred_at timestamp)"
    )
    connection.execute("create table landing.attributes (identifier_set_id bigint)")
    connection.execute(
        "create table landing.placeholders"
        " (identifier_kind varchar, identifier varchar, rows bigint)"
    )
    connection.execute("create table run.clock as select timestamp '2030-01-01' as cutoff")
    marks = ", ".join("?" for _ in range(len(kinds) + 1))
    for number, members in enumerate(sets, 1):
        row = [number, *(members.get(kind) for kind in kinds)]
        connection.execute(f"insert into landing.identifier_sets values ({marks})", row)
        connection.execute(
            "insert into landing.events values (?, timestamp '2025-01-01')", [number]
        )
    for kind, identifier in placeholders:
        connection.execute("insert into landing.placeholders values (?, ?, 1)", [kind, identifier])
    stitch(connection, {"max_identifiers": max_identifiers})
    return connection


def customers(connection):
    """{"kind:identifier": customer_id}"""
    sql = "select identifier_kind || ':' || identifier, customer_id from run.identities"
    return dict(connection.execute(sql).fetchall())


def customers_of_sets(connection):
    sql = "select identifier_set_id, customer_id from run.customer_sets order by all"
    return dict(connection.execute(sql).fetchall())


def test_identifiers_on_one_row_belong_together():
    found = customers(stitched([{"visitor": "v1", "email": "a@x.com"}]))
    assert found["visitor:v1"] == found["email:a@x.com"]


def test_belonging_together_is_transitive():
    sets = [{"visitor": "v1", "email": "a@x"}, {"email": "a@x", "contact": "c1"}]
    found = customers(stitched(sets))
    assert found["visitor:v1"] == found["contact:c1"]


def test_equal_texts_of_two_kinds_are_two_identifiers():
    found = customers(stitched([{"visitor": "1"}, {"contact": "1"}]))
    assert found["visitor:1"] != found["contact:1"]


def test_customer_id_is_the_key_of_the_smallest_identifier():
    connection = stitched([{"visitor": "v1", "email": "a@x"}])
    assert set(customers(connection).values()) == {key(connection, "email:a@x")}


def test_a_lone_identifier_is_a_customer_of_its_own():
    connection = stitched([{"visitor": "v1"}])
    assert customers(connection) == {"visitor:v1": key(connection, "visitor:v1")}


def test_an_identifier_linked_to_more_than_the_allowed_joins_nobody():
    sets = [{"visitor": "shared", "email": f"{n}@x"} for n in range(4)]
    assert len(set(customers_of_sets(stitched(sets, max_identifiers=3)).values())) == 4


def test_an_identifier_linked_to_exactly_the_allowed_still_joins():
    sets = [{"visitor": "shared", "email": f"{n}@x"} for n in range(3)]
    assert len(set(customers_of_sets(stitched(sets, max_identifiers=3)).values())) == 1


def test_the_guard_counts_distinct_identifiers_and_not_rows():
    sets = [{"visitor": "v1", "email": "a@x"}] * 9
    assert len(set(customers_of_sets(stitched(sets, max_identifiers=3)).values())) == 1


def test_an_event_with_only_an_ignored_identifier_gets_a_customer_of_its_own():
    sets = [{"visitor": "shared", "email": f"{n}@x"} for n in range(4)] + [{"visitor": "shared"}]
    connection = stitched(sets, max_identifiers=3)
    assert customers_of_sets(connection)[5] == key(connection, "visitor:shared")


def test_ignored_identifiers_are_told_with_reason_and_links():
    sets = [{"visitor": "shared", "email": f"{n}@x"} for n in range(4)]
    connection = stitched(sets, max_identifiers=3, placeholders=[("email", "n/a")])
    assert connection.execute("from run.ignored_identifiers").fetchall() == [
        ("email", "n/a", "placeholder", None),
        ("visitor", "shared", "linked to more than 3 others", 4),
    ]


def test_events_after_the_cutoff_join_nobody():
    connection = stitched([{"visitor": "v1"}])
    connection.execute("insert into landing.identifier_sets values (2, 'v2')")
    connection.execute("insert into landing.events values (2, timestamp '2031-01-01')")
    stitch(connection, {"max_identifiers": MANY})
    assert list(customers(connection)) == ["visitor:v1"]


@pytest.mark.parametrize("seed", range(5))
def test_components_equal_those_of_networkx_on_random_graphs(seed):
    rng = random.Random(seed)
    kinds = ("visitor", "email", "contact")
    sets = [
        {kind: f"{kind[0]}{rng.randrange(120)}" for kind in rng.sample(kinds, rng.randint(1, 2))}
        for _ in range(300)
    ]
    graph = networkx.Graph()
    for members in sets:
        names = [f"{kind}:{identifier}" for kind, identifier in members.items()]
        graph.add_nodes_from(names)
        networkx.add_path(graph, names)
    connection = stitched(sets)
    expected = {
        name: key(connection, min(component))
        for component in networkx.connected_components(graph)
        for name in component
    }
    assert customers(connection) == expected


@pytest.mark.parametrize("seed", range(3))
def test_the_guard_parts_as_networkx_does_without_the_crowded_nodes(seed):
    rng = random.Random(seed)
    sets = [
        {"visitor": f"v{int(rng.paretovariate(1)) % 60}", "email": f"e{rng.randrange(200)}"}
        for _ in range(300)
    ]
    graph = networkx.Graph((f"visitor:{s['visitor']}", f"email:{s['email']}") for s in sets)
    crowded = [node for node, degree in graph.degree if degree > 5]
    assert crowded, "the case must cross the guard"
    graph.remove_nodes_from(crowded)
    connection = stitched(sets, max_identifiers=5)
    found = customers(connection)
    for component in networkx.connected_components(graph):
        assert {found[name] for name in component} == {key(connection, min(component))}


def test_the_order_of_arrival_changes_no_id():
    sets = [{"visitor": f"v{n % 7}", "email": f"e{n % 11}"} for n in range(20)]
    assert customers(stitched(sets)) == customers(stitched(sets[::-1]))


def test_smallest_of_component_names_the_smallest_node():
    nodes, first = smallest_of_component([5, 9, 3], [9, 7, 4])
    assert dict(zip(nodes.tolist(), first.tolist(), strict=True)) == {3: 3, 4: 3, 5: 5, 7: 5, 9: 5}
