"""How personas fare beside the rest: against scipy's figures, a paper's, and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipeline.personas.differences import Counted, compared, fisher, holm, newcombe, over_all

COUNTS = st.integers(1, 60)


@given(COUNTS, COUNTS, st.data())
def test_fishers_test_is_scipys(customers, rest, data):
    lost, rest_lost = data.draw(st.integers(0, customers)), data.draw(st.integers(0, rest))
    table = [[lost, customers - lost], [rest_lost, rest - rest_lost]]
    assert fisher(lost, customers, rest_lost, rest) == pytest.approx(
        stats.fisher_exact(table).pvalue, abs=1e-9
    )


def test_newcombes_interval_is_that_of_his_paper():
    """Newcombe 1998, table II, method 10: 56/70 against 48/80."""
    assert newcombe(56, 70, 48, 80) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_holm_adjusts_from_the_smallest_on():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_over_all_stages_chi_squares_add_up_as_scipy_has_them():
    counts = [Counted("a", "x", 100, 30), Counted("b", "x", 80, 10), Counted("a", "y", 90, 20),
              Counted("b", "y", 70, 30)]  # fmt: skip
    stages, statistic, degrees, p_value = over_all(counts)
    expected = [
        stats.chi2_contingency([[30, 70], [10, 70]], correction=False),
        stats.chi2_contingency([[20, 70], [30, 40]], correction=False),
    ]
    assert (stages, degrees) == (2, 2)
    assert statistic == pytest.approx(sum(each.statistic for each in expected))
    assert p_value == pytest.approx(stats.chi2.sf(statistic, 2))


def test_stages_where_few_are_expected_are_left_out():
    counts = [Counted("a", "x", 6, 1), Counted("b", "x", 80, 10)]
    assert over_all(counts) == (0, 0.0, 0, None)


def test_a_small_persona_does_not_hide_that_others_differ():
    counts = [Counted("a", "x", 500, 300), Counted("b", "x", 500, 50), Counted("c", "x", 3, 1)]
    assert over_all(counts)[0] == 1
    assert over_all(counts)[3] < 0.001


def test_each_persona_is_compared_with_all_the_others():
    counts = [Counted("a", "x", 10, 5), Counted("b", "x", 20, 2), Counted("c", "x", 30, 3)]
    assert [row[:6] for row in compared(counts)] == [
        ("a", "x", 10, 5, 50, 5), ("b", "x", 20, 2, 40, 8), ("c", "x", 30, 3, 30, 7),
    ]  # fmt: skip


def test_where_differences_are_true_by_construction_nothing_is_tested():
    counts = [Counted("a", "x", 10, 5), Counted("b", "x", 20, 2)]
    assert [row[-2:] for row in compared(counts, is_tested=False)] == [(None, None), (None, None)]


def test_no_difference_is_a_false_alarm_in_at_most_one_of_twenty():
    """Over all rows of one map together, which is what Holm's adjustment is for."""
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(200):
        counts = [
            Counted(persona, stage, 80, int(rng.binomial(80, 0.2)))
            for persona in "abc" for stage in "vwxyz"
        ]  # fmt: skip
        alarms += any(row[-1] < 0.05 for row in compared(counts))
    assert alarms <= 18
