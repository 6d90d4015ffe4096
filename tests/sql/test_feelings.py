"""findings.answers and findings.feelings: what customers answered, and how they felt there."""

from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest
from graph_rows import made, warehouse

from pipeline.scales import feeling_bounds, scale_bounds

START = datetime(2025, 3, 3, 12)
SCALES = [
    (name, *scale_bounds(name), *feeling_bounds(name)) for name in ("nps", "csat", "sentiment")
]


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def answered(*scores: tuple[Any, ...], persona: str = "p", texts: Any = ()) -> Any:
    """Of scores `customer, hour, score, scale, is left out` and texts `customer, hour, sentiment`;
    all customers try at 0 and buy at 5, an hour each, and customers 1 and 2 are of the persona.
    """
    events = [
        (number, customer, at(hour), "web", is_left_out, None, None, score, scale)
        for number, (customer, hour, score, scale, is_left_out) in enumerate(scores)
    ] + [
        (100 + number, customer, at(hour), "web", False, None, "words", None, None)
        for number, (customer, hour, _) in enumerate(texts)
    ]
    customers = range(1, 21)
    connection = warehouse({
        "core.events": events,
        "run.scales": SCALES,
        "run.texts": [(100 + n, who, "en", felt, False) for n, (who, _, felt) in enumerate(texts)],
        "journeys.steps": [
            (who, number, who, touchpoint, at(hour), at(hour + 1), None, None, number, stage)
            for who in customers
            for number, (stage, touchpoint, hour) in enumerate(
                [("try", "trial", 0), ("buy", "shop", 5)], 1
            )
        ],
        "personas.assignments": [(who, persona if who < 3 else "rest") for who in customers],
    })  # fmt: skip
    connection.execute(
        "update journeys.steps set touchpoint_number = step_number, stage_number = step_number"
    )
    nodes = [("stage", "try", "buy"), ("touchpoint", "trial", "shop")]
    connection.executemany(
        "insert into run.nodes values (?, ?, ?)",
        [(level, number, node) for level, *names in nodes for number, node in enumerate(names, 1)],
    )
    made(connection, "findings.answers", timezone="UTC")
    made(connection, "findings.visitors", timezone="UTC")
    made(connection, "findings.feelings")
    return connection


def feelings(
    connection: duckdb.DuckDBPyConnection, columns: str, level: str = "all", persona: str = "all"
) -> list[tuple[Any, ...]]:
    sql = f"select {columns} from findings.feelings where level = ? and persona_id = ? order by all"
    return connection.execute(sql, [level, persona]).fetchall()


def test_an_answer_belongs_to_the_stage_last_entered_and_its_touchpoint() -> None:
    connection = answered((1, 3, 4, "nps", False), (2, 6, 9, "nps", False))
    columns = "node, score_scale, scores, customers, mean_score"
    assert feelings(connection, columns, "stage") == [
        ("buy", "nps", 1, 1, 9.0), ("try", "nps", 1, 1, 4.0),
    ]  # fmt: skip
    assert feelings(connection, columns, "touchpoint") == [
        ("shop", "nps", 1, 1, 9.0), ("trial", "nps", 1, 1, 4.0),
    ]  # fmt: skip


def test_an_answer_given_as_a_step_starts_belongs_to_that_step() -> None:
    connection = answered((1, 5, 7, "nps", False))
    assert feelings(connection, "node, mean_score", "stage") == [("buy", 7.0)]


def test_after_seven_days_it_is_still_the_stage_but_no_touchpoint() -> None:
    week = 6 + 7 * 24
    connection = answered((1, week, 7, "nps", False), (2, week + 0.01, 7, "nps", False))
    assert feelings(connection, "node, scores", "touchpoint") == [("shop", 1)]
    assert feelings(connection, "node, scores", "stage") == [("buy", 2)]


def test_scales_are_never_mixed() -> None:
    connection = answered((1, 1, 8, "nps", False), (2, 1, 4, "csat", False))
    assert feelings(connection, "score_scale, mean_score", "stage") == [("csat", 4.0), ("nps", 8.0)]


