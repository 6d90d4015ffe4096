"""pipeline/findings/two_shares.py and between_runs.py: the test, its family, and what is told."""

from datetime import datetime, timedelta
from math import sqrt
from typing import Any

import numpy as np
import pytest
from graph_rows import warehouse
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, false_discovery_control, norm

from pipeline.findings import compare_runs, tell_between
from pipeline.findings.two_shares import family, z_value

Counts = tuple[int, int, int, int]  # customers, cases, others, cases of these


def row(customers: int, cases: int, others: int, other_cases: int) -> dict[str, Any]:
    return {"customers": customers, "cases": cases, "other_customers": others,
            "other_cases": other_cases}  # fmt: skip


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    customers, others = draw(st.integers(20, 400)), draw(st.integers(20, 4000))
    return customers, draw(st.integers(0, customers)), others, draw(st.integers(0, others))


@settings(max_examples=100, deadline=None)
@given(counts())
def test_its_square_is_the_g_test_with_continuity_correction(given: Counts) -> None:
    n, a, m, c = given
    if not 0 < a + c < n + m:
        return
    table = [[a, n - a], [c, m - c]]
    wanted = chi2_contingency(table, correction=True, lambda_="log-likelihood")
    assert abs(z_value(a, n, c, m)) == pytest.approx(sqrt(max(0, wanted.statistic)), abs=1e-5)
    assert z_value(a, n, c, m) * (a / n - c / m) >= 0


@settings(max_examples=100, deadline=None)
@given(st.lists(counts(), max_size=8))
def test_those_compared_are_one_family_of_benjamini_and_hochberg(given: list[Counts]) -> None:
    tests = family([row(*each) for each in given], 0)
    p_values = [2 * norm.sf(abs(test["z_value"])) for test in tests]
    assert [test["p_value"] for test in tests] == pytest.approx(sorted(p_values), rel=1e-6)
    adjusted = false_discovery_control(p_values) if p_values else []
    assert [test["q_value"] for test in tests] == pytest.approx(list(adjusted), rel=1e-6)


@pytest.mark.parametrize(
    ("counts", "is_told"),
    [
        ((300, 90, 3000, 600), True),
        ((9000, 2020, 90000, 18000), False),  # sure, and 2 of 100
        ((30, 9, 300, 60), False),  # large, and not sure
    ],
)
def test_what_is_told_is_sure_and_large_enough(counts: Counts, is_told: bool) -> None:
    [test] = family([row(*counts)], 5)
    assert test["is_told"] is is_told
    assert (test["q_value"] <= 0.05) is (counts[0] > 30)


@pytest.mark.parametrize("counts", [(20, 4, 200, 20), (4, 2, 4000, 2000), (0, 0, 99, 30)])
def test_too_few_are_not_tested(counts: Counts) -> None:
    """Fewer than five expected in one of the counts, or fewer customers than a group may have."""
    assert family([row(*counts)], 5) == []


def test_where_nothing_changed_one_comparison_in_twenty_shows_anything() -> None:
    dice, shown = np.random.default_rng(7), 0
    rates = (0.1, 0.2, 0.3, 0.35, 0.5, 0.6)
    for _ in range(1000):
        drawn = [row(200, dice.binomial(200, p), 2000, dice.binomial(2000, p)) for p in rates]
        shown += any(test["q_value"] <= 0.05 for test in family(drawn, 5))
    assert 25 <= shown <= 65, shown


# -- by hand, as in docs/how-numbers-are-made.md

EARLIER, LATER = datetime(2025, 3, 1), datetime(2025, 5, 1)
GIVE_UP, IN_TIME = timedelta(days=10), timedelta(days=20)


def visits(*settled: tuple[datetime, int, int]) -> dict[str, list[tuple[Any, ...]]]:
    """Tables of customers of whom so many at once became known then, and so many were lost."""
    moves, stage_visits, journeys = [], [], []
    for when, customers, lost in settled:
        for number in range(customers):
            who, ended = len(moves), when - GIVE_UP
            to = -2 if number < lost else 2
            moves.append(("stage", who, 1, who, to, 0))
            stage_visits.append((who, 1, who, "buy", 1, ended, ended, True, True, False, False))
            journeys.append((who, who, when - IN_TIME, when, "dropped", 1, 1))
    return {"findings.first_moves": moves, "journeys.stage_visits": stage_visits,
            "journeys.journeys": journeys}  # fmt: skip


def told(*settled: tuple[datetime, int, int], converted: int = 0) -> tuple[list[Any], list[str]]:
    """The tests between the runs that saw until EARLIER and LATER, and what is told of them."""
    tables = visits(*settled)
    first = [
        ("journey", who, 0, who, -1 if who % 2 else -2, 0) for who in range(converted)
    ]  # fmt: skip
    tables["findings.first_journeys"] = first
    in_time = int(IN_TIME / timedelta(microseconds=1))
    fixed = {"run.nodes": [("stage", 1, "buy")], "findings.pace": [(in_time, 0, 0)]}
    connection = warehouse(tables | fixed)
    connection.execute("create table run.state (name varchar, value varchar)")
    connection.execute(
        "insert into run.state values ('give_up_after', '1 week 3 days'), ('min_group', '5')"
    )
    runs = [{"run_id": name, "outcome": "published", "horizon": at.isoformat()}
            for name, at in (("a", EARLIER), ("b", LATER))]  # fmt: skip
    between = compare_runs(connection, runs, "a", "b")
    return between.tests, tell_between(between)


def test_run_against_run_by_hand() -> None:
    """80 known before, 16 of them lost; 90 since, 36 of them lost; conversion is half each."""
    before, since = EARLIER - timedelta(days=5), EARLIER + timedelta(days=5)
    [buy, conversion], sentences = told((before, 80, 16), (since, 90, 36), converted=170)
    assert (buy["customers"], buy["cases"]) == (90, 36)
    assert (buy["other_customers"], buy["other_cases"]) == (80, 16)
    assert buy["z_value"] == pytest.approx(2.68, abs=0.005)
    assert buy["p_value"] == pytest.approx(0.0073, abs=0.00005)
    assert buy["q_value"] == pytest.approx(0.0145, abs=0.00005)
    assert (conversion["share"], conversion["other_share"], conversion["p_value"]) == (0.5, 0.5, 1)
    assert sentences == [
        "By what became known since 1 March 2025, customers get lost at “buy” more often: 40 of "
        "100, against 20 before, the first time they are there (90 and 80 customers)."
    ]


def test_what_is_settled_at_the_very_moment_is_known_to_the_later_run_only() -> None:
    moment = timedelta(microseconds=1)
    edges = [(EARLIER - moment, 40, 10), (EARLIER, 50, 10), (LATER - moment, 50, 10), (LATER, 9, 9)]
    [[buy], _] = told(*edges)
    assert (buy["other_customers"], buy["customers"]) == (40, 100)


def test_where_few_became_known_it_says_so() -> None:
    tests, sentences = told((EARLIER - timedelta(days=1), 80, 16), (EARLIER, 3, 3))
    assert tests == []
    assert sentences == [
        "Not tested against each other: too few customers became known between them, or were "
        "known before."
    ]
