"""findings.feelings: how customers felt in the stage they had last entered."""

from datetime import datetime, timedelta
from typing import Any

from graph_rows import made

from pipeline.database import open_warehouse

START = datetime(2025, 3, 3, 12)
COLUMNS = "stage, score_scale, scores, customers, mean_score"


def at(hours: int) -> datetime:
    return START + timedelta(hours=hours)


def feelings(*events: tuple[Any, ...], persona: str | None = None) -> list[tuple[Any, ...]]:
    """Of scores `customer, hour, score, scale, is left out`; 1 and 2 try at 0 and buy at 5."""
    connection = open_warehouse(":memory:")
    connection.execute(
        "create table core.events (event_id bigint, customer_id bigint, occurred_at timestamp, "
        "score double, score_scale varchar, is_left_out boolean)"
    )
    connection.execute(
        "create table journeys.steps (customer_id bigint, customer_step_number integer, "
        "stage varchar, stage_number integer, started_at timestamp)"
    )
    connection.execute("create table personas.assignments (customer_id bigint, persona_id varchar)")
    for number, (customer, hour, *rest) in enumerate(events):
        connection.execute(
            "insert into core.events values (?, ?, ?, ?, ?, ?)",
            [number, customer, at(hour), *rest],
        )
    for customer in (1, 2):
        connection.execute(
            "insert into journeys.steps values (?, 1, 'try', 1, ?), (?, 2, 'buy', 2, ?)",
            [customer, at(0), customer, at(5)],
        )
    if persona:
        connection.execute("insert into personas.assignments values (1, ?)", [persona])
    return made(
        connection, "findings.feelings", COLUMNS if not persona else f"persona_id, {COLUMNS}"
    )


def test_a_score_belongs_to_the_stage_last_entered() -> None:
    assert feelings((1, 3, 4, "nps", False), (2, 6, 9, "nps", False)) == [
        ("buy", "nps", 1, 1, 9.0),
        ("try", "nps", 1, 1, 4.0),
    ]


def test_a_score_given_as_a_step_starts_belongs_to_that_step() -> None:
    assert feelings((1, 5, 7, "nps", False)) == [("buy", "nps", 1, 1, 7.0)]


def test_scales_are_never_mixed() -> None:
    assert feelings((1, 1, 8, "nps", False), (2, 1, 4, "csat", False)) == [
        ("try", "csat", 1, 1, 4.0),
        ("try", "nps", 1, 1, 8.0),
    ]


def test_scores_before_the_first_step_and_left_out_ones_count_nowhere() -> None:
    assert feelings((1, -1, 8, "nps", False), (1, 1, 8, "nps", True)) == []


def test_a_persona_has_feelings_of_its_own() -> None:
    assert feelings((1, 1, 2, "nps", False), (2, 1, 4, "nps", False), persona="p1") == [
        ("all", "try", "nps", 2, 2, 3.0),
        ("p1", "try", "nps", 1, 1, 2.0),
    ]