def test_what_was_written_is_a_scale_of_its_own() -> None:
    connection = answered(texts=[(1, 1, 0.5), (2, 6, -0.3), (3, 6, None)])
    assert feelings(connection, "node, score_scale, mean_score, happy, unhappy", "stage") == [
        ("buy", "sentiment", -0.3, 0, 1), ("try", "sentiment", 0.5, 1, 0),
    ]  # fmt: skip


def test_an_answer_before_the_first_step_counts_but_nowhere_and_one_left_out_not_at_all() -> None:
    connection = answered((1, -1, 8, "nps", False), (1, 1, 8, "nps", True))
    assert feelings(connection, "scores") == [(1,)]
    assert feelings(connection, "scores", "stage") == []


def test_a_persona_has_feelings_of_its_own() -> None:
    connection = answered((1, 1, 2, "nps", False), (9, 1, 4, "nps", False))
    assert feelings(connection, "scores, mean_score") == [(2, 3.0)]
    assert feelings(connection, "scores, mean_score", persona="p") == [(1, 2.0)]


def test_a_month_has_feelings_of_its_own() -> None:
    connection = answered((1, 1, 2, "nps", False), (1, 24 * 40, 4, "nps", False))
    assert feelings(connection, "node, mean_score", "month") == [("2025-03", 2.0), ("2025-04", 4.0)]


def test_of_each_customer_the_last_answer_is_happy_or_not() -> None:
    connection = answered((1, 1, 10, "nps", False), (1, 2, 3, "nps", False))
    assert feelings(connection, "scores, customers, happy, unhappy, nps") == [(2, 1, 0, 1, -100.0)]


@pytest.mark.parametrize(
    ("score", "scale", "felt"),
    [(9, "nps", (1, 0)), (8, "nps", (0, 0)), (7, "nps", (0, 0)), (6, "nps", (0, 1)),
     (4, "csat", (1, 0)), (3, "csat", (0, 0)), (2, "csat", (0, 1))],
)  # fmt: skip
def test_who_is_happy_and_who_is_not(score: int, scale: str, felt: tuple[int, int]) -> None:
    connection = answered((1, 1, score, scale, False))
    assert feelings(connection, "happy, unhappy") == [felt]


def test_of_those_who_came_so_many_answered() -> None:
    connection = answered((1, 1, 9, "nps", False), (3, 1, 9, "nps", False))
    assert feelings(connection, "came, answered_share", "stage") == [(20, 0.1)]
    assert feelings(connection, "came, answered_share", "stage", "p") == [(2, 0.5)]


def test_nps_and_its_interval_by_hand() -> None:
    """The example of docs/how-numbers-are-made.md."""
    scores = [10] * 4 + [7] * 3 + [2] * 3
    connection = answered(*((n, 1, score, "nps", False) for n, score in enumerate(scores, 1)))
    assert feelings(connection, "nps, round(nps_low, 1), round(nps_high, 1)") == [
        (10.0, -36.1, 51.4)
    ]


def test_the_interval_of_a_mean_is_students() -> None:
    """Of one answer each it is the t interval: 5, 7, 7, 8, 9 give 7.2 ± 2.776 · 1.483 / √5."""
    scores = enumerate((5, 7, 7, 8, 9), 1)
    connection = answered(*((n, 1, score, "nps", False) for n, score in scores))
    [(low, high)] = feelings(connection, "mean_low, mean_high")
    assert (low, high) == (pytest.approx(7.2 - 1.842, abs=0.01), pytest.approx(9.042, abs=0.01))


def test_many_answers_of_one_customer_count_as_one_for_the_interval() -> None:
    once = answered((1, 1, 2, "nps", False), (2, 1, 8, "nps", False), (3, 1, 5, "nps", False))
    often = answered(*(
        (who, hour, score, "nps", False)
        for who, score in ((1, 2), (2, 8), (3, 5)) for hour in range(9)
    ))  # fmt: skip
    assert feelings(once, "mean_low, mean_high") == feelings(often, "mean_low, mean_high")
