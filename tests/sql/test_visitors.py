"""findings.visit_counts and findings.visitors: who came where, and could have answered."""

from datetime import datetime
from typing import Any

import duckdb
from graph_rows import made, warehouse

MARCH, APRIL = datetime(2025, 3, 31, 12), datetime(2025, 3, 31, 22, 30)  # in Stockholm: April
STAGES = {"ad": (1, "see"), "shop": (2, "buy"), "call": (3, "buy")}
STAGE_NUMBERS = {"see": 1, "buy": 2}


def came(*steps: tuple[int, str, datetime, bool], answers: Any = ()) -> duckdb.DuckDBPyConnection:
    """Of steps (customer, touchpoint, start, whether a session begins) and of answers (customer,
    time); odd customers are of the persona `odd`.
    """
    connection = warehouse({
        "core.events": [
            (n, who, when, "web", False, None, None, 9, "nps")
            for n, (who, when) in enumerate(answers)
        ],
        "run.scales": [("nps", 0, 10, 6, 9)],
        "journeys.steps": [
            (n, 1, who, point, when, when, None, None, n, STAGES[point][1], None, None, True, True,
             n, STAGE_NUMBERS[STAGES[point][1]], STAGES[point][0], None, None, is_entry)
            for n, (who, point, when, is_entry) in enumerate(steps, 1)
        ],
        "personas.assignments": [(n, "odd" if n % 2 else "even") for n in range(1, 5)],
        "run.nodes": [
            *(("touchpoint", number, name) for name, (number, _) in STAGES.items()),
            *(("stage", number, name) for name, number in STAGE_NUMBERS.items()),
        ],
    })  # fmt: skip
    made(connection, "findings.visitors", timezone="Europe/Stockholm")
    return connection


def visitors(connection: duckdb.DuckDBPyConnection, level: str) -> list[tuple[Any, ...]]:
    sql = "select persona_id, node, customers from findings.visitors where level = ? order by all"
    return connection.execute(sql, [level]).fetchall()


WALK = ((1, "shop", MARCH, True), (1, "call", APRIL, False), (1, "shop", APRIL, False))


def test_a_customer_counts_once_at_each_node_for_everyone_and_for_the_persona() -> None:
    connection = came(*WALK, (2, "shop", MARCH, True))
    assert visitors(connection, "touchpoint") == [
        ("all", "call", 1), ("all", "shop", 2), ("even", "shop", 1),
        ("odd", "call", 1), ("odd", "shop", 1),
    ]  # fmt: skip
    assert visitors(connection, "stage") == [
        ("all", "buy", 2),
        ("even", "buy", 1),
        ("odd", "buy", 1),
    ]
    assert visitors(connection, "all") == [("all", "all", 2), ("even", "all", 1), ("odd", "all", 1)]


def test_a_month_has_those_of_whose_journeys_a_session_began_there_by_the_reports_time() -> None:
    connection = came(*WALK, (2, "ad", APRIL, True))
    assert visitors(connection, "month") == [
        ("all", "2025-03", 1), ("all", "2025-04", 1), ("even", "2025-04", 1), ("odd", "2025-03", 1),
    ]  # fmt: skip


def test_who_answered_counts_where_they_did_not_come_and_no_second_time_where_they_did() -> None:
    answers = [(1, MARCH), (1, APRIL), (3, APRIL)]
    connection = came(*WALK, (2, "ad", APRIL, True), answers=answers)
    assert visitors(connection, "all") == [("all", "all", 3), ("even", "all", 1), ("odd", "all", 2)]
    assert visitors(connection, "month") == [
        ("all", "2025-03", 1), ("all", "2025-04", 3), ("even", "2025-04", 1),
        ("odd", "2025-03", 1), ("odd", "2025-04", 2),
    ]  # fmt: skip


def test_months_are_counted_from_the_year_0_and_december_is_no_month_of_the_next() -> None:
    connection = came((1, "ad", datetime(2024, 12, 5), True))
    made(connection, "findings.visit_counts", timezone="Europe/Stockholm")
    counts = "select node_number from findings.visit_counts where level = 'month'"
    assert set(connection.execute(counts).fetchall()) == {(2024 * 12 + 11,)}
    assert visitors(connection, "month") == [("all", "2024-12", 1), ("odd", "2024-12", 1)]
