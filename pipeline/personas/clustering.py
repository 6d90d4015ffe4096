"""Three ways to find personas, behind one small interface; each is a scikit-learn estimator.

An estimator is made with a number of personas, the group of each column and a seed; it has `fit`,
`predict`, `labels_`, and `quality(columns)`, the higher the better among numbers of personas.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture
from sklearn.utils.validation import check_is_fitted, validate_data

from pipeline.personas.markov import MarkovMixture
from pipeline.personas.scaling import places_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

STARTS = 10  # of k-means
MIXTURE_STARTS = 3
LEAST_SPREAD = 1e-3  # added to each variance of a Gaussian, so that equal customers do not break it


class _Placed(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Clusters of places: columns scaled by group, reduced, then whatever `_clusters` makes.

    After `fit`: `places_` (the steps from columns to places), `clusters_`, `labels_`.
    """

    def __init__(
        self,
        n_clusters: int = 2,
        *,
        groups: Sequence[str] | None = None,
        n_init: int | None = None,
        random_state: Any = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.groups = groups
        self.n_init = n_init
        self.random_state = random_state

    def fit(self, columns: Any, y: Any = None) -> Self:
        """Find the personas of these rows; nan is what is not known."""
        X = validate_data(self, columns, dtype=np.float64, ensure_all_finite="allow-nan")  # noqa: N806
        if X.shape[0] < self.n_clusters:
            raise ValueError(f"n_samples={X.shape[0]} should be >= n_clusters={self.n_clusters}")
        self.places_ = places_of(self.groups)
        places = self.places_.fit_transform(X)
        self.clusters_ = self._clusters().fit(places)
        self.labels_ = np.asarray(self.clusters_.predict(places))
        return self

    def predict(self, columns: Any) -> "NDArray[np.intp]":
        """The persona of each row, from 0."""
        places = self._places(columns)
        return np.asarray(self.clusters_.predict(places))

    def quality(self, columns: Any) -> float:
        """The silhouette (Rousseeuw 1987): how much nearer rows are to their own persona's than to
        the next one's, from -1 to 1. It compares each row with each: give it a few thousand."""
        from sklearn.metrics import silhouette_score

        labels = self.predict(columns)
        found = len(set(labels.tolist()))
        if not 1 < found < len(labels):
            return -1.0
        return float(silhouette_score(self._places(columns), labels))

    def _places(self, columns: Any) -> "Matrix":
        check_is_fitted(self)
        X = validate_data(  # noqa: N806
            self, columns, reset=False, dtype=np.float64, ensure_all_finite="allow-nan"
        )
        return np.asarray(self.places_.transform(X))

    def _clusters(self) -> Any:
        raise NotImplementedError

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


class KMeansPersonas(_Placed):
    """k-means over scaled, reduced features."""

    def _clusters(self) -> Any:
        return KMeans(self.n_clusters, n_init=self.n_init or STARTS, random_state=self.random_state)


class GaussianPersonas(_Placed):
    """A mixture of Gaussians, each with a shape of its own, over scaled, reduced features."""

    def _clusters(self) -> Any:
        return GaussianMixture(
            self.n_clusters, n_init=self.n_init or MIXTURE_STARTS, reg_covar=LEAST_SPREAD,
            random_state=self.random_state,
        )  # fmt: skip


class MarkovPersonas(MarkovMixture):
    """A mixture of Markov chains over counts of moves; the number goes by BIC."""

    def quality(self, columns: Any) -> float:
        """Bayes' information criterion turned round, per row: the higher the better."""
        return -float(self.bic(columns)) / len(self.labels_)


Personas = KMeansPersonas | GaussianPersonas | MarkovPersonas
METHODS = ("k-means", "gaussian mixture", "markov mixture")


def estimator(
    method: str, number: int, groups: Sequence[str], seed: int, starts: int | None = None
) -> Personas:
    """The estimator of this method, not yet fitted. Raises KeyError for an unknown method."""
    made: dict[str, Callable[[], Personas]] = {
        "k-means": lambda: KMeansPersonas(number, groups=groups, n_init=starts, random_state=seed),
        "gaussian mixture": lambda: GaussianPersonas(
            number, groups=groups, n_init=starts, random_state=seed
        ),
        "markov mixture": lambda: MarkovPersonas(
            number, groups=groups, n_init=starts or 8, random_state=seed
        ),
    }
    return made[method]()
