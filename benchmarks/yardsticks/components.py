"""Who belongs together, of 10 million identifiers and 20 million links: arrays in, arrays out."""

import sys

import numpy as np
from clock import part, tell

from pipeline.identity import smallest_of_component

identifiers = int(sys.argv[1])
rng = np.random.default_rng(1)
# Four identifiers a customer, in no order; each link is between two of a customer's.
numbers = rng.permutation(identifiers).astype(np.int64)
left = rng.integers(0, identifiers, 2 * identifiers)
right = np.minimum(left ^ rng.integers(1, 4, 2 * identifiers), identifiers - 1)
left, right = numbers[left], numbers[right]
with part("components"):
    _, first = smallest_of_component(left, right)
tell(components=len(np.unique(first)))
