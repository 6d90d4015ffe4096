"""findings.meetings, meeting_odds and moments_of_truth: who meets a touchpoint, who not yet."""

from math import log
from typing import Any

import numpy as np
import pytest
from graph_rows import START, made, warehouse
from statsmodels.stats.contingency_tables import StratifiedTable

POINTS = {"ad": "see", "shop": "buy", "call": "buy", "goal": "use"}
NUMBERS = {name: number for number, name in enumerate(POINTS, 1)}
STAGES = {"see": 1, "buy": 2, "use": 3}
GOAL = {"goal": "goal"}
Row = tuple[Any, ...]


def met(
    *journeys: tuple[int, str, str], is_mature: bool = True, besides: range = range(0)
) -> list[Row]:
    """Rows of findings.meetings, of journeys written (customer, "ad > shop", outcome): comparison,
    touchpoint, where they are, steps so far, and who met it and not, and converted; `besides`
    are customers without any step."""
    steps, rows = [], []
    for journey, (customer, walk, outcome) in enumerate(journeys, 1):
        names = walk.split(" > ")
        rows.append((journey, customer, START, START, outcome, len(names)))
        for number, name in enumerate(names, 1):
            following = names[number] if number < len(names) else None
            steps.append(
                (journey, number, customer, name, START, START, None, None, number, POINTS[name],
                 following, None, True, is_mature, None, STAGES[POINTS[name]], NUMBERS[name],
                 NUMBERS.get(following), None)
            )  # fmt: skip
    connection = warehouse(
        {
            "journeys.steps": steps,
            "journeys.journeys": rows,
            "personas.assignments": [(customer, "p1") for customer in {row[1] for row in rows}],
        }
    )
    connection.execute(
        "insert into personas.assignments (customer_id, persona_id)"
        " select range, 'p1' from range(?, ?)", [besides.start, besides.stop]
    )  # fmt: skip
    connection.execute("drop table run.touchpoints")
    connection.execute(
        "create table run.touchpoints"
        " (touchpoint_number integer, touchpoint varchar, stage varchar, stage_number integer)"
    )
    connection.executemany(
        "insert into run.touchpoints values (?, ?, ?, ?)",
        [(NUMBERS[name], name, stage, STAGES[stage]) for name, stage in POINTS.items()],
    )
    made(connection, "findings.meetings", **GOAL)
    return connection.execute(
        "select comparison, touchpoint, place_number, steps_so_far,"
        " met, met_converted, not_met, not_met_converted"
        " from findings.meetings join run.touchpoints using (touchpoint_number) order by all"
    ).fetchall()


def of(rows: list[Row], comparison: str, touchpoint: str) -> list[Row]:
    return [row[2:] for row in rows if row[:2] == (comparison, touchpoint)]


def test_who_meets_it_is_beside_who_is_at_another_of_its_stage() -> None:
    rows = met((1, "ad > call > goal", "converted"), (2, "ad > shop", "dropped"))
    assert of(rows, "stage", "call") == [(2, 2, 0, 0, 1, 0), (2, 2, 1, 1, 0, 0)]


def test_who_meets_it_next_is_beside_who_is_at_the_same_place_and_does_not() -> None:
    rows = met((1, "ad > call > goal", "converted"), (2, "ad", "dropped"))
    assert of(rows, "next", "call") == [(1, 1, 0, 0, 1, 0), (1, 1, 1, 1, 0, 0)]


def test_of_many_customers_all_who_meet_it_count_and_some_of_the_others() -> None:
    journeys = [(1, "ad > call > goal", "converted"), (3, "ad", "dropped"), (4, "ad", "dropped")]
    rows = met(*journeys, besides=range(5, 20_005))  # 20,003 in all: the even ones are drawn
    assert of(rows, "next", "call") == [(1, 1, 0, 0, 1, 0), (1, 1, 1, 1, 0, 0)]


def test_of_very_many_customers_some_of_those_who_meet_it_count() -> None:
    journeys = [
        (2, "ad > call > goal", "converted"),
        (3, "ad > call", "dropped"),
        (10, "ad", "dropped"),
    ]
    rows = met(*journeys, besides=range(11, 200_011))  # 200,003 in all: the even ones
    assert of(rows, "next", "call") == [(1, 1, 0, 0, 1, 0), (1, 1, 1, 1, 0, 0)]


def test_who_meets_it_later_has_not_met_it_yet() -> None:
    rows = met((1, "shop > ad > call", "dropped"))
    assert (2, 1, 0, 0, 1, 0) in of(rows, "stage", "call")
    assert (2, 2, 1, 0, 0, 0) in of(rows, "stage", "call")


def test_who_met_it_before_is_on_neither_side() -> None:
    rows = met((1, "call > ad > ad > ad > shop > call", "dropped"))
    assert of(rows, "stage", "call") == [(2, 1, 1, 0, 0, 0)]


def test_a_journey_counts_once_in_each_stratum() -> None:
    rows = met((1, "ad > shop > shop > shop > shop", "dropped"), (2, "call", "dropped"))
    assert of(rows, "stage", "call") == [(2, 1, 1, 0, 0, 0), (2, 2, 0, 0, 1, 0), (2, 4, 0, 0, 1, 0)]


def test_open_journeys_count_where_the_step_is_mature_only() -> None:
    journeys = (1, "call", "open"), (2, "shop", "open")
    assert of(met(*journeys), "stage", "call") == [(2, 1, 0, 0, 1, 0), (2, 1, 1, 0, 0, 0)]
    assert met(*journeys, is_mature=False) == []


