"""findings.stretches and comparisons: shares of customers, by group and over time."""

from math import sqrt
from typing import Any

import pytest
from graph_rows import made, warehouse
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

COUNTS = "customers, cases, other_customers, other_cases"
Row = tuple[Any, ...]


def weeks(*counts: tuple[int, int], group: int = 0, first: int = 100) -> list[Row]:
    """Rows of findings.weekly_moves: of so many customers at stage 1, so many dropped, by week."""
    rows = []
    for week, (customers, dropped) in enumerate(counts, first):
        rows.append((group, "stage", 1, -2, week, dropped))
        rows.append((group, "stage", 1, 2, week, customers - dropped))
    return [row for row in rows if row[-1]]


def stretches(rows: list[Row], settled: int = 0, recorded: int = 0) -> list[Row]:
    pace = [(None, recorded, settled)]
    connection = warehouse({"findings.weekly_moves": rows, "findings.pace": pace})
    return made(connection, "findings.stretches", f"first_week, last_week, {COUNTS}")


def compared(one: tuple[int, int], other: tuple[int, int]) -> list[Row]:
    """The comparison of two groups of one segment, by (customers, dropped)."""
    rows = weeks(one, group=1) + weeks(other, group=2)
    groups = [(1, "device", "mobile", 1), (2, "device", "desktop", 1)]
    connection = warehouse({"findings.weekly_moves": rows, "findings.groups": groups})
    found = made(connection, "findings.comparisons", f"group_number, {COUNTS}, z_value")
    return [row[1:] for row in found if row[0] == 1]


FIRST_MOVES = {
    "findings.first_moves": [
        ("stage", 1, 1, 11, 2, 100), ("stage", 2, 1, 21, 2, 100), ("stage", 3, 1, 31, -2, 100),
        ("stage", 3, 2, 31, 3, 101),
    ],
    "findings.first_journeys": [("journey", 1, 0, 11, -1, 100), ("journey", 2, 0, 21, -2, 100)],
    "journeys.journeys": [
        (journey, journey // 10, None, None, outcome, 1, 1, "a", True, None, 1)
        for journey, outcome in ((11, "converted"), (21, "open"), (31, "dropped"))
    ],
}  # fmt: skip


def test_first_moves_are_counted_by_week_with_those_that_converted() -> None:
    found = made(warehouse(FIRST_MOVES), "findings.first_move_counts", "*")
    assert sorted(found) == [
        ("stage", 1, -2, 100, 1, 0), ("stage", 1, 2, 100, 2, 1), ("stage", 2, 3, 101, 1, 0),
    ]  # fmt: skip


def test_the_weeks_of_everyone_hold_first_moves_and_first_journeys() -> None:
    connection = warehouse(FIRST_MOVES | {"findings.groups": []})
    connection.execute(
        "create table findings.journey_groups "
        "(journey_id bigint, customer_id bigint, segment varchar, segment_value varchar)"
    )
    found = made(connection, "findings.weekly_moves", "*")
    assert sorted(found) == [
        (0, "journey", 0, -2, 100, 1), (0, "journey", 0, -1, 100, 1), (0, "stage", 1, -2, 100, 1),
        (0, "stage", 1, 2, 100, 2), (0, "stage", 2, 3, 101, 1),
    ]  # fmt: skip


def test_a_stretch_is_compared_with_all_other_weeks() -> None:
    found = stretches(weeks((50, 10), (50, 10), (50, 30), (50, 10)))
    assert (102, 102, 50, 30, 150, 30) in found


def test_stretches_are_one_two_or_four_weeks_or_until_the_last() -> None:
    found = stretches(weeks(*[(50, 10)] * 6))
    lengths = {last - first + 1 for first, last, *_ in found if last < 105}
    assert lengths == {1, 2, 4}
    assert sorted(first for first, last, *_ in found if last == 105) == [101, 102, 103, 104, 105]


def test_a_week_without_a_case_counts() -> None:
    found = stretches(weeks((50, 20), (50, 0), (50, 20)))
    assert (101, 101, 50, 0, 100, 40) in found


def test_the_first_weeks_are_left_out() -> None:
    found = stretches(weeks(*[(50, 20)] * 4), settled=101)
    assert {row[2] + row[4] for row in found} == {150}


def test_conversion_is_compared_from_when_the_goal_is_recorded() -> None:
    weekly = [
        (0, "journey", 0, to, week, 25) for week in range(100, 104) for to in (-1, -2)
    ]  # fmt: skip
    found = stretches(weekly, settled=104, recorded=101)
    assert {row[2] + row[4] for row in found} == {150}


def test_what_is_rare_is_not_looked_at() -> None:
    assert stretches(weeks((100, 9), (100, 10))) == []


def test_a_group_is_compared_with_the_others_of_its_segment() -> None:
    [row] = compared((100, 40), (200, 30))
    assert row[:4] == (100, 40, 200, 30)


def test_where_fewer_than_five_are_expected_nothing_is_compared() -> None:
    assert compared((20, 4), (200, 20)) == []


@settings(max_examples=25, deadline=None)
@given(st.integers(20, 400), st.integers(20, 400), st.floats(0, 1), st.floats(0, 1))
def test_its_square_is_the_g_test_with_continuity_correction(n: int, m: int, p: float, q: float):
    one, other = (n, round(n * p)), (m, round(m * q))
    for row in compared(one, other):
        table = [[one[1], one[0] - one[1]], [other[1], other[0] - other[1]]]
        wanted = chi2_contingency(table, correction=True, lambda_="log-likelihood")
        assert abs(row[-1]) == pytest.approx(sqrt(max(0, wanted.statistic)), abs=1e-5)
        assert row[-1] * (one[1] / n - other[1] / m) >= 0
