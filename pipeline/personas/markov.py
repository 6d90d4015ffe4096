"""A mixture of first-order Markov chains, fitted by expectation maximisation.

Cadez, Heckerman, Meek, Smyth and White, Visualization of navigation patterns on a web site using
model-based clustering, 2000; for customers' journeys Harbich, Bernard, Berkes, Garbinato and
Andritsos, Discovering customer journey maps using a mixture of Markov models, 2017.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from scipy import sparse
from scipy.special import logsumexp
from sklearn.base import BaseEstimator, ClusterMixin, DensityMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

SHORT_ROUNDS, GONE_ON_WITH = 15, 3  # of each start, and how many of the best are gone on with


class Fit(NamedTuple):
    """One run of the algorithm: `log_shares` of the components, `log_chances` component × column."""  # noqa: E501

    likelihood: float
    log_shares: "Matrix"
    log_chances: "Matrix"
    rounds: int


class MarkovMixture(ClusterMixin, DensityMixin, BaseEstimator):  # type: ignore[misc]
    """Components of which each moves between touchpoints by a chain of its own.

    Rows are sequences, columns counts of moves (the first touchpoint is a move from START);
    `groups` names for each column where its move starts from: the chances of a group add up to 1.
    Without groups all columns are one. Counts may be sparse. `smoothing` counts are added to each
    component's moves, spread as everyone's moves are, so that what was never seen stays possible.

    After `fit`: `shares_` of the components, `chances_` (component × column), `labels_`,
    `likelihood_` (logarithm, of all rows), `n_iter_`, `converged_`.
    """

    def __init__(
        self,
        n_components: int = 2,
        *,
        groups: Sequence[str] | None = None,
        n_init: int = 8,
        max_iter: int = 300,
        tol: float = 1e-6,
        smoothing: float = 1.0,
        random_state: Any = None,
    ) -> None:
        self.n_components = n_components
        self.groups = groups
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.smoothing = smoothing
        self.random_state = random_state

    def fit(self, counts: Any, y: Any = None) -> Self:
        """Find the components. Raises ValueError where there are fewer rows than components."""
        X = self._checked(counts, reset=True)  # noqa: N806
        if len(self._group_of) != X.shape[1]:
            raise ValueError(f"{len(self._group_of)} groups for {X.shape[1]} columns")
        if X.shape[0] < self.n_components:
            raise ValueError(f"n_samples={X.shape[0]} must be >= n_components={self.n_components}")
        rng = check_random_state(self.random_state)
        everyone = self._chances(np.asarray(X.sum(axis=0)).reshape(1, -1), None)
        starts = [self._start(X, everyone, rng) for _ in range(self.n_init if self.n_components > 1 else 1)]  # noqa: E501  # fmt: skip
        begun = [self._climb(X, start, everyone, SHORT_ROUNDS) for start in starts]
        begun.sort(key=lambda fit: -fit.likelihood)
        best = max(
            (self._climb(X, fit, everyone, self.max_iter) for fit in begun[:GONE_ON_WITH]),
            key=lambda fit: fit.likelihood,
        )
        order = np.argsort(-best.log_shares, kind="stable")
        self.shares_ = np.exp(best.log_shares[order])
        self.chances_ = np.exp(best.log_chances[order])
        self.likelihood_, self.n_iter_ = best.likelihood, max(best.rounds, 1)
        self.converged_ = best.rounds < self.max_iter
        self.labels_ = self._joint(X).argmax(axis=1)
        return self

    def predict(self, counts: Any) -> "NDArray[np.intp]":
        """The component of each row: the one that most likely made it."""
        return np.asarray(self._joint(self._known(counts)).argmax(axis=1))

    def belonging(self, counts: Any) -> "Matrix":
        """The chance that each component made the row: row × component."""
        joint = self._joint(self._known(counts))
        return np.asarray(np.exp(joint - logsumexp(joint, axis=1, keepdims=True)))

    def score_samples(self, counts: Any) -> "Matrix":
        """The logarithm of each row's likelihood."""
        return np.asarray(logsumexp(self._joint(self._known(counts)), axis=1))

    def score(self, counts: Any, y: Any = None) -> float:
        """The mean logarithm of the likelihood of a row."""
        return float(self.score_samples(counts).mean())

    def bic(self, counts: Any) -> float:
        """Bayes' information criterion (Schwarz 1978), the lower the better; its number of
        observations is that of the rows, which are independent, and not that of their moves."""
        X = self._known(counts)  # noqa: N806
        used = np.asarray((X > 0).sum(axis=0)).ravel() > 0
        free = sum(max(int(used[group].sum()) - 1, 0) for group in self._columns_by_group())
        parameters = self.n_components * (free + 1) - 1
        likelihood = float(logsumexp(self._joint(X), axis=1).sum())
        return parameters * float(np.log(X.shape[0])) - 2 * likelihood

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        tags.input_tags.sparse = True
        return tags

    # -- the algorithm

    def _start(self, X: Any, everyone: "Matrix", rng: Any) -> Fit:  # noqa: N803
        """Chains of a few rows each, drawn towards everyone's; the rows are far from one another,
        as the seeds of k-means++ are."""
        rows = X.shape[0]
        if self.n_components == 1:
            return Fit(-np.inf, np.zeros(1), np.log(everyone), 0)
        lengths = np.asarray(X.sum(axis=1)).ravel()
        chosen = [int(rng.choice(rows, p=lengths / lengths.sum() if lengths.sum() else None))]
        base = np.log(everyone[0])
        gain = np.full(rows, 0.0)
        for _ in range(1, self.n_components):
            chain = self._chances(X[chosen[-1:]].toarray(), everyone, 10.0)
            gain = np.maximum(gain, X @ (np.log(chain[0]) - base))
            need = lengths - np.minimum(gain / max(gain.max(), 1e-12), 1.0) * lengths
            total = need.sum()
            chosen.append(int(rng.choice(rows, p=need / total if total > 0 else None)))
        chances = self._chances(X[chosen].toarray(), everyone, 10.0)
        even = np.full(self.n_components, -np.log(self.n_components))
        return Fit(-np.inf, even, np.log(chances), 0)

    def _climb(self, X: Any, fit: Fit, everyone: "Matrix", most: int) -> Fit:  # noqa: N803
        """Go on from a fit until what is gained is next to nothing."""
        likelihood, shares, chances, rounds = fit
        while rounds < most:
            joint = X @ chances.T + shares
            total = logsumexp(joint, axis=1, keepdims=True)
            told = float(total.sum()) + self._pull(chances, everyone)
            rounds += 1
            belongs = np.exp(joint - total)
            weight = belongs.sum(axis=0)
            shares = np.log(np.maximum(weight, 1e-300) / X.shape[0])
            chances = np.log(self._chances((X.T @ belongs).T, everyone))
            if told - likelihood < self.tol * max(abs(told), 1.0) * 0.1 and rounds > 1:
                return Fit(told, shares, chances, rounds)
            likelihood = told
        return Fit(likelihood, shares, chances, rounds)

    def _pull(self, log_chances: "Matrix", everyone: "Matrix") -> float:
        """The logarithm of the prior, which is what smoothing is in the likelihood."""
        return float(self.smoothing * (log_chances * everyone).sum())

    def _chances(
        self, counts: "Matrix", everyone: "Matrix | None", weight: float | None = None
    ) -> "Matrix":
        """Counts of moves (component × column) as chances within each group."""
        prior = np.zeros_like(counts, dtype=float)
        for group in self._columns_by_group():
            prior[:, group] = 1.0 / len(group) if everyone is None else everyone[:, group]
        held = counts + (self.smoothing if weight is None else weight) * prior
        for group in self._columns_by_group():
            held[:, group] /= held[:, group].sum(axis=1, keepdims=True)
        return np.maximum(held, 1e-12)

    def _columns_by_group(self) -> "list[NDArray[np.intp]]":
        return [np.flatnonzero(self._group_of == group) for group in np.unique(self._group_of)]

    def _joint(self, X: Any) -> "Matrix":  # noqa: N803
        return np.asarray(X @ np.log(self.chances_).T + np.log(self.shares_))

    def _known(self, counts: Any) -> Any:
        check_is_fitted(self)
        return self._checked(counts, reset=False)

    def _checked(self, counts: Any, *, reset: bool) -> Any:
        checked = validate_data(
            self, counts, reset=reset, accept_sparse="csr", dtype=np.float64,
            ensure_non_negative=True,
        )  # fmt: skip
        if reset:
            width = checked.shape[1]
            groups = ["moves"] * width if self.groups is None else list(self.groups)
            self._group_of = np.unique(groups, return_inverse=True)[1] if groups else np.zeros(0)
        return sparse.csr_matrix(checked)