def test_the_goal_is_no_moment_of_truth() -> None:
    rows = met((1, "ad > goal", "converted"), (2, "ad > shop", "dropped"))
    assert "goal" not in {row[1] for row in rows}
    assert "shop" in {row[1] for row in rows}


# -- the odds ratio


def odds(tables: list[list[list[int]]], copies: int = 1) -> Row:
    """Of strata [[met and converted, met and not], [the others]]; a customer each, or with copies
    that are one customer's."""
    rows, customer = [], 0
    for stratum, ((a, b), (c, d)) in enumerate(tables):
        kinds = [(1, 1, 0, 0)] * a + [(1, 0, 0, 0)] * b + [(0, 0, 1, 1)] * c + [(0, 0, 1, 0)] * d
        for kind in kinds:
            customer += 1
            counts = tuple(copies * count for count in kind)
            rows.append(("stage", 1, "p1", stratum, 1, customer, *counts))
    connection = warehouse(
        {"findings.meetings": rows, "run.touchpoints": [(1, "call", "buy")]},
    )
    columns = "odds_ratio, log_odds_error, journeys, converted, expected"
    [row] = made(connection, "findings.meeting_odds", columns)
    return row


STRATA = [[[40, 25], [30, 45]], [[18, 9], [60, 80]], [[70, 20], [35, 22]]]


def test_the_odds_ratio_is_that_of_statsmodels() -> None:
    oracle = StratifiedTable([np.array(table) for table in STRATA])
    assert odds(STRATA)[0] == pytest.approx(oracle.oddsratio_pooled)


def test_with_a_journey_for_each_customer_its_error_is_nearly_that_of_statsmodels() -> None:
    oracle = StratifiedTable([np.array(table) for table in STRATA])
    assert odds(STRATA)[1] == pytest.approx(oracle.logodds_pooled_se, rel=0.02)


def test_in_one_stratum_its_error_is_woolfs() -> None:
    error = odds([[[40, 25], [30, 45]]])[1]
    assert error == pytest.approx((1 / 40 + 1 / 25 + 1 / 30 + 1 / 45) ** 0.5)


def test_journeys_of_one_customer_tell_no_more_than_one() -> None:
    assert odds(STRATA, copies=3)[:2] == pytest.approx(odds(STRATA)[:2])


def test_expected_is_what_the_others_would_have_done() -> None:
    assert odds([[[6, 4], [5, 15]]])[2:] == (10, 6, 2.5)


def test_a_stratum_with_nobody_on_one_side_tells_nothing() -> None:
    one = [[40, 25], [30, 45]]
    assert odds([one, [[7, 3], [0, 0]], [[0, 0], [9, 1]]]) == odds([one])


def test_an_odds_ratio_by_hand() -> None:
    assert odds([[[6, 4], [5, 15]]])[0] == pytest.approx(6 * 15 / (4 * 5))


# -- which of the two comparisons is told


def told(
    stage: tuple[float, float],
    following: tuple[float, float],
    converted: int = 30,
    each_stands_for: float = 1.0,
    columns: str = "comparison, z_value, conversions_lost, is_enough",
) -> list[Row]:
    """The row of a touchpoint with these (odds ratio, error of its logarithm)."""
    counts = (60, 60, 60, converted, 20.0, 60, 20)
    rows = [
        (comparison, 1, "call", "buy", *counts, *numbers, each_stands_for)
        for comparison, numbers in (("stage", stage), ("next", following))
    ]
    connection = warehouse({"findings.meeting_odds": rows})
    return made(connection, "findings.moments_of_truth", columns, min_group=5)


def test_the_comparison_that_says_less_is_told() -> None:
    [row] = told((4.0, 0.2), (2.0, 0.2))
    assert row[0] == "next"
    assert row[1] == pytest.approx(log(2) / 0.2)


def test_where_they_disagree_it_says_nothing() -> None:
    [row] = told((0.5, 0.2), (1.2, 0.2))
    assert row[1] == 0


def test_more_than_expected_are_conversions_gained() -> None:
    assert told((2.0, 0.2), (2.0, 0.2))[0][2] == -10


def test_each_of_a_sample_stands_for_as_many() -> None:
    columns = "customers, other_customers, journeys, converted, rate, conversions_lost"
    [row] = told((2.0, 0.2), (2.0, 0.2), each_stands_for=3.0, columns=columns)
    assert row == (180, 60, 180, 90, 0.5, -30)


BOTH_SIDES = [(1, 1, 0, 0), (1, 0, 0, 0), (0, 0, 1, 1), (0, 0, 1, 0)]


def test_who_is_looked_at_stands_for_the_others() -> None:
    connection = warehouse({
        "findings.meetings": [
            ("stage", 1, "p1", 1, 1, customer, *counts)
            for customer, counts in enumerate(BOTH_SIDES)
        ],
        "run.touchpoints": [(1, "call", "buy")],
    })  # fmt: skip
    connection.execute(
        "insert into personas.assignments (customer_id) select range from range(200002)"
    )
    assert made(connection, "findings.meeting_odds", "journeys, each_stands_for") == [(2, 2.0)]


def test_too_few_of_an_outcome_are_not_enough() -> None:
    assert told((2.0, 0.2), (2.0, 0.2), converted=4)[0][3] is False


def test_a_milestone_is_no_row() -> None:
    connection = warehouse({"findings.meeting_odds": [
        ("stage", 1, "call", "buy", 60, 60, 60, 30, 20.0, 60, 20, 2.0, 0.2)
    ], "run.milestones": [(1, "call")]})  # fmt: skip
    assert made(connection, "findings.moments_of_truth", min_group=5) == []
