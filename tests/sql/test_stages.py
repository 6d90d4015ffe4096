"""graph.stages: each journey once per stage, by what became of it there."""

from datetime import timedelta
from typing import Any

import pytest
from graph_rows import START, made, warehouse

STAGES = {"try": 1, "buy": 2, "use": 3}
FATES = "stage, entered, advanced, went_back, dropped, open, converted"


def journeys(*walks: tuple[str, str], after_look: int = 0) -> dict[str, list[tuple[Any, ...]]]:
    """The visits of journeys written `"try > buy", outcome`, an hour each and a day apart."""
    visits, outcomes = [], []
    for journey, (walk, outcome) in enumerate(walks, 1):
        outcomes.append((journey, journey, START, START, outcome))
        for number, stage in enumerate(walk.split(" > "), 1):
            begun = START + timedelta(days=number)
            visits.append(
                (journey, number, journey, stage, STAGES[stage], begun, begun + timedelta(hours=1),
                 True, number > after_look)
            )  # fmt: skip
    return {"journeys.stage_visits": visits, "journeys.journeys": outcomes}


def stages(tables: dict[str, list[tuple[Any, ...]]], columns: str) -> list[tuple[Any, ...]]:
    """Rows of graph.stages, made from its counts."""
    connection = warehouse(tables)
    made(connection, "graph.stage_fates")
    return made(connection, "graph.stages", columns)


@pytest.mark.parametrize(
    ("walk", "outcome", "fate"),
    [
        ("buy > use", "dropped", "advanced"),
        ("buy > try > use", "open", "advanced"),
        ("buy > try", "dropped", "went back"),
        ("buy > try > buy", "dropped", "dropped"),
        ("buy", "open", "open"),
        ("buy", "converted", "converted"),
    ],
)
def test_what_became_of_a_journey_that_entered_a_stage(walk: str, outcome: str, fate: str) -> None:
    rows = stages(journeys((walk, outcome)), FATES)
    names = ("advanced", "went back", "dropped", "open", "converted")
    [counts] = [row[2:] for row in rows if row[0] == "buy"]
    assert [name for name, count in zip(names, counts, strict=True) if count] == [fate]


def test_a_journey_counts_once_per_stage_however_often_it_returns() -> None:
    rows = stages(journeys(("try > buy > try > buy", "dropped")), FATES)
    assert rows == [("buy", 1, 0, 0, 1, 0, 0), ("try", 1, 1, 0, 0, 0, 0)]


def test_rates_are_over_those_entered_less_the_open_ones() -> None:
    tables = journeys(("try > buy", "dropped"), ("try", "dropped"), ("try", "open"))
    columns = "stage, entered, rated, advanced_rate, dropped_rate, converted_rate"
    rows = stages(tables, columns)
    assert rows == [("buy", 1, 1, 0.0, 1.0, 0.0), ("try", 3, 2, 0.5, 0.5, 0.0)]


def test_a_persona_counts_all_entries_and_rates_those_after_the_look() -> None:
    tables = journeys(("try > buy", "dropped"), after_look=1)
    tables["personas.assignments"] = [(1, "p1")]
    columns = "persona_id, stage, entered, advanced, dropped, rated, dropped_rate"
    rows = stages(tables, columns)
    assert rows[2:] == [("p1", "buy", 1, 0, 1, 1, 1.0), ("p1", "try", 1, 1, 0, 0, None)]


def test_times_are_of_the_first_visit_and_up_to_a_stage_further_on() -> None:
    columns = "stage, median_stay_seconds, median_advance_seconds"
    rows = stages(journeys(("try > try > use", "dropped")), columns)
    assert rows == [("try", 3600.0, 172800.0), ("use", 3600.0, None)]


def test_every_rate_has_its_interval() -> None:
    tables = journeys(*[("try > buy", "dropped")] * 133, *[("try", "dropped")] * 15)
    rates = ("advanced", "went_back", "dropped", "converted")
    columns = ", ".join(f"round({rate}_low, 4), round({rate}_high, 4)" for rate in rates)
    [row] = [row[1:] for row in stages(tables, f"stage, {columns}") if row[0] == "try"]
    # Newcombe 1998, table I: 15 of 148; and Wilson's own of none.
    assert row == (0.8395, 0.9376, 0, 0.0253, 0.0624, 0.1605, 0, 0.0253)
