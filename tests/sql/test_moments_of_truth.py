"""findings.meetings and what is made of it: who meets a touchpoint, who not yet, and converts."""

from math import log
from typing import Any

import duckdb
import numpy as np
import pytest
from graph_rows import START, made, warehouse
from statsmodels.stats.contingency_tables import StratifiedTable

POINTS = {"ad": "see", "shop": "buy", "call": "buy", "goal": "use"}
NUMBERS = {name: number for number, name in enumerate(POINTS, 1)}
STAGES = {"see": 1, "buy": 2, "use": 3}
GOAL = {"goal": "goal"}
Row = tuple[Any, ...]


Journey = tuple[int, str, str]  # a customer, "ad > shop", the outcome


def met(*journeys: Journey, is_mature: bool = True, besides: range = range(0)) -> list[Row]:
    """Rows of findings.meetings: comparison, touchpoint, where they are, steps so far, and who met
    it and not, and converted."""
    connection = meetings(*journeys, is_mature=is_mature, besides=besides)
    return connection.execute(
        "select comparison, touchpoint, place_number, steps_so_far,"
        " met, met_converted, not_met, not_met_converted"
        " from findings.meetings join run.touchpoints using (touchpoint_number) order by all"
    ).fetchall()


def meetings(
    *journeys: Journey, is_mature: bool = True, besides: range = range(0)
) -> duckdb.DuckDBPyConnection:
    """A warehouse with findings.meetings of these journeys; `besides` are customers without any
    step."""
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
            "run.touchpoints": [
                (NUMBERS[name], name, stage, STAGES[stage]) for name, stage in POINTS.items()
            ],
        }
    )
    connection.execute(
        "insert into personas.assignments (customer_id, persona_id)"
        " select range, 'p1' from range(?, ?)", [besides.start, besides.stop]
    )  # fmt: skip
    for table in ("first_meetings", "meeting_journeys", "meeting_places", "meetings"):
        made(connection, f"findings.{table}", **GOAL)
    return connection


def of(rows: list[Row], comparison: str, touchpoint: str) -> list[Row]:
    return [row[2:] for row in rows if row[:2] == (comparison, touchpoint)]


def test_who_meets_it_is_beside_who_is_at_another_of_its_stage() -> None:
    rows = met((1, "ad > call > goal", "converted"), (2, "ad > shop", "dropped"))
    assert of(rows, "stage", "call") == [(2, 2, 1, 1, 1, 0)]


def test_who_meets_it_next_is_beside_who_is_at_the_same_place_and_does_not() -> None:
    rows = met((1, "ad > call > goal", "converted"), (2, "ad", "dropped"))
    assert of(rows, "next", "call") == [(1, 1, 1, 1, 1, 0)]


def test_of_many_customers_all_who_meet_it_count_and_some_of_the_others() -> None:
    journeys = [(1, "ad > call > goal", "converted"), (3, "ad", "dropped"), (4, "ad", "dropped")]
    rows = met(*journeys, besides=range(5, 20_005))  # 20,003 in all: the even ones are drawn
    assert of(rows, "next", "call") == [(1, 1, 1, 1, 1, 0)]


def test_of_very_many_customers_some_of_those_who_meet_it_count() -> None:
    journeys = [
        (2, "ad > call > goal", "converted"),
        (3, "ad > call", "dropped"),
        (10, "ad", "dropped"),
    ]
    rows = met(*journeys, besides=range(11, 200_011))  # 200,003 in all: the even ones
    assert of(rows, "next", "call") == [(1, 1, 1, 1, 1, 0)]


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
    assert of(met(*journeys), "stage", "call") == [(2, 1, 1, 0, 1, 0)]
    assert met(*journeys, is_mature=False) == []


def test_the_goal_is_no_moment_of_truth() -> None:
    rows = met((1, "ad > goal", "converted"), (2, "ad > shop", "dropped"))
    assert "goal" not in {row[1] for row in rows}
    assert "shop" in {row[1] for row in rows}


# -- the odds ratio


