"""graph.conversion: who counts in which row, and how far each was observed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from graph_rows import made, warehouse

from pipeline.conversion import conversion_step

HORIZON = datetime(2025, 12, 31)
PARAMETERS = {
    "timezone": "Europe/Stockholm",
    "give_up_after": timedelta(days=30),
    "within": timedelta(days=180),
}


def conversion(journeys: list[tuple[Any, ...]], columns: str = "*") -> list[tuple[Any, ...]]:
    """Rows of graph.conversion; journeys are (started at, days to the last step, outcome)."""
    rows = [
        (n, n, start, start + timedelta(days=days), outcome)
        for n, (start, days, outcome) in enumerate(journeys, 1)
    ]
    connection = warehouse(
        {
            "journeys.journeys": rows,
            "personas.assignments": [(n, "odd" if n % 2 else "even") for n, *_ in rows],
            "core.horizon": [(HORIZON,)],
        }
    )
    conversion_step().run(connection, PARAMETERS)
    return made(connection, "graph.conversion", columns, **PARAMETERS)


MARCH, APRIL, DECEMBER = datetime(2025, 3, 9), datetime(2025, 4, 9), datetime(2025, 12, 21)


def test_each_journey_counts_for_everyone_its_persona_its_month_and_both() -> None:
    rows = conversion(
        [(MARCH, 5, "converted"), (APRIL, 5, "dropped")], "persona_id, month, journeys, converted"
    )
    assert rows == [
        ("all", "2025-03", 1, 1),
        ("all", "2025-04", 1, 0),
        ("all", "all", 2, 1),
        ("even", "2025-04", 1, 0),
        ("even", "all", 1, 0),
        ("odd", "2025-03", 1, 1),
        ("odd", "all", 1, 1),
    ]


def test_the_month_is_that_of_the_reports_time_zone() -> None:
    late = datetime(2025, 3, 31, 22, 30)  # half past midnight in Stockholm
    [month] = {row[0] for row in conversion([(late, 1, "dropped")], "month")} - {"all"}
    assert month == "2025-04"


def test_what_is_open_is_censored_and_not_lost() -> None:
    # The open one was seen for ten days, so of those seen on the twentieth half converted.
    journeys = [(MARCH, 20, "converted"), (MARCH, 1, "dropped"), (DECEMBER, 1, "open")]
    rows = conversion(journeys, "persona_id, month, conversion_rate, open, open_share")
    assert ("all", "all", pytest.approx(0.5), 1, pytest.approx(1 / 3)) in rows


def test_a_young_month_is_marked_with_the_days_that_it_was_observed() -> None:
    rows = conversion(
        [(MARCH, 1, "dropped"), (DECEMBER, 1, "open")],
        "persona_id, month, observed_days, is_young",
    )
    assert [row[1:] for row in rows if row[0] == "all"] == [
        ("2025-03", 180.0, False),
        ("2025-12", 10.0, True),
        ("all", 180.0, False),
    ]


def test_a_conversion_later_than_within_does_not_count_in_the_rate() -> None:
    [*_, row] = conversion([(datetime(2025, 1, 2), 200, "converted")], "conversion_rate, converted")
    assert row == (0.0, 1)


def test_what_came_after_the_horizon_counts_as_not_yet_known() -> None:
    journeys = [(DECEMBER, 20, "converted"), (MARCH, 20, "converted"), (MARCH, 1, "dropped")]
    rows = conversion(journeys, "persona_id, month, conversion_rate")
    assert ("all", "2025-12", 0.0) in rows
    assert ("all", "all", pytest.approx(0.5)) in rows


def test_a_month_after_the_horizon_has_no_rate() -> None:
    rows = conversion([(datetime(2026, 1, 5), 1, "converted")], "conversion_rate, observed_days")
    assert set(rows) == {(None, 0.0)}


def test_without_journeys_there_are_no_rows() -> None:
    assert conversion([]) == []
