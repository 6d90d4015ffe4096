"""pipeline/chain/forecast.py: whether what was learned foretells what came."""

import numpy as np
import proofs
import pytest

from pipeline.chain.counts import PARTS
from pipeline.chain.forecast import Forecast, Seen, Share, Watched, forecasts

LOST = {"a": 0.2, "b": 0.1, "c": 0.3}
SOON = 0.6  # of the journeys that convert, the share that does so in the time that is watched


def simulated(seed, lost_later=None, before=1500, after=600):
    """A world of a > b > c > CONVERTED, before and after; `lost_later` changes it after."""
    dice = np.random.default_rng(seed)
    seen, converted = Seen({}, {}), 0
    for journey in range(before + after):
        is_tried = journey >= before
        lost = LOST | (lost_later or {}) if is_tried else LOST
        node = "START"
        while node in ("START", *LOST):
            nexts = {"START": "a", "a": "b", "b": "c", "c": "CONVERTED"}
            end = "DROPPED" if dice.random() < lost.get(node, 0) else nexts[node]
            if is_tried:
                seen.tried[node, end] = seen.tried.get((node, end), 0) + 1
            else:
                seen.learned.setdefault((node, end), np.zeros(PARTS))[journey % PARTS] += 1
                converted += end == "CONVERTED"
            node = end
    won = seen.tried["c", "CONVERTED"]
    soon = [int(dice.binomial(count, SOON)) for count in (won, converted)]
    return forecasts(seen, Watched(after, soon[0], converted, soon[1], converted))


def test_a_drop_off_rate_for_each_node_and_conversion_from_the_start():
    found = simulated(1)
    assert [(each.node, each.measure) for each in found] == [
        ("a", "drop-off"), ("b", "drop-off"), ("c", "drop-off"), ("START", "conversion")
    ]  # fmt: skip
    truth = [*LOST.values(), 0.8 * 0.9 * 0.7 * SOON]
    assert [each.predicted.value for each in found] == pytest.approx(truth, abs=0.04)


def test_in_worlds_that_stay_as_they_are_the_prediction_holds(prove):
    count = 600 if prove else 80
    missed = within = 0
    for seed in range(count):
        rows = [each.columns() for each in simulated(seed)]
        missed += any(row[-1] for row in rows)
        within += sum(low <= 0 <= high for *_, low, high, _ in rows)
    assert missed / count <= (0.07 if prove else 0.11)  # 0.05 for all figures of a world together
    low, high = (0.94, 0.97) if prove else (0.91, 0.985)
    assert low <= within / (4 * count) <= high
    if prove:
        told = {"figures within": within / (4 * count), "worlds with a miss": missed / count}
        proofs.write("intervals of the chain", "forecasts where nothing changes", told)


def slow(mean, journeys=200_000, seed=4):
    """Watched journeys that all convert, after an exponential time with this mean; the time from
    the first event to the horizon is 1.
    """
    days = np.random.default_rng(seed).exponential(mean, journeys)
    return Watched(journeys, *(int((days <= limit).sum()) for limit in (0.15, 0.35, 0.15, 0.175)))


@pytest.mark.parametrize("mean", [0.05, 0.1, 0.2, 0.35])
def test_conversions_later_than_anybody_was_watched_are_allowed_for(mean):
    watched = slow(mean)
    truth = 1 - np.exp(-0.15 / mean)
    assert watched.converted_soon / watched.in_the_end() == pytest.approx(truth, rel=0.02)
    as_if_all_were_seen = watched.converted_soon / watched.converted
    assert as_if_all_were_seen == pytest.approx(truth / (1 - np.exp(-0.35 / mean)), rel=0.02)


def test_conversions_slower_than_can_be_told_are_not_foretold():
    assert slow(0.6).pace() > 0.7
    moves = {("START", "a"): 500, ("a", "CONVERTED"): 300, ("a", "DROPPED"): 200}
    seen = Seen({pair: np.full(PARTS, count / PARTS) for pair, count in moves.items()}, moves)
    told = {"quick": Watched(500, 100, 200, 90, 180), "slow": Watched(500, 100, 200, 90, 110)}
    measures = {name: [each.measure for each in forecasts(seen, of)] for name, of in told.items()}
    assert measures == {"quick": ["drop-off", "conversion"], "slow": ["drop-off"]}


def test_a_change_shows_as_the_miss():
    missed = {each.node for each in simulated(2, {"b": 0.3}) if each.columns()[-1]}
    assert missed == {"b", "START"}


def test_too_few_steps_foretell_nothing():
    assert simulated(3, before=25, after=600) == simulated(3, before=600, after=20) == []


def test_the_interval_of_a_difference_is_newcombes():
    # Newcombe 1998, table II (a): 56/70 and 48/80, method 10: 0.0524 to 0.3339.
    found = Forecast("a", "drop-off", 80, 70, Share(48 / 80, 80), Share(56 / 70, 70), 1.959964)
    assert found.difference(1.959964) == pytest.approx((0.0524, 0.3339), abs=5e-5)
