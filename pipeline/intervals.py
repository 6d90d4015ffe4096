"""The 95 % interval of a share, in Python; files in `sql/` write the same formula out.

Wilson, Probable inference, the law of succession, and statistical inference, 1927: it stays from
0 to 1 and says something even where nothing, or everything, was seen.
"""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

QUANTILE = 1.959963984540054  # of a 95 % interval


def wilson(
    successes: "ArrayLike", trials: "ArrayLike"
) -> "tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]":
    """Rate, low and high, each from 0 to 1 and as long as the counts; nan where nothing was tried.

    >>> [round(float(value), 4) for value in wilson(3, 10)]
    [0.3, 0.1078, 0.6032]
    """
    won = np.asarray(successes, dtype=float)
    tried = np.asarray(trials, dtype=float)
    tried = np.where(tried > 0, tried, np.nan)
    square = QUANTILE**2
    middle = won + square / 2
    spread = QUANTILE * np.sqrt(won * (tried - won) / tried + square / 4)
    low = np.maximum(0.0, (middle - spread) / (tried + square))
    high = np.minimum(1.0, (middle + spread) / (tried + square))
    return won / tried, low, high