def odds(
    tables: list[list[list[int]]],
    copies: int = 1,
    *,
    is_alone: bool = True,
    columns: str = "odds_ratio, log_odds_error, journeys, converted, expected",
    besides: range = range(0),
) -> Row:
    """Of strata [[met and converted, met and not], [the others]]; a customer each, or with copies
    that are one customer's. `besides` are customers without any journey."""
    journeys, places, meetings, customer = [], [], [], 0
    for stratum, sides in enumerate(tables):
        for is_met, side in zip((True, False), sides, strict=True):
            for is_converted in [True] * side[0] + [False] * side[1]:
                customer, persona = customer + 1, f"p{stratum}"
                for _ in range(copies):
                    journey = len(journeys)
                    journeys.append(
                        (journey, customer, persona, is_met, not is_met, False, is_converted,
                         is_met and is_alone and copies == 1)
                    )  # fmt: skip
                    if is_met:
                        meetings.append((journey, customer, 1, 1, 0))
                    else:
                        places.append((False, journey, 1, 1, customer, persona, is_converted, 1))
    connection = warehouse(
        {
            "findings.meeting_journeys": journeys,
            "findings.meeting_places": places,
            "findings.first_meetings": meetings,
            "run.touchpoints": [(1, "call", "buy", 1)],
        },
    )
    connection.execute(
        "insert into personas.assignments (customer_id) select range from range(?, ?)",
        [besides.start, besides.stop],
    )
    [row] = made(connection, "findings.meeting_odds", columns, **GOAL)
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


def test_a_customer_of_one_journey_counts_as_any_other() -> None:
    assert odds(STRATA) == odds(STRATA, is_alone=False)


def sides_of(walk: str) -> set[tuple[str, str, Any, int, bool]]:
    """A journey's comparisons, touchpoints, places, steps so far, and whether it meets them."""
    names, sides = walk.split(" > "), set()
    so_far = [max(step for step in (1, 2, 4, 8) if step <= number + 1) for number in range(9)]
    for asked in ("ad", "shop", "call"):
        first = names.index(asked) if asked in names else 99
        if first < 99:
            sides.add(("stage", asked, POINTS[asked], so_far[first], True))
        if 0 < first < 99:
            sides.add(("next", asked, names[first - 1], so_far[first - 1], True))
        stages = [(POINTS[name], steps) for name, steps in zip(names, so_far, strict=False)]
        places = list(zip(names, so_far, strict=False))
        for place, steps in set(stages):
            if place == POINTS[asked] and first > stages.index((place, steps)):
                sides.add(("stage", asked, place, steps, False))
        for place, steps in set(places):
            if first > places.index((place, steps)) + 1:
                sides.add(("next", asked, place, steps, False))
    return sides


def log_odds(walks: list[Journey], more_of: int | None = None, weight: float = 1) -> Any:
    """Of each comparison and touchpoint, by the textbook, one customer's journeys weighing more."""
    counts: dict[Any, Any] = {}
    for customer, walk, outcome in walks:
        for *stratum, is_met in sides_of(walk):
            table = counts.setdefault(tuple(stratum), np.zeros((2, 2)))
            table[int(not is_met), int(outcome != "converted")] += (
                weight if customer == more_of else 1
            )
    sums: dict[Any, Any] = {}
    for (comparison, asked, *_), table in counts.items():
        ((a, b), (c, d)) = table
        if table.sum(axis=1).all():
            both = sums.setdefault((comparison, asked), np.zeros(2))
            both += np.array([a * d, b * c]) / table.sum()
    return {asked: log(r / s) for asked, (r, s) in sums.items()}


def test_its_error_is_that_of_all_customers_parts_added_up() -> None:
    random = np.random.default_rng(5)
    walks = [
        (int(random.integers(1, 60)), " > ".join(random.choice(["ad", "shop", "call"], 9)[:length]),
         str(random.choice(["converted", "dropped"])))
        for length in random.integers(1, 9, 120)
    ]  # fmt: skip
    by_hand, squares = log_odds(walks), dict.fromkeys(log_odds(walks), 0.0)
    for customer in {walk[0] for walk in walks}:
        for asked, value in log_odds(walks, customer, 1.0001).items():
            squares[asked] += ((value - by_hand[asked]) / 0.0001) ** 2
    columns = "comparison, touchpoint, ln(odds_ratio), log_odds_error"
    rows = made(meetings(*walks), "findings.meeting_odds", columns)
    assert len(rows) == 5  # the ad is alone in its stage
    for comparison, asked, value, error in rows:
        assert value == pytest.approx(by_hand[comparison, asked])
        assert error == pytest.approx(squares[comparison, asked] ** 0.5, rel=1e-3)


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


def test_who_is_looked_at_stands_for_the_others() -> None:
    columns = "journeys, each_stands_for"
    assert odds([[[1, 1], [1, 1]]], columns=columns, besides=range(200_002)) == (2, 2.0)


def test_too_few_of_an_outcome_are_not_enough() -> None:
    assert told((2.0, 0.2), (2.0, 0.2), converted=4)[0][3] is False


def test_a_milestone_is_no_row() -> None:
    connection = warehouse({"findings.meeting_odds": [
        ("stage", 1, "call", "buy", 60, 60, 60, 30, 20.0, 60, 20, 2.0, 0.2)
    ], "run.milestones": [(1, "call")]})  # fmt: skip
    assert made(connection, "findings.moments_of_truth", min_group=5) == []
