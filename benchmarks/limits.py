"""What 5,000 journeys tell at all of who made them: `python -m benchmarks.limits`.

The best possible assignment knows the chains. Who does not know them must learn them from the same
journeys, and pays for that. Here is what it costs in adjusted Rand index, on the worlds of
benchmarks/chains.py at 0.5: for the Markov mixture as it is, for the likeliest chains that it goes
on from, and for five that know more or do more than can be asked of it. These are written here
anew, in plain arrays.
"""

import argparse
import sys
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
from scipy.special import expit, softmax

from benchmarks import page
from benchmarks.chains import EVEN, OTHERWISE, World, separated, world_otherwise
from benchmarks.personas import PAGE
from pipeline.personas.markov import MarkovMixture

WORLDS = tuple(product((2, 3, 4), (10, 15, 20)))  # components, touchpoints
AGREEMENT, SEEDS = 0.5, 10
FOLDS, SWEEPS, LEFT_OUT, BAGS, ROUNDS = 10, 250, 50, 10, 200
LONGER = 4  # where each move is common or own, which takes longer to come right
# Moves that everyone's chain weighs in each component's. Of draws more than of a maximum, as the
# chances of moves that were hardly seen are drawn far from their middle.
MAXIMUM, DRAWS = 1.0, 64.0
Array = Any


