"""With open journeys the chain over mature steps is right, and the plain share is not."""

import numpy as np
import pytest

from pipeline.chain.absorbing import absorbing_chain

GIVE_UP, YEAR = 30, 365
MOVES = {
    "START": {"a": 1.0},
    "a": {"a": 0.2, "b": 0.5, "DROPPED": 0.3},
    "b": {"a": 0.2, "CONVERTED": 0.4, "DROPPED": 0.4},
}
TRUTH = absorbing_chain({(a, b): p for a, ends in MOVES.items() for b, p in ends.items()})


def world(seed, customers):
    """Moves of mature steps, and how many journeys and conversions were seen by the horizon.

    Journeys begin at any day of a year, a move takes up to 30 days, the year's end is the horizon.
    """
    dice = np.random.default_rng(seed)
    moves, converted = {}, 0
    for _ in range(customers):
        day, node = dice.uniform(0, YEAR), "START"
        while node not in ("CONVERTED", "DROPPED") and day < YEAR:
            end = str(dice.choice(list(MOVES[node]), p=list(MOVES[node].values())))
            if node == "START" or YEAR - day > GIVE_UP:
                moves[node, end] = moves.get((node, end), 0) + 1
            day += 0 if node == "START" else dice.uniform(0, GIVE_UP)
            converted += end == "CONVERTED" and day < YEAR
            node = end
    return moves, converted / customers


def test_the_chain_meets_the_truth_where_the_plain_share_misses_it():
    truth = TRUTH.chance()["START"]
    moves, share = world(1, 20_000)
    assert absorbing_chain(moves).chance()["START"] == pytest.approx(truth, abs=0.012)
    assert share < truth - 0.02
