"""Walks as tallies, and a small world of known chances."""

from itertools import pairwise

import numpy as np

from pipeline.chain.counts import PARTS, Tally


def tally(walks_of):
    """The tally of walks by customer: {customer: [walk, …]}, each move an hour."""
    edges, seconds = {}, {}
    for customer, walks in walks_of.items():
        for walk in walks:
            nodes = ["START", *walk]
            for start, end in pairwise(nodes):
                edges.setdefault((start, end), np.zeros(PARTS))[customer % PARTS] += 1
                spent = seconds.setdefault(start, np.zeros(PARTS))
                spent[customer % PARTS] += 3600 * (start != "START")
    return Tally(edges, seconds)


def world(seed, customers, lost=0.3):
    """Customers who walk a -> b -> CONVERTED, lost at each with a chance; some walk twice."""
    dice = np.random.default_rng(seed)
    walks = {}
    for customer in range(customers):
        for _ in range(1 + (dice.random() < 0.5)):
            walk = []
            for node in "ab":
                walk.append(node)
                if dice.random() < lost:
                    walk.append("DROPPED")
                    break
            else:
                walk.append("CONVERTED")
            walks.setdefault(customer, []).append(walk)
    return walks
