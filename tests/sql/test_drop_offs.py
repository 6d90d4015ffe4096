"""graph.drop_offs and graph.segment_drop_offs: how often a journey ends at a node, and how sure."""

from datetime import datetime
from typing import Any

import pytest
from graph_rows import made, moves, warehouse

TABLE = "graph.drop_offs"


def test_the_rate_is_over_mature_steps_at_the_node_and_start_is_no_node() -> None:
    rows = moves((1, "a > b > CONVERTED"), (2, "a > DROPPED"), (3, "a > OPEN"), (3, "a > DROPPED"))
    made_rows = made(
        warehouse({"journeys.moves": list(rows)}),
        TABLE,
        "node, steps, customers, mature_steps, dropped, drop_off_rate",
    )
    assert made_rows == [
        ("a", 4, 3, 3, 2, pytest.approx(2 / 3)),
        ("b", 1, 1, 1, 0, 0.0),
    ]


# Newcombe, Statistics in Medicine 17 (1998), table I, method 3: the score method.
@pytest.mark.parametrize(
    ("dropped", "steps", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)  # fmt: skip
def test_the_interval_is_wilsons_as_published(
    dropped: int, steps: int, low: float, high: float
) -> None:
    walks = [(n, "a > DROPPED" if n < dropped else "a > CONVERTED") for n in range(steps)]
    rows = list(moves(*walks))
    made_rows = made(warehouse({"journeys.moves": rows}), TABLE, "drop_off_low, drop_off_high")
    assert made_rows == [(pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))]


def test_a_rate_of_one_has_an_interval_that_ends_at_one() -> None:
    rows = list(moves((1, "a > DROPPED")))
    [(low, high)] = made(warehouse({"journeys.moves": rows}), TABLE, "drop_off_low, drop_off_high")
    assert (low, high) == (pytest.approx(0.2065, abs=5e-5), 1.0)


def test_without_a_mature_step_nothing_is_known() -> None:
    rows = list(moves((1, "a > OPEN")))
    columns = "mature_steps, drop_off_rate, drop_off_low, drop_off_high, conversion_probability"
    made_rows = made(warehouse({"journeys.moves": rows}), TABLE, columns)
    assert made_rows == [(0, None, None, None, None)]


def test_a_persona_counts_all_its_steps_and_rates_those_after_the_look() -> None:
    rows = [
        ("stage", 1, 1, 2, "a", "a", True, False, 10, None),
        ("stage", 1, 1, 3, "a", "DROPPED", True, True, None, None),
    ]
    connection = warehouse({"journeys.moves": rows, "personas.assignments": [(1, "p1")]})
    made_rows = made(connection, TABLE, "persona_id, steps, mature_steps, drop_off_rate")
    assert made_rows == [("all", 2, 2, 0.5), ("p1", 2, 1, 1.0)]


def test_the_chance_to_convert_is_the_chains() -> None:
    tables = {
        "journeys.moves": list(moves((1, "a > DROPPED"))),
        "run.chain": [("stage", "all", "a", 0.25), ("stage", "p1", "a", 0.75)],
    }
    assert made(warehouse(tables), TABLE, "conversion_probability") == [(0.25,)]


def test_segments_have_the_rates_of_their_own_journeys() -> None:
    tables = {
        "journeys.moves": list(moves((1, "a > DROPPED"), (2, "a > CONVERTED"), (3, "a > DROPPED"))),
        "journeys.segments": [(1, "channel", "paid"), (2, "channel", "paid"), (3, "channel", "ad")],
        "personas.assignments": [(1, "p1"), (2, "p1"), (3, "p2")],
    }  # fmt: skip
    columns = "segment_value, persona_id, node, mature_steps, dropped, drop_off_rate"
    assert made(warehouse(tables), "graph.segment_drop_offs", columns) == [
        ("ad", "all", "a", 1, 1, 1.0),
        ("ad", "p2", "a", 1, 1, 1.0),
        ("paid", "all", "a", 2, 1, 0.5),
        ("paid", "p1", "a", 2, 1, 0.5),
    ]


def test_a_journey_that_comes_again_counts_once_per_journey() -> None:
    rows = moves(
        (1, "a > b > a > DROPPED"), (2, "a > CONVERTED"), (3, "a > b > a > CONVERTED"),
        (4, "a > OPEN"),
    )  # fmt: skip
    columns = (
        "journeys, mature_steps, dropped, drop_off_rate, mature_journeys, journey_drop_off_rate"
    )
    made_rows = made(warehouse({"journeys.moves": list(rows)}), TABLE, f"node, {columns}")
    assert made_rows[0] == ("a", 4, 5, 1, 0.2, 3, pytest.approx(1 / 3))


def test_the_interval_per_journey_is_over_journeys() -> None:
    walks = [(n, "a > b > a > DROPPED" if n < 15 else "a > CONVERTED") for n in range(148)]
    columns = "journey_drop_off_low, journey_drop_off_high"
    [row, _] = made(warehouse({"journeys.moves": list(moves(*walks))}), TABLE, columns)[::-1]
    assert row == (pytest.approx(0.0624, abs=5e-5), pytest.approx(0.1605, abs=5e-5))  # Newcombe


def begun(*journeys: tuple[int, datetime]) -> list[tuple[Any, ...]]:
    return [(number, number, start, start, "dropped") for number, start in journeys]


def test_months_are_those_in_which_the_journeys_began_where_the_report_is() -> None:
    tables = {
        "journeys.moves": list(moves((1, "a > DROPPED"), (2, "a > CONVERTED"), (3, "a > DROPPED"))),
        "journeys.journeys": begun(
            (1, datetime(2025, 3, 31, 21, 30)),  # half past eleven in Stockholm
            (2, datetime(2025, 3, 31, 22, 30)),
            (3, datetime(2025, 4, 5)),
        ),
        "personas.assignments": [(1, "p1"), (2, "p1"), (3, "p2")],
        "graph.conversion": [
            (persona, month, month == "2025-04")
            for persona in ("all", "p1", "p2")
            for month in ("2025-03", "2025-04")
        ],
    }
    columns = "month, persona_id, is_young, mature_steps, drop_off_rate, journey_drop_off_rate"
    made_rows = made(
        warehouse(tables), "graph.month_drop_offs", columns, timezone="Europe/Stockholm"
    )
    assert made_rows == [
        ("2025-03", "all", False, 1, 1.0, 1.0),
        ("2025-03", "p1", False, 1, 1.0, 1.0),
        ("2025-04", "all", True, 2, 0.5, 0.5),
        ("2025-04", "p1", True, 1, 0.0, 0.0),
        ("2025-04", "p2", True, 1, 1.0, 1.0),
    ]
