"""pipeline/chain/replicates.py: intervals by a bootstrap over customers."""

import numpy as np
import proofs
import pytest
from tallies import tally, world

from pipeline.chain.absorbing import absorbing_chain
from pipeline.chain.counts import PARTS, Tally
from pipeline.chain.removal import removal_effects
from pipeline.chain.replicates import (
    REPLICATES,
    Replicates,
    share_interval,
    size_interval,
    solved,
    weights,
)
from pipeline.chain.step import chain_rows


def test_weights_have_mean_and_variance_one():
    assert weights().shape == (REPLICATES, PARTS)
    assert weights().mean() == pytest.approx(1, abs=0.02)
    assert weights().var() == pytest.approx(1, abs=0.05)


def test_the_dense_solution_of_a_replicate_is_the_sparse_one():
    made = tally(world(1, 60))
    replicates, chain = Replicates(made), made.chain
    weight = weights()[3]
    weighed = Tally({pair: moves * weight for pair, moves in made.edges.items()}, made.seconds)
    sparse = weighed.chain.chance()
    dense = dict(zip(chain.nodes, replicates.chance()[3], strict=True))
    assert dense == pytest.approx(sparse)
    steps = dict(zip(chain.nodes, replicates.expected_steps()[3], strict=True))
    assert steps == pytest.approx(weighed.chain.expected_steps())


def test_many_small_systems_are_solved_each_on_its_own():
    shares = np.zeros((3, 1, 3))
    shares[:, 0, 0] = [0.0, 0.5, 0.9]
    assert solved(shares, np.ones((3, 1)))[:, 0] == pytest.approx([1, 2, 10])


def test_intervals_cover_the_truth_as_often_as_they_say(prove):
    """Known: from START 0.7 x 0.7 convert, 1.7 steps are made."""
    covered, count = np.zeros(2), 1000 if prove else 150
    for seed in range(count):
        [start] = [row for row in chain_rows(tally(world(seed, 150))) if row[0] == "START"]
        covered += [start[2] <= 0.49 <= start[3], start[5] <= 1.7 <= start[6]]
    low, high = (0.93, 0.97) if prove else (0.90, 0.985)
    assert all(low <= share <= high for share in covered / count), covered / count
    if prove:
        told = [round(float(share), 4) for share in covered / count]
        proofs.write("intervals of the chain", "chance and steps from START, held", told)


FORKED = {
    ("START", "a"): 0.6, ("START", "b"): 0.4, ("a", "b"): 0.5, ("a", "CONVERTED"): 0.2,
    ("a", "DROPPED"): 0.3, ("b", "CONVERTED"): 0.5, ("b", "a"): 0.2, ("b", "DROPPED"): 0.3,
}  # fmt: skip


def forked(seed, customers):
    """Customers who walk as the moves above say; some walk twice."""
    dice, walks = np.random.default_rng(seed), {}
    for customer in range(customers):
        for _ in range(1 + (dice.random() < 0.5)):
            walk, node = [], "START"
            while node not in ("CONVERTED", "DROPPED"):
                ends = {end: share for (start, end), share in FORKED.items() if start == node}
                node = str(dice.choice(list(ends), p=list(ends.values())))
                walk.append(node)
            walks.setdefault(customer, []).append(walk)
    return walks


def test_intervals_of_removal_effects_and_credit_cover_the_truth_as_often_as_they_say(prove):
    truth = removal_effects(absorbing_chain(FORKED))
    covered, count = np.zeros(2), 1000 if prove else 150
    for seed in range(count):
        made = tally(forked(seed, 150))
        replicates, journeys = Replicates(made), made.steps_at()["START"]
        _, effect_low, effect_high, _, share_low, share_high = removal_effects(made.chain).told(
            "a", replicates.removal_effects(), replicates.place["a"], journeys
        )
        covered += [
            effect_low <= truth.effects["a"] <= effect_high,
            share_low <= truth.shares()["a"] <= share_high,
        ]
    low, high = (0.93, 0.97) if prove else (0.90, 0.985)
    assert all(low <= share <= high for share in covered / count), covered / count
    if prove:
        told = [round(float(share), 4) for share in covered / count]
        proofs.write("intervals of the chain", "removal effect and credit, held", told)


def test_more_customers_than_parts_give_the_error_of_that_many():
    # 4,000 journeys of one step, half of which convert: the error of a share is known.
    walks = {n: [["a", "CONVERTED" if n % 2 else "DROPPED"]] for n in range(4000)}
    spread = {part: n for n, part in enumerate(np.random.default_rng(2).permutation(4000))}
    made = tally({spread[n]: walk for n, walk in walks.items()})
    error = Replicates(made).chance()[:, 0].std(ddof=1)
    assert error == pytest.approx((0.25 / 4000) ** 0.5, rel=0.2)


def test_a_share_without_variation_takes_wilsons_interval_of_its_trials():
    assert share_interval(0.0, np.zeros(5), 20) == (0.0, pytest.approx(0.1611, abs=5e-5))
    assert share_interval(1.0, np.ones(5), 0) == (0.0, 1.0)


def test_a_size_lies_where_the_middle_of_the_replicates_does():
    assert size_interval(50.0, np.arange(101.0)) == (2.5, 97.5)
    assert size_interval(1.0, np.full(9, 1.0 + 1e-12)) == (1.0, 1.0 + 1e-12)
