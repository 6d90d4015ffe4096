"""A mixture of first-order Markov chains, of which each keeps in part to everyone's.

Cadez, Heckerman, Meek, Smyth and White, Visualization of navigation patterns on a web site using
model-based clustering, 2000; for customers' journeys Harbich, Bernard, Berkes, Garbinato and
Andritsos, Discovering customer journey maps using a mixture of Markov models, 2017. That a part of
what a component does is everyone's: Chemudugunta, Smyth and Steyvers, Modeling general and specific
aspects of documents with a probabilistic topic model, 2007.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from scipy import sparse
from scipy.special import digamma, expit, gammaln, logsumexp, polygamma
from sklearn.base import BaseEstimator, ClusterMixin, DensityMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

SHORT_ROUNDS, GONE_ON_WITH = 15, 3  # of each start, and how many of the best are gone on with
SPLITS = 5  # into common and own moves, for each round
EVENNESS, LEAST_EVEN, MOST_EVEN = 0.5, 0.01, 10.0  # where it is begun (Jeffreys), and its bounds
LEAST_PART = 1e-3  # of the moves that is common, and that is own


class Fit(NamedTuple):
    """One run of the algorithm: `log_shares` of the components, `log_chances` component × column."""  # noqa: E501

    likelihood: float
    log_shares: "Matrix"
    log_chances: "Matrix"
    rounds: int


class Belief:
    """What counts of moves (row × column) tell of their chances within each group of columns.

    A Dirichlet distribution for each row and group. Before anything is counted it holds `evenness`
    moves in each column: near 0 where few moves are usual, large where all are. Evenness is learnt
    from all rows and groups together (Minka, Estimating a Dirichlet distribution, 2000).
    """

    def __init__(self, group_of: "NDArray[np.intp]") -> None:
        columns = len(group_of)
        places = (np.arange(columns), group_of)
        self._group_of = group_of
        self._member = sparse.csr_matrix((np.ones(columns), places))
        self._sizes = np.asarray(self._member.sum(axis=0)).ravel()
        self.evenness = EVENNESS

    def learn(self, counts: "Matrix") -> None:
        """Take these counts for all that is known, and the evenness that goes best with them."""
        self._held = counts + self.evenness
        self.logs = digamma(self._held) - digamma(self._sums())[:, self._group_of]
        for _ in range(3):
            self.evenness = self._evener()

    @property
    def means(self) -> "Matrix":
        """The chances to expect."""
        return np.asarray(self._held / self._sums()[:, self._group_of])

    def cost(self) -> float:
        """How far what is known is from what was before (Kullback-Leibler)."""
        even, sizes, held = self.evenness, self._sizes, self._held
        before = len(held) * (gammaln(sizes * even) - sizes * gammaln(even)).sum()
        after = gammaln(self._sums()).sum() - gammaln(held).sum()
        return float(after - before + ((held - even) * self.logs).sum())

    def _sums(self) -> "Matrix":
        return np.asarray(self._held @ self._member)

    def _evener(self) -> float:
        """One step of Newton's method, over the logarithm of evenness."""
        even, sizes = self.evenness, self._sizes
        slope = (sizes * (digamma(sizes * even) - digamma(even))).sum()
        slope += self.logs.sum() / len(self.logs)
        bend = (sizes**2 * polygamma(1, sizes * even) - sizes * polygamma(1, even)).sum()
        bend = bend * even + slope
        step = -slope / bend if bend < 0 else np.sign(slope)
        return float(np.clip(even * np.exp(np.clip(step, -1, 1)), LEAST_EVEN, MOST_EVEN))


class Shared(NamedTuple):
    """Chances (component × column) where a part of all moves is `own`, and the rest everyone's."""

    bound: float
    log_shares: "Matrix"
    chances: "Matrix"
    own: float
    rounds: int


