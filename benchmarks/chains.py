"""Journeys of known mixtures of Markov chains, as far apart as one wants them."""

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.metrics import adjusted_rand_score

JOURNEYS, SHORTEST, LONGEST = 5_000, 3, 30
OTHERWISE = (
    "around a common chain", "alike but from three touchpoints", "nothing in common, 600 journeys",
    "nothing in common, all moves usual, 1,000 journeys",
)  # fmt: skip
EVEN = 0.15  # of the Dirichlet: from each touchpoint mostly to a few others, as on real maps


class World(NamedTuple):
    """Chains, and journeys drawn from them; columns are moves from START or a touchpoint."""

    shares: Any
    chains: Any  # component × where from (START is the last) × where to
    components: Any  # of each journey
    counts: Any  # sparse, journey × move
    groups: list[str]  # where each column's move starts from
    apart: float  # how much of each chain is its own

    def by_bayes(self):
        """The best that can be done: the likeliest component, by the true chains."""
        logs = np.log(np.maximum(self.chains.reshape(len(self.shares), -1), 1e-300))
        return np.asarray(self.counts @ logs.T + np.log(self.shares)).argmax(axis=1)

    def agreement(self, found) -> float:
        """The adjusted Rand index of what was found and what is true."""
        return float(adjusted_rand_score(self.components, found))


def world(components: int, touchpoints: int, apart: float, seed: int) -> World:
    """A world whose chains are `apart` (0 to 1) of their own, and for the rest the same."""
    rng = np.random.default_rng(seed)
    size = (touchpoints + 1, touchpoints)
    common, own = (
        rng.dirichlet(np.full(touchpoints, EVEN), size=size[0]),
        rng.dirichlet(np.full(touchpoints, EVEN), size=(components, size[0])),
    )
    chains = (1 - apart) * common + apart * own
    return _travelled(chains, JOURNEYS, apart, rng)


def world_otherwise(kind: str, seed: int) -> World:
    """A world of three chains of 12 touchpoints of which no part is common, of a kind of
    `OTHERWISE`: ours must not live by the way in which `world` makes its own."""
    rng = np.random.default_rng(1000 + seed)
    places = 12
    size, several = (places + 1, places), (3, places + 1)
    some, many = np.full(places, 0.3), np.full(places, 3.0)
    if kind == "nothing in common, 600 journeys":
        return _travelled(rng.dirichlet(some, size=several), 600, 1.0, rng)
    if kind == "nothing in common, all moves usual, 1,000 journeys":
        return _travelled(rng.dirichlet(many, size=several), 1000, 1.0, rng)
    common = rng.dirichlet(many if kind.startswith("around") else some, size=size[0])
    chains = np.repeat(common[None], 3, axis=0)
    for chain in chains:
        if kind == "around a common chain":
            chain[:] = [rng.dirichlet(12 * row) for row in common]
        else:
            chain[rng.choice(size[0], 3, replace=False)] = rng.dirichlet(some, size=3)
    return _travelled(chains, JOURNEYS, 1.0, rng)


def _travelled(chains, journeys, apart, rng) -> World:
    components, froms, tos = chains.shape
    shares = rng.dirichlet(np.full(components, 10.0))
    held = rng.choice(components, size=journeys, p=shares)
    counts = _walks(chains, held, rng.integers(SHORTEST, LONGEST + 1, journeys), rng)
    groups = [str(place) for place in range(froms) for _ in range(tos)]
    return World(shares, chains, held, counts, groups, apart)


def _walks(chains, components, lengths, rng):
    touchpoints = chains.shape[2]
    reached, at = chains.cumsum(axis=2), np.full(len(components), touchpoints)
    rows, columns = [], []
    for step in range(LONGEST):
        going = np.flatnonzero(lengths > step)
        luck = rng.random(len(going))[:, None]
        to = (luck > reached[components[going], at[going]]).sum(axis=1).clip(max=touchpoints - 1)
        rows.append(going)
        columns.append(at[going] * touchpoints + to)
        at[going] = to
    places = (np.concatenate(rows), np.concatenate(columns))
    shape = (len(components), (touchpoints + 1) * touchpoints)
    counts = sparse.csr_matrix((np.ones(len(places[0])), places), shape=shape)
    counts.sum_duplicates()
    return counts


def separated(components: int, touchpoints: int, agreement: float, seed: int) -> World:
    """A world in which the Bayes-optimal assignment agrees with the truth as far as is said."""
    low, high = 0.02, 0.95
    for _ in range(12):
        apart = (low + high) / 2
        made = world(components, touchpoints, apart, seed)
        if made.agreement(made.by_bayes()) < agreement:
            low = apart
        else:
            high = apart
    return made
