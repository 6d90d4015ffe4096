"""How many come to an end within a time, when some are still open: cumulative incidence.

Aalen–Johansen with two ends that compete and censoring (Aalen and Johansen, An empirical transition
matrix for non-homogeneous Markov chains, Scandinavian Journal of Statistics 5, 1978). Variance and
interval as in Collett, Modelling Survival Data in Medical Research, 2015, p. 411: Greenwood's by
the delta method, and log(-log) of the incidence, so that it stays from 0 to 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log, nan, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUANTILE = 1.959963984540054  # of a 95 % interval
NEARLY = 1e-9  # what sums of shares may miss 0 and 1 by


@dataclass(frozen=True)
class Incidence:
    """A share from 0 to 1 with its 95 % interval; nan where nothing is known."""

    rate: float
    low: float
    high: float


def incidence(
    time: "NDArray[Any]",
    converted: "NDArray[Any]",
    dropped: "NDArray[Any]",
    journeys: "NDArray[Any]",
    limit: float = inf,
) -> Incidence:
    """The cumulative incidence of conversion at `limit`, in the unit of `time`.

    Each place of the arrays is one distinct time, ascending: how many converted then, how many
    dropped, and how many journeys ended or were last seen then (so the rest were censored).
    """
    total = float(journeys.sum())
    if not total:
        return Incidence(nan, nan, nan)
    _, at_risk, won, ended, before, curve = _curve(time, converted, dropped, journeys, limit)
    rate = float(curve[-1]) if len(curve) else 0.0
    rest, left = rate - curve, at_risk - ended
    hazard = np.divide(ended, at_risk * left, out=np.zeros_like(left), where=left > 0)
    variance = (
        rest**2 * hazard
        + before**2 * won * (at_risk - won) / at_risk**3
        - 2 * rest * before * won / at_risk**2
    ).sum()
    return _interval(rate, float(variance), total)


def times_to(
    time: "NDArray[Any]",
    converted: "NDArray[Any]",
    dropped: "NDArray[Any]",
    journeys: "NDArray[Any]",
    limit: float = inf,
    shares: Sequence[float] = (0.5, 0.9),
) -> list[float]:
    """The times by which these shares of all that convert until `limit` have done so; nan where
    none does. As for `incidence`: who dropped never converts, who is open is censored.
    """
    times, *_, curve = _curve(time, converted, dropped, journeys, limit)
    if not len(curve) or curve[-1] <= 0:
        return [nan] * len(shares)
    places = [np.searchsorted(curve, share * curve[-1] * (1 - 1e-12)) for share in shares]
    return [float(times[place]) for place in places]


def _curve(
    time: "NDArray[Any]",
    converted: "NDArray[Any]",
    dropped: "NDArray[Any]",
    journeys: "NDArray[Any]",
    limit: float,
) -> "tuple[NDArray[Any], ...]":
    """By distinct time until the limit: the time, how many were at risk, converted and ended
    then, the share that had not ended before, and the incidence of conversion.
    """
    at_risk = journeys[::-1].cumsum()[::-1].astype(float)
    kept = (time <= limit) & (at_risk > 0)
    at_risk, won = at_risk[kept], converted[kept].astype(float)
    ended = won + dropped[kept]
    before = np.concatenate([[1.0], np.cumprod(1 - ended / at_risk)])[:-1]
    return time[kept], at_risk, won, ended, before, np.cumsum(before * won / at_risk)


def _interval(rate: float, variance: float, total: float) -> Incidence:
    """With its interval; at 0 and 1, where the variance says nothing, Wilson's over `total`."""
    width = QUANTILE**2 / (total + QUANTILE**2)
    if rate <= NEARLY:
        return Incidence(0.0, 0.0, width)
    if rate >= 1 - NEARLY:
        return Incidence(1.0, 1 - width, 1.0)
    spread = QUANTILE * sqrt(max(variance, 0.0)) / (rate * log(rate))
    return Incidence(rate, rate ** exp(-spread), rate ** exp(spread))
