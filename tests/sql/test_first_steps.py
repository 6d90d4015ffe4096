"""graph.step_flows, graph.step_matrix and findings.top_paths: step after step."""

from datetime import timedelta
from typing import Any

import duckdb
from graph_rows import START, made, warehouse

ENDS = [("touchpoint", -1, "CONVERTED"), ("touchpoint", -2, "DROPPED"), ("touchpoint", -3, "OPEN")]


def walks(*told: tuple[int, str, str], personas: Any = ()) -> duckdb.DuckDBPyConnection:
    """Journeys written `customer, "a b c", outcome`."""
    names = sorted({name for _, walk, _ in told for name in walk.split()})
    numbers = {name: number for number, name in enumerate(names, 1)}
    steps, journeys, sequences = [], [], []
    for journey, (customer, walk, outcome) in enumerate(told, 1):
        places = walk.split()
        journeys.append((journey, customer, START, START, outcome))
        for at, name in enumerate(places, 1):
            begun = START + timedelta(hours=at)
            following = numbers[places[at]] if at < len(places) else None
            steps.append((journey, at, customer, name, begun, begun, numbers[name], following))
        path = [name for at, name in enumerate(places) if places[at + 1 : at + 2] != [name]]
        sequences.append((journey, customer, " > ".join(path), len(path)))
    connection = warehouse(
        {"journeys.journeys": journeys, "journeys.sequences": sequences,
         "personas.assignments": [
             (customer, dict(personas).get(customer, "unknown"))
             for customer in dict.fromkeys(customer for customer, *_ in told)
         ]}
    )  # fmt: skip
    connection.executemany(
        "insert into journeys.steps (journey_id, step_number, customer_id, touchpoint, started_at, "
        "ended_at, touchpoint_number, next_touchpoint_number) values (?, ?, ?, ?, ?, ?, ?, ?)",
        steps,
    )
    connection.execute("delete from run.nodes")
    nodes = [*ENDS, *(("touchpoint", number, name) for name, number in numbers.items())]
    connection.executemany("insert into run.nodes values (?, ?, ?)", nodes)
    return connection


def of_everyone(
    connection: duckdb.DuckDBPyConnection, table: str, columns: str, **parameters: Any
) -> list[Any]:
    made(connection, table, **parameters)
    return connection.execute(
        f"select {columns} from {table} where persona_id = 'all' order by all"
    ).fetchall()


FLOW = "step_number, from_node, to_node, journeys, customers"


def test_steps_flow_to_the_next_and_to_the_outcome_repeats_told_once() -> None:
    assert of_everyone(
        walks((1, "a a b a", "converted"), (1, "a", "dropped")), "graph.step_flows", FLOW
    ) == [
        (1, "a", "DROPPED", 1, 1),
        (1, "a", "b", 1, 1),
        (2, "b", "a", 1, 1),
        (3, "a", "CONVERTED", 1, 1),
    ]


def test_beyond_six_touchpoints_of_a_step_the_rest_is_one() -> None:
    told = [(place, name, "open") for place, name in enumerate("aabbccddeeffgh", 1)]
    rows = of_everyone(walks(*told), "graph.step_flows", "from_number, from_node, journeys")
    assert rows == [
        (0, None, 2),
        *((number, name, 2) for number, name in enumerate("abcdef", 1)),
    ]


def test_flows_end_at_the_eighth_step() -> None:
    journey = walks((1, "a b a b a b a b a", "open"))
    rows = of_everyone(journey, "graph.step_flows", "step_number, to_node")
    assert rows == [(step, "ba"[(step + 1) % 2]) for step in range(1, 8)]


def test_a_journey_that_ended_stays_at_its_outcome() -> None:
    found = of_everyone(
        walks((1, "a a b", "dropped"), (2, "a", "converted")), "graph.step_matrix",
        "step_number, node, journeys, share",
    )  # fmt: skip
    assert found[:4] == [
        (1, "a", 2, 1.0), (2, "CONVERTED", 1, 0.5), (2, "b", 1, 0.5), (3, "CONVERTED", 1, 0.5),
    ]  # fmt: skip
    assert found[-1] == (8, "DROPPED", 1, 0.5)


def test_every_step_number_adds_up_to_all_journeys() -> None:
    connection = walks(
        (1, "a b", "dropped"), (2, "a", "open"), (3, "c", "open"), personas=[(3, "p1")]
    )
    made(connection, "graph.step_matrix")
    sums = connection.execute(
        "select persona_id, sum(journeys) from graph.step_matrix group by persona_id, step_number"
    ).fetchall()
    assert sorted(sums) == [("all", 3)] * 8 + [("p1", 1)] * 8 + [("unknown", 2)] * 8


PATH = "rank, path, paths, journeys, customers, converted, dropped"


def test_paths_of_small_groups_are_gathered_with_the_rest() -> None:
    told = [(1, "a", "dropped"), (2, "a", "converted"), (3, "b", "dropped"), (3, "b", "dropped"),
            (3, "b", "dropped"), (4, "c", "dropped")]  # fmt: skip
    assert of_everyone(walks(*told), "findings.top_paths", PATH, min_group=2) == [
        (1, "a", 1, 2, 2, 1, 1),
        (21, None, 2, 4, 2, 0, 4),
    ]


def test_beyond_twenty_paths_the_rest_is_one() -> None:
    told = [(customer, f"t{place:02}", "open") for place in range(23) for customer in range(2)]
    rows = of_everyone(walks(*told), "findings.top_paths", "rank, path, journeys", min_group=1)
    assert [row[1] for row in rows[:20]] == [f"t{place:02}" for place in range(20)]
    assert rows[20] == (21, None, 6)
