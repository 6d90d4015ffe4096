"""Intervals of what a chain says, by a bootstrap over customers.

Each replicate weighs every part of the customers anew, by minus the logarithm of a uniform number
(the Bayesian bootstrap: Rubin, The Annals of Statistics 9, 1981). The numbers are digests of part
and replicate, so neither order nor machine decides them.
"""

import hashlib
from dataclasses import dataclass
from functools import cache, cached_property
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from pipeline.chain.absorbing import CONVERTED, DROPPED, START
from pipeline.chain.counts import PARTS, Tally

REPLICATES = 200
QUANTILE = 1.959963984540054  # of a 95 % interval
AT_ONCE = 4_000_000  # cells of the matrices that are solved together

Numbers = NDArray[np.float64]


@cache
def weights() -> Numbers:
    """The weight of each part in each replicate: replicates down, parts across."""
    uniform = [
        (int(hashlib.md5(f"{part}\x1f{replicate}".encode()).hexdigest()[:13], 16) + 0.5) / 16**13
        for replicate in range(REPLICATES)
        for part in range(PARTS)
    ]
    drawn: Numbers = -np.log(np.array(uniform)).reshape(REPLICATES, PARTS)
    return drawn


@dataclass(frozen=True)
class Replicates:
    """The chain of a tally in every replicate. Rows are replicates, columns `nodes`."""

    tally: Tally

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        return self.tally.chain.nodes

    @cached_property
    def place(self) -> dict[str, int]:
        ends = {CONVERTED: len(self.nodes), DROPPED: len(self.nodes) + 1}
        return {node: number for number, node in enumerate(self.nodes)} | ends

    @cached_property
    def _moves(self) -> Numbers:
        """The weighed moves by replicate, from and to."""
        pairs = list(self.tally.chain.moves)
        moves = np.zeros((REPLICATES, len(self.nodes), len(self.nodes) + 2))
        if pairs:
            counted = weights() @ np.array([self.tally.edges[pair] for pair in pairs]).T
            starts, ends = zip(*pairs, strict=True)
            moves[:, [self.place[n] for n in starts], [self.place[n] for n in ends]] = counted
        return moves

    @cached_property
    def shares(self) -> Numbers:
        """The probability of each move by replicate, from and to (nodes, CONVERTED, DROPPED)."""
        shares: Numbers = self._moves / self._moves.sum(axis=2, keepdims=True)
        return shares

    def with_drop_off(self, node: str, rate: float) -> Numbers:
        """The shares if so many were lost at a node, its other exits scaled alike."""
        shares = self.shares.copy()
        exits = shares[:, self.place[node], :]
        exits *= (1 - rate) / (1 - exits[:, [-1]])
        exits[:, -1] = rate
        return shares

    def chance(self, shares: Numbers | None = None) -> Numbers:
        """The probability of each node to convert."""
        shares = self.shares if shares is None else shares
        return solved(shares, shares[:, :, -2])

    def expected_steps(self) -> Numbers:
        each = np.array([float(node != START) for node in self.nodes])
        return solved(self.shares, np.broadcast_to(each, (REPLICATES, len(self.nodes))))

    def expected_seconds(self) -> Numbers:
        nothing = np.zeros(PARTS)
        spent = (
            weights()
            @ np.array([self.tally.seconds.get(node, nothing) for node in self.nodes])
            .reshape(-1, PARTS)
            .T
        )
        left = dict.fromkeys(self.nodes, nothing)
        for (start, _), moves in self.tally.edges.items():
            if start in left:
                left[start] = left[start] + moves
        times = weights() @ np.array([left[node] for node in self.nodes]).reshape(-1, PARTS).T
        return solved(self.shares, spent / times)

    def removal_effects(self, value_at: Numbers | None = None) -> Numbers:
        """The share of conversions lost without each node (nan for START), or of their value:
        `value_at` is what a conversion from each node is worth, by replicate.
        """
        straight = self.shares[:, :, -2] * (1.0 if value_at is None else value_at)
        worth, start = solved(self.shares, straight), self.place[START]
        base = worth[:, start][:, None]
        effects = np.full((REPLICATES, len(self.nodes)), np.nan)
        for rows in _batches(REPLICATES, len(self.nodes)):
            inner = self.shares[rows, :, : len(self.nodes)]
            visits = np.linalg.inv(np.eye(len(self.nodes)) - inner)
            reached = visits[:, start, :] / np.diagonal(visits, axis1=1, axis2=2)
            lost = reached * worth[rows]
            effects[rows] = np.divide(
                lost, base[rows], out=np.zeros_like(lost), where=base[rows] > 0
            )
        effects[:, start] = np.nan
        return effects


def solved(shares: Numbers, each: Numbers) -> Numbers:
    """What comes together from each node on, in every replicate: (I - Q) x = each."""
    size = shares.shape[1]
    found = np.empty((len(shares), size))
    for rows in _batches(len(shares), size):
        system = np.eye(size) - shares[rows, :, :size]
        found[rows] = np.linalg.solve(system, each[rows][:, :, None])[:, :, 0]
    return found


def _batches(count: int, size: int) -> list[slice]:
    step = max(1, AT_ONCE // max(1, size * size))
    return [slice(first, first + step) for first in range(0, count, step)]


def share_interval(share: float, replicates: Numbers, trials: float) -> tuple[float, float]:
    """The 95 % interval of a share, from how it varies over replicates.

    Wilson's, over as many trials as would vary as much: p (1 - p) / variance. Where all replicates
    agree on 0 or 1, over `trials`; so a share of a few steps never looks certain.
    """
    variance = float(np.var(replicates, ddof=1))
    spread = share * (1 - share)
    trials = spread / variance if variance > 0 and spread > 1e-12 else trials
    if trials <= 0:
        return 0.0, 1.0
    square = QUANTILE**2
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    half = QUANTILE * sqrt(spread / trials + square / (4 * trials**2)) / (1 + square / trials)
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))


def size_interval(size: float, replicates: Numbers) -> tuple[float, float]:
    """The 95 % interval of a size: where the middle 95 of 100 replicates lie."""
    low, high = np.quantile(replicates, [0.025, 0.975])
    return min(float(low), size), max(float(high), size)
