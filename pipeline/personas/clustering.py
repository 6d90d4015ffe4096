"""The scikit-learn pipeline that finds personas: scale by group, reduce, k-means."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline

from pipeline.personas.matrix import WEIGHTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

VARIANCE_KEPT = 0.9  # by the reduction
STARTS = 10  # of k-means
LEAST_VARIANCE = 0.05  # a group that hardly varies is not blown up to its weight


class GroupScaler(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Scales columns so that each group of them has the variance that its weight says, however
    many columns it has. What is not known (nan) lies at the mean of what is."""

    def __init__(self, groups: Sequence[str]) -> None:
        self.groups = groups

    def fit(self, columns: "Matrix", y: Any = None) -> Self:
        """Learn `mean_` and `scale_` of each column."""
        known = ~np.isnan(columns)
        sums = np.where(known, columns, 0.0).sum(axis=0)
        self.mean_ = sums / np.maximum(known.sum(axis=0), 1)
        variance = (np.where(known, columns - self.mean_, 0.0) ** 2).mean(axis=0)
        self.scale_ = np.zeros(columns.shape[1])
        for group in sorted(set(self.groups)):
            member = np.array([name == group for name in self.groups], dtype=bool)
            total = max(float(variance[member].sum()), LEAST_VARIANCE)
            self.scale_[member] = np.sqrt(WEIGHTS[group] / total)
        return self

    def transform(self, columns: "Matrix") -> "Matrix":
        """The columns, centred and scaled."""
        centred = np.where(np.isnan(columns), 0.0, columns - self.mean_)
        return np.asarray(centred * self.scale_)


def persona_pipeline(groups: Sequence[str], number: int, seed: int) -> Pipeline:
    """The pipeline for columns of these groups, not yet fitted."""
    return Pipeline(
        [
            ("scale", GroupScaler(tuple(groups))),
            ("reduce", PCA(n_components=VARIANCE_KEPT, svd_solver="full")),
            ("cluster", KMeans(number, n_init=STARTS, random_state=seed)),
        ]
    )
