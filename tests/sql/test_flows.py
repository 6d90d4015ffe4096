"""graph.flows: from stage to stage further on, and from the furthest to the outcome."""

from datetime import timedelta
from typing import Any

from graph_rows import START, made, warehouse

STAGES = {"try": 1, "buy": 2, "use": 3}
COLUMNS = "from_node, to_node, journeys, customers"


def journeys(*walks: tuple[int, str, str]) -> dict[str, list[tuple[Any, ...]]]:
    """The visits of journeys written `customer, "try > buy", outcome`."""
    visits, outcomes = [], []
    for journey, (customer, walk, outcome) in enumerate(walks, 1):
        outcomes.append((journey, customer, START, START, outcome))
        for number, stage in enumerate(walk.split(" > "), 1):
            begun = START + timedelta(days=number)
            visits.append(
                (journey, number, customer, stage, STAGES[stage], begun, begun, True, True)
            )
    return {"journeys.stage_visits": visits, "journeys.journeys": outcomes}


def flows(*walks: tuple[int, str, str]) -> list[tuple[Any, ...]]:
    return made(warehouse(journeys(*walks)), "graph.flows", COLUMNS)


def test_a_journey_flows_through_its_stages_to_its_outcome() -> None:
    assert flows((1, "try > buy", "converted")) == [
        ("buy", "CONVERTED", 1, 1),
        ("try", "buy", 1, 1),
    ]


def test_a_stage_that_is_skipped_is_not_flowed_through() -> None:
    assert flows((1, "try > use", "open")) == [("try", "use", 1, 1), ("use", "OPEN", 1, 1)]


def test_what_it_went_back_to_is_left_out() -> None:
    assert flows((1, "buy > try > buy > use > try", "dropped")) == [
        ("buy", "use", 1, 1),
        ("use", "DROPPED", 1, 1),
    ]


def test_two_journeys_of_one_customer_are_two_journeys() -> None:
    assert flows((1, "try", "dropped"), (1, "try", "open"), (2, "try", "open")) == [
        ("try", "DROPPED", 1, 1),
        ("try", "OPEN", 2, 2),
    ]


def test_a_persona_has_flows_of_its_own() -> None:
    tables = journeys((1, "try", "dropped"), (2, "try", "dropped"))
    tables["personas.assignments"] = [(2, "p1")]
    rows = made(warehouse(tables), "graph.flows", "persona_id, from_node, to_node, journeys")
    assert rows == [("all", "try", "DROPPED", 2), ("p1", "try", "DROPPED", 1)]
