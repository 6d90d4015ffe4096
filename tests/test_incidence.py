"""pipeline/incidence.py: cumulative incidence, against other people's and against counting."""

from collections import Counter
from math import isnan

import numpy as np
import pytest
from lifelines import AalenJohansenFitter

from pipeline.incidence import Incidence, incidence, times_to

OPEN, CONVERTED, DROPPED = 0, 1, 2


def estimate(journeys: list[tuple[float, int]], limit: float = float("inf")) -> Incidence:
    """The incidence of journeys written as (time, what came of them)."""
    times = sorted({time for time, _ in journeys})
    counts = Counter(journeys)
    columns = [
        [counts[time, CONVERTED] for time in times],
        [counts[time, DROPPED] for time in times],
        [sum(counts[time, what] for what in (OPEN, CONVERTED, DROPPED)) for time in times],
    ]
    return incidence(np.array(times), *(np.array(column) for column in columns), limit)


def simulated(seed: int, count: int) -> list[tuple[float, int]]:
    """Journeys whose times are all different, as lifelines would shake equal ones."""
    rng = np.random.default_rng(seed)
    times = rng.permutation(count * 3)[:count] + 1.0
    return list(zip(times.tolist(), rng.integers(0, 3, count).tolist(), strict=True))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("limit", [40.0, 150.0, 500.0])
def test_rate_and_interval_are_those_of_lifelines(seed: int, limit: float) -> None:
    journeys = simulated(seed, 100)
    times, outcomes = (np.array(column) for column in zip(*journeys, strict=True))
    # Past the last one at risk lifelines divides by nothing; it is dropped on both sides.
    kept = times < times.max()
    fitted = AalenJohansenFitter().fit(times[kept], outcomes[kept], event_of_interest=CONVERTED)
    at = fitted.cumulative_density_.index <= limit
    low, high = (
        fitted.confidence_interval_[column][at].iloc[-1]
        for column in ("AJ_estimate_lower_0.95", "AJ_estimate_upper_0.95")
    )
    rate = fitted.cumulative_density_["CIF_1"][at].iloc[-1]
    found = estimate([journey for journey in journeys if journey[0] < times.max()], limit)
    assert found.rate == pytest.approx(rate)
    assert sorted((low, high)) == pytest.approx([found.low, found.high])


def test_where_nothing_is_open_it_is_the_plain_share() -> None:
    journeys = [(float(n % 7), CONVERTED if n % 3 else DROPPED) for n in range(60)]
    assert estimate(journeys).rate == pytest.approx(40 / 60)


def test_an_open_journey_counts_for_as_long_as_it_was_seen() -> None:
    # Of four, one converts at 1; one is last seen at 2; of the two left, one converts at 3.
    journeys = [(1.0, CONVERTED), (2.0, OPEN), (3.0, CONVERTED), (4.0, DROPPED)]
    assert estimate(journeys).rate == pytest.approx(1 / 4 + 3 / 4 * 1 / 2)


def test_a_conversion_at_the_very_start_counts() -> None:
    assert estimate([(0.0, CONVERTED), (1.0, DROPPED)]).rate == 0.5


def test_later_than_the_limit_counts_nothing() -> None:
    journeys = [(1.0, CONVERTED), (2.0, CONVERTED), (3.0, DROPPED)]
    assert estimate(journeys, limit=1.0).rate == pytest.approx(1 / 3)


def test_without_a_conversion_the_interval_is_wilsons() -> None:
    found = estimate([(float(n), DROPPED) for n in range(20)])
    assert (found.rate, found.low, found.high) == (0.0, 0.0, pytest.approx(0.1611, abs=5e-5))


def test_where_all_convert_the_interval_is_wilsons() -> None:
    found = estimate([(float(n), CONVERTED) for n in range(20)])
    assert (found.rate, found.low, found.high) == (1.0, pytest.approx(0.8389, abs=5e-5), 1.0)


def test_without_a_journey_nothing_is_known() -> None:
    nothing = np.array([])
    assert isnan(incidence(nothing, nothing, nothing, nothing).rate)


def test_the_estimate_stays_right_where_the_plain_share_does_not() -> None:
    # Half convert, half drop, each within 100 days of a start at any time of a year.
    rng = np.random.default_rng(2)
    seen = rng.uniform(0, 365, 20_000)
    time = rng.uniform(0, 100, 20_000)
    outcome = np.where(rng.random(20_000) < 0.5, CONVERTED, DROPPED)
    outcome, time = np.where(time > seen, OPEN, outcome), np.minimum(time, seen)
    journeys = list(zip(time.tolist(), outcome.tolist(), strict=True))
    share = (outcome == CONVERTED).mean()
    assert share < 0.44
    assert estimate(journeys).rate == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("count", range(3, 60))
def test_shares_that_add_up_to_almost_1_have_the_interval_of_1(count: int) -> None:
    found = estimate([(float(n), CONVERTED) for n in range(count) for _ in range(n % 3 + 1)])
    assert (found.rate, found.high) == (1.0, 1.0)
    assert 0 < found.low < 1


def columns_of(journeys: list[tuple[float, int]], end: int, other: int) -> list[np.ndarray]:
    """The arguments of `incidence` for one of the two ends."""
    times = sorted({time for time, _ in journeys})
    counts = Counter(journeys)
    ends = [[counts[time, what] for time in times] for what in (end, other)]
    journeys_at = [sum(counts[time, what] for what in (OPEN, end, other)) for time in times]
    return [np.array(column) for column in (times, *ends, journeys_at)]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("end", "other"), [(CONVERTED, DROPPED), (DROPPED, CONVERTED)])
def test_times_to_either_end_are_those_of_lifelines(seed: int, end: int, other: int) -> None:
    journeys = simulated(seed, 200)
    times, outcomes = (np.array(column) for column in zip(*journeys, strict=True))
    curve = AalenJohansenFitter().fit(times, outcomes, event_of_interest=end).cumulative_density_
    share = curve[curve.columns[0]]
    expected = [share.index[share >= part * share.iloc[-1] * (1 - 1e-12)][0] for part in (0.5, 0.9)]
    assert times_to(*columns_of(journeys, end, other)) == expected


def test_the_median_is_over_those_who_come_to_that_end_and_what_is_open_is_no_end() -> None:
    # Of four, one goes at 1; one is last seen at 2; of the two left, one goes at 3: 1/4 and 3/8.
    journeys = [(1.0, CONVERTED), (2.0, OPEN), (3.0, CONVERTED), (4.0, DROPPED)]
    assert times_to(*columns_of(journeys, CONVERTED, DROPPED)) == [3.0, 3.0]
    assert times_to(*columns_of(journeys, CONVERTED, DROPPED), limit=2.0) == [1.0, 1.0]


def test_where_nobody_comes_to_that_end_there_is_no_time() -> None:
    assert all(map(isnan, times_to(*columns_of([(1.0, DROPPED)], CONVERTED, DROPPED))))
