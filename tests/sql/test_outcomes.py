"""findings.outcomes and findings.stage_reach: how many started, what became of them, how far."""

from datetime import timedelta
from typing import Any

from graph_rows import START, made, warehouse

SHARES = "persona_id, customers, journeys, converted_share, dropped_share, open_share"


def tables(*outcomes: tuple[int, str]) -> dict[str, list[tuple[Any, ...]]]:
    return {
        "journeys.journeys": [
            (journey, customer, START, START, outcome)
            for journey, (customer, outcome) in enumerate(outcomes, 1)
        ]
    }


def visit(journey: int, number: int, customer: int, stage: str) -> tuple[Any, ...]:
    begun = START + timedelta(days=number)
    stages = {"try": 1, "buy": 2}
    return (journey, number, customer, stage, stages[stage], begun, begun, True, True)


def test_the_shares_are_of_all_journeys_started() -> None:
    rows = made(
        warehouse(tables((1, "converted"), (1, "dropped"), (2, "dropped"), (3, "open"))),
        "findings.outcomes", SHARES,
    )  # fmt: skip
    assert rows == [("all", 3, 4, 0.25, 0.5, 0.25)]


def test_a_persona_has_outcomes_of_its_own() -> None:
    given = tables((1, "converted"), (2, "dropped"))
    given["personas.assignments"] = [(2, "p1")]
    rows = made(warehouse(given), "findings.outcomes", SHARES)
    assert rows == [("all", 2, 2, 0.5, 0.5, 0.0), ("p1", 1, 1, 0.0, 1.0, 0.0)]


def test_without_journeys_there_is_no_row() -> None:
    assert made(warehouse({}), "findings.outcomes") == []


def test_a_journey_reaches_a_stage_once_however_often_it_returns() -> None:
    given = tables((1, "dropped"), (2, "dropped"))
    given["journeys.stage_visits"] = [
        visit(1, 1, 1, "try"), visit(1, 2, 1, "buy"), visit(1, 3, 1, "try"), visit(2, 1, 2, "try"),
    ]  # fmt: skip
    connection = warehouse(given)
    made(connection, "findings.outcomes")
    rows = made(connection, "findings.stage_reach", "stage, journeys, customers, journey_share")
    assert rows == [("buy", 1, 1, 0.5), ("try", 2, 2, 1.0)]
