"""Features made comparable: each group of columns weighs what it is told, then few directions."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted, validate_data

from pipeline.personas.matrix import WEIGHTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

VARIANCE_KEPT = 0.9  # by the reduction
LEAST_VARIANCE = 0.05  # a group that hardly varies is not blown up to its weight


class GroupScaler(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Scales columns so that each group of them has the variance that its weight says, however
    many columns it has. What is not known (nan) lies at the mean of what is.

    After `fit`: `mean_` and `scale_` of each column. Without groups all columns are one.
    """

    def __init__(
        self, groups: Sequence[str] | None = None, weights: Mapping[str, float] | None = None
    ) -> None:
        self.groups = groups
        self.weights = weights

    def fit(self, columns: Any, y: Any = None) -> Self:
        """Learn mean and scale."""
        X = validate_data(self, columns, dtype=np.float64, ensure_all_finite="allow-nan")  # noqa: N806
        groups = ["all"] * X.shape[1] if self.groups is None else list(self.groups)
        known = ~np.isnan(X)
        self.mean_ = np.where(known, X, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        variance = (np.where(known, X - self.mean_, 0.0) ** 2).mean(axis=0)
        self.scale_ = np.zeros(X.shape[1])
        weights = WEIGHTS if self.weights is None else self.weights
        for group in sorted(set(groups)):
            member = np.array([name == group for name in groups], dtype=bool)
            total = max(float(variance[member].sum()), LEAST_VARIANCE)
            self.scale_[member] = np.sqrt(weights.get(group, 1.0) / total)
        return self

    def transform(self, columns: Any) -> "Matrix":
        """The columns, centred and scaled."""
        check_is_fitted(self)
        X = validate_data(  # noqa: N806
            self, columns, reset=False, dtype=np.float64, ensure_all_finite="allow-nan"
        )
        return np.asarray(np.where(np.isnan(X), 0.0, X - self.mean_) * self.scale_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def places_of(groups: Sequence[str] | None) -> Pipeline:
    """The steps that lead from columns to places: scaled by group, in few directions."""
    return Pipeline(
        [
            ("scale", GroupScaler(None if groups is None else tuple(groups))),
            ("reduce", PCA(n_components=VARIANCE_KEPT, svd_solver="full")),
        ]
    )