def main() -> None:
    """Measure all of it, print the tables and write them into the page."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--small", action="store_true", help="one world and seed, nothing written")
    is_small = asked.parse_args().small
    means = []
    for components, touchpoints in WORLDS[:1] if is_small else WORLDS:
        rows = [
            gaps(separated(components, touchpoints, AGREEMENT, seed))
            for seed in range(1, 2 if is_small else SEEDS + 1)
        ]
        name = f"{components} chains of {touchpoints} touchpoints"
        means.append([name, *map(_cell, np.mean(rows, axis=0))])
        print(" | ".join(means[-1]), flush=True)
    seeds = [[f"seed {seed}", *map(_cell, row)] for seed, row in enumerate(rows, 1)]
    tables = [
        *page.table(("mean of ten seeds", *WAYS), means), "", f"Each seed of the last, {name}:", "",
        *page.table(("seed", *WAYS), seeds), "", "Three chains that are made in other ways:", "",
        *page.table(("mean of ten seeds", "best possible", *FITTED), _otherwise(is_small)), "",
        page.circumstances(),
    ]  # fmt: skip
    print("\n".join(tables))
    if not is_small:
        page.put("limits", tables, PAGE)


def _otherwise(is_small: bool) -> list[list[str]]:
    rows = []
    for kind in OTHERWISE[:1] if is_small else OTHERWISE:
        told = []
        for seed in range(1, 2 if is_small else SEEDS + 1):
            made = world_otherwise(kind, seed)
            best, found = made.agreement(made.by_bayes()), _found(made)
            gaps = (best - made.agreement(way(made, found)) for way in FITTED.values())
            told.append([best, *gaps])
        rows.append([kind, *map(_cell, np.mean(told, axis=0))])
    return rows


def _found(made: World) -> MarkovMixture:
    return MarkovMixture(len(made.shares), groups=made.groups, random_state=0).fit(made.counts)


def _cell(gap: float) -> str:
    return f"{gap:.3f}"


def gaps(made: World) -> list[float]:
    """How far each way stays below the best possible assignment."""
    best = made.agreement(made.by_bayes())
    found = _found(made)
    return [best - made.agreement(way(made, found)) for way in WAYS.values()]


def _as_it_is(made: World, found: MarkovMixture) -> Array:
    return found.labels_


def _likeliest(made: World, found: MarkovMixture) -> Array:
    """Expectation maximisation by itself: chains that share nothing."""
    likeliest = found.likeliest_
    chances, shares = np.exp(likeliest.log_chances), np.exp(likeliest.log_shares)
    return _belongs(made.counts, chances, shares).argmax(1)


def _begun_at_the_truth(made: World, found: MarkovMixture) -> Array:
    """Expectation maximisation that begins at the true chains."""
    return _belongs(made.counts, *_climbed(made, made.counts, _true(made), made.shares)).argmax(1)


def _averaged(made: World, found: MarkovMixture) -> Array:
    """The mean over draws of all chains that the journeys leave possible (Gibbs sampling)."""
    rng = np.random.default_rng(0)
    prior, number = _everyones(made) * DRAWS, len(made.shares)
    belongs, total = _belongs(made.counts, found.chances_, found.shares_), 0.0
    for sweep in range(SWEEPS):
        held = (rng.random(len(belongs))[:, None] > belongs.cumsum(axis=1)).sum(axis=1)
        held = held.clip(max=number - 1)
        counted = _moves(made.counts, _told(held, number)) + prior
        drawn = rng.standard_gamma(np.maximum(counted, 1e-8))
        shares = rng.dirichlet(np.bincount(held, minlength=number) + 1.0)
        belongs = _belongs(made.counts, _normal(drawn, made), shares)
        total = total + belongs if sweep >= LEFT_OUT else total
    return np.asarray(total).argmax(axis=1)


def _averaged_as_made(made: World, found: MarkovMixture) -> Array:
    """The mean over draws of all chains that the journeys leave possible, drawn as the worlds are:
    by the true `apart`, and as even: about the most that journeys tell by themselves."""
    rng = np.random.default_rng(0)
    number = len(made.shares)
    common, own, total = _everyones(made), found.chances_, 0.0
    chances, shares = found.chances_, found.shares_
    for sweep in range(SWEEPS * LONGER):
        belongs = _belongs(made.counts, chances, shares)
        total = total + belongs if sweep >= LEFT_OUT * LONGER else total
        held = (rng.random(len(belongs))[:, None] > belongs.cumsum(axis=1)).sum(axis=1)
        held = held.clip(max=number - 1)
        moves = _moves(made.counts, _told(held, number)).astype(int)
        odds = np.log(made.apart / (1 - made.apart)) + np.log(own) - np.log(common)
        owned = rng.binomial(moves, expit(odds))
        own = _drawn(owned, made, rng)
        common = _drawn((moves - owned).sum(axis=0, keepdims=True), made, rng)
        chances = (1 - made.apart) * common + made.apart * own
        shares = rng.dirichlet(np.bincount(held, minlength=number) + 10.0)
    return np.asarray(total).argmax(axis=1)


def _drawn(counts: Array, made: World, rng: Any) -> Array:
    """Chances that these counts leave possible where few moves are usual, as in the worlds."""
    return _normal(np.maximum(rng.standard_gamma(counts + EVEN), 1e-100), made)


def _bagged(made: World, found: MarkovMixture) -> Array:
    """The mean over fits to journeys drawn anew, each begun at the fit to all."""
    rng = np.random.default_rng(0)
    total = 0.0
    for _ in range(BAGS):
        drawn = made.counts[rng.integers(0, made.counts.shape[0], made.counts.shape[0])]
        total += _belongs(made.counts, *_climbed(made, drawn, found.chances_, found.shares_))
    return np.asarray(total).argmax(axis=1)


def _labels_told(made: World, found: MarkovMixture) -> Array:
    """Chains counted from the true components, for each tenth of the journeys from the others."""
    number, fold = len(made.shares), np.arange(len(made.components)) % FOLDS
    labels = np.zeros(len(fold), dtype=int)
    for held_out in range(FOLDS):
        of = made.counts[fold != held_out]
        told = _told(made.components[fold != held_out], number)
        chances = _normal(_moves(of, told) + DRAWS * _everyones(made), made)
        rest = made.counts[fold == held_out]
        labels[fold == held_out] = _belongs(rest, chances, told.mean(axis=0)).argmax(axis=1)
    return labels


Way = Callable[[World, MarkovMixture], Array]
FITTED: dict[str, Way] = {"Markov mixture": _as_it_is, "its likeliest chains": _likeliest}
WAYS: dict[str, Way] = {
    **FITTED,
    "begun at the true chains": _begun_at_the_truth,
    "mean over fits to journeys drawn anew": _bagged,
    "mean over all possible chains (Gibbs)": _averaged,
    "mean over all chains as they were made (Gibbs)": _averaged_as_made,
    "true personas of nine tenths told": _labels_told,
}


# -- in plain arrays: chains are component × move


def _climbed(made: World, counts: Array, chances: Array, shares: Array) -> tuple[Array, Array]:
    everyone = _everyones(made)
    for _ in range(ROUNDS):
        belongs = _belongs(counts, chances, shares)
        before, shares = shares, belongs.mean(axis=0)
        chances = _normal(_moves(counts, belongs) + MAXIMUM * everyone, made)
        if np.abs(shares - before).max() < 1e-6:
            break
    return chances, shares


def _belongs(counts: Array, chances: Array, shares: Array) -> Array:
    return softmax(counts @ np.log(np.maximum(chances, 1e-12)).T + np.log(shares), axis=1)


def _moves(counts: Array, belongs: Array) -> Array:
    return (counts.T @ belongs).T


def _told(held: Array, number: int) -> Array:
    return np.eye(number)[held]


def _true(made: World) -> Array:
    return made.chains.reshape(len(made.shares), -1)


def _everyones(made: World) -> Array:
    return _normal(np.asarray(made.counts.sum(axis=0)).reshape(1, -1) + 1e-6, made)


def _normal(counts: Array, made: World) -> Array:
    """Counts as chances of where to go from each touchpoint."""
    by_start = counts.reshape(len(counts), *made.chains.shape[1:])
    return (by_start / by_start.sum(axis=2, keepdims=True)).reshape(counts.shape)


if __name__ == "__main__":
    sys.exit(main())