class MarkovMixture(ClusterMixin, DensityMixin, BaseEstimator):  # type: ignore[misc]
    """Components of which each moves between touchpoints by a chain of its own.

    Rows are sequences, columns counts of moves (the first touchpoint is a move from START);
    `groups` names for each column where its move starts from: the chances of a group add up to 1.
    Without groups all columns are one. Counts may be sparse. `smoothing` counts are added to each
    component's moves, spread as everyone's moves are, so that what was never seen stays possible.

    The likeliest chains are searched for by expectation maximisation, from several starts. They
    take chance for habit where moves are many and seen seldom. So from there on chains are held to
    share what they can: of component k

        chance of a move = (1 - own) × common chance + own × chance of k alone,

    with Dirichlet distributions over both chances and a share of `own` moves, all learnt from the
    counts by variational Bayes (see `_share`). Where components have nothing in common `own` comes
    to 1. Rows are assigned by the chances to expect.

    After `fit`: `shares_` of the components, `chances_` to expect (component × column), `own_`,
    `labels_`; of the search `likeliest_` (chances), `likelihood_` (logarithm, of all rows, with
    what is smoothed), `n_iter_`, `converged_`.
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
        shared = self._share(X, best, everyone, self.max_iter)
        order = np.argsort(-shared.log_shares, kind="stable")
        self.shares_, self.chances_ = np.exp(shared.log_shares[order]), shared.chances[order]
        self.own_ = shared.own
        self.likeliest_ = best._replace(
            log_shares=best.log_shares[order], log_chances=best.log_chances[order]
        )
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
        """Bayes' information criterion (Schwarz 1978) of the likeliest chains, the lower the
        better; its number of observations is that of the rows, which are independent, and not that
        of their moves."""
        X = self._known(counts)  # noqa: N806
        used = np.asarray((X > 0).sum(axis=0)).ravel() > 0
        free = sum(max(int(used[group].sum()) - 1, 0) for group in self._columns_by_group())
        parameters = self.n_components * (free + 1) - 1
        joint = X @ self.likeliest_.log_chances.T + self.likeliest_.log_shares
        likelihood = float(logsumexp(joint, axis=1).sum())
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

    def _share(self, X: Any, fit: Fit, everyone: "Matrix", most: int) -> Shared:  # noqa: N803
        """Go on from the likeliest chains to those to expect, where components share moves.

        Each move is common or own, and which is not known. Variational Bayes (Attias, A variational
        Bayesian framework for graphical models, 2000) holds what is not known apart: component of
        each row, common or own of each move, Dirichlet `Belief`s of the common chances and of each
        component's own. With E log from them, a move weighs in a row's likelihood

            log((1 - own) × exp(E log common) + own × exp(E log of k)),

        and is own by that share of the sum. None of the steps makes the bound lower. For one
        component nothing is shared.
        """
        if self.n_components == 1:
            return Shared(fit.likelihood, fit.log_shares, np.exp(fit.log_chances), 1.0, 0)
        common, alone = Belief(self._group_of), Belief(self._group_of)
        common.logs, alone.logs = np.log(everyone), fit.log_chances
        logs, log_shares, own, bound, rounds = fit.log_chances, fit.log_shares, 0.5, -np.inf, 0
        while rounds < most:
            joint = X @ logs.T + log_shares
            total = logsumexp(joint, axis=1, keepdims=True)
            if rounds > 0:
                told = float(total.sum()) - common.cost() - alone.cost()
                if told - bound < self.tol * max(abs(told), 1.0):
                    break
                bound = told
            rounds += 1
            belongs = np.exp(joint - total)
            log_shares = np.log(np.maximum(belongs.sum(axis=0), 1e-300) / X.shape[0])
            moves = (X.T @ belongs).T
            for _ in range(SPLITS):
                owned = moves * expit(np.log(own / (1 - own)) + alone.logs - common.logs)
                common.learn((moves - owned).sum(axis=0, keepdims=True))
                alone.learn(owned)
                part = owned.sum() / max(moves.sum(), 1e-300)
                own = float(np.clip(part, LEAST_PART, 1 - LEAST_PART))
            logs = np.logaddexp(np.log1p(-own) + common.logs, np.log(own) + alone.logs)
        chances = (1 - own) * common.means + own * alone.means
        return Shared(bound, log_shares, np.maximum(chances, 1e-12), own, rounds)

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
            self._group_of = np.unique(np.array(groups, dtype=str), return_inverse=True)[1]
        return sparse.csr_matrix(checked)
