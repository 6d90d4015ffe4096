"""findings.next_two_steps, detours_taken and detours: loops and detours, what goes with them."""

from datetime import timedelta
from typing import Any

import pytest
from graph_rows import START, made, warehouse
from statsmodels.stats.proportion import confint_proportions_2indep

Row = tuple[Any, ...]
POINTS = {"ad": "see", "shop": "buy", "call": "buy", "goal": "use"}
NUMBERS = {name: number for number, name in enumerate(POINTS, 1)}
HOUR = timedelta(hours=1)
TAKEN = "customers, converted, other_customers, other_converted"


def made_of(
    *journeys: tuple[str, str], table: str, columns: str, least: int = 1, look: int = 0,
    personas: tuple[str, ...] = (),
) -> list[Row]:  # fmt: skip
    """Of journeys written ("ad > shop", outcome), one a customer; a step begins every hour."""
    steps, rows = [], []
    for journey, (walk, outcome) in enumerate(journeys, 1):
        names = walk.split(" > ")
        rows.append((journey, journey, START, START, outcome, len(names)))
        for number, name in enumerate(names, 1):
            following = names[number] if number < len(names) else None
            at = START + number * HOUR
            steps.append(
                (journey, number, journey, name, at, at, None, None, number, POINTS[name],
                 following, None, True, True, None, None, NUMBERS[name], NUMBERS.get(following),
                 None)
            )  # fmt: skip
    connection = warehouse(
        {
            "journeys.steps": steps, "journeys.journeys": rows,
            "personas.assignments": [
                (row[0], personas[row[0] - 1] if personas else "p1") for row in rows
            ],
            "run.touchpoints": [(NUMBERS[name], name, stage) for name, stage in POINTS.items()],
        }
    )  # fmt: skip
    return made(connection, table, columns, goal="goal", min_group=least, look=look)


def detours(
    *journeys: tuple[str, str], columns: str = TAKEN, persona: str = "all", **told: Any
) -> dict[str, Row]:
    where = "kind || ': ' || concat_ws(' > ', from_touchpoint, nullif(via, ''), to_touchpoint)"
    columns = f"persona_id, {where}, {columns}"
    rows = made_of(*journeys, table="findings.detours", columns=columns, **told)
    return {row[1]: row[2:] for row in rows if row[0] == persona}


def test_a_step_tells_where_its_journey_went_in_the_next_two() -> None:
    columns = "step_number, from_number, next_number, third_number, next_seconds, third_seconds"
    rows = made_of(
        ("ad > shop > goal", "converted"), table="findings.next_two_steps", columns=columns
    )
    assert rows == [(1, 1, 2, 4, 3600, 7200), (2, 2, 4, 0, 3600, None)]


def test_journeys_that_are_open_do_not_tell() -> None:
    assert detours(("ad > ad", "open"), ("ad > shop", "open")) == {}


def test_who_comes_back_at_once_is_beside_who_does_not() -> None:
    found = detours(
        ("ad > ad > shop > goal", "converted"), ("ad > ad", "dropped"), ("ad > shop", "dropped")
    )
    assert found == {"loop: ad > ad": (2, 1, 1, 0)}


def test_a_loop_may_lead_by_way_of_another() -> None:
    found = detours(("ad > shop > ad", "dropped"), ("ad > call > goal", "converted"))
    assert found == {"loop: ad > shop > ad": (1, 0, 1, 1)}


def test_who_comes_back_otherwise_is_on_no_side_of_a_loop() -> None:
    found = detours(("ad > shop > ad", "dropped"), ("ad > ad", "dropped"), ("ad", "dropped"))
    assert found["loop: ad > ad"] == (1, 0, 1, 0)


def test_a_detour_is_beside_the_straight_way() -> None:
    found = detours(
        ("ad > shop > call", "dropped"), ("ad > call", "dropped"),
        ("ad > call > goal", "converted"),
    )  # fmt: skip
    assert found == {"detour: ad > shop > call": (1, 0, 2, 1)}


def test_what_most_do_is_no_detour() -> None:
    way = ("ad > shop > call", "dropped")
    assert detours(way, way, ("ad > call", "dropped")) == {}


def test_the_goal_is_not_gone_to_by_a_detour() -> None:
    assert detours(("ad > shop > goal", "converted"), ("ad > goal", "converted")) == {}


def test_a_customer_counts_once_and_a_loop_each_time() -> None:
    found = detours(
        ("ad > ad > ad", "dropped"), ("ad", "dropped"), columns=f"steps, journeys, {TAKEN}"
    )
    assert found == {"loop: ad > ad": (2, 1, 1, 0, 1, 0)}


def test_times_are_from_start_to_start() -> None:
    found = detours(
        ("ad > shop > call", "dropped"), ("ad > call", "dropped"),
        columns="median_seconds, straight_seconds",
    )  # fmt: skip
    assert found == {"detour: ad > shop > call": (7200, 3600)}


def test_few_customers_are_no_row() -> None:
    journeys = [("ad > ad", "dropped")] * 2 + [("ad", "dropped")] * 3
    assert list(detours(*journeys, least=2)) == ["loop: ad > ad"]
    assert detours(*journeys, least=3) == {}


def test_a_persona_has_its_own() -> None:
    journeys = [("ad > ad > goal", "converted"), ("ad", "dropped"), ("ad > ad", "dropped")]
    of = {
        persona: detours(*journeys, personas=("p1", "p1", "p2"), persona=persona)
        for persona in ("all", "p1", "p2")
    }
    assert of["all"] == {"loop: ad > ad": (2, 1, 1, 0)}
    assert of["p1"] == {"loop: ad > ad": (1, 1, 1, 0)}
    assert of["p2"] == {}  # there is nobody beside whom they could be held


def test_of_a_persona_only_steps_after_the_look_count() -> None:
    journeys = [("ad > ad > shop > shop", "dropped"), ("ad > ad > shop", "dropped")]
    assert detours(*journeys, look=2, persona="p1") == {"loop: shop > shop": (1, 0, 1, 0)}
    assert list(detours(*journeys, ("ad", "dropped"), look=2)) == [
        "loop: ad > ad", "loop: shop > shop",
    ]  # fmt: skip


def test_the_interval_of_the_difference_is_newcombes() -> None:
    journeys = [("ad > ad > goal", "converted")] * 6 + [("ad > ad", "dropped")] * 14
    others = [("ad > goal", "converted")] * 20 + [("ad", "dropped")] * 20
    columns = "converted_rate, other_rate, difference_low, difference_high"
    [(rate, other, low, high)] = detours(*journeys, *others, columns=columns).values()
    assert (rate, other) == (0.3, 0.5)
    assert (low, high) == pytest.approx(confint_proportions_2indep(6, 20, 20, 40, method="newcomb"))
