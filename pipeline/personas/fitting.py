"""Finding the personas anew, as a model that can be kept."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from pipeline.personas.clustering import estimator
from pipeline.personas.matrix import attribute_of, columns_of, known_features, matrix_of
from pipeline.personas.model import PersonaModel, Row, Wanted, clearness, unknown_share
from pipeline.personas.naming import names_of
from pipeline.personas.number import MARKOV, Number, different, number_of_personas
from pipeline.personas.same import with_ids

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

EMPTY = PersonaModel("", (), (), (), (), ((),), (0.0,), (), (), ())  # one persona, told by nothing


def fit_personas(
    table: "pd.DataFrame", wanted: Wanted, earlier: PersonaModel | None = None
) -> PersonaModel:
    """The personas of these features: customer_id, feature_group, feature, value.

    The same customers in any order give the same model. Personas that an `earlier` model had
    keep their ids. Raises ValueError without any customer.
    """
    features = [
        feature
        for feature in known_features(table, is_walk=wanted.method == MARKOV)
        if attribute_of(feature) not in wanted.left_out
    ]
    _, matrix = matrix_of(table, features)
    if not len(matrix):
        raise ValueError("without a customer there are no personas")
    groups, columns = columns_of(matrix, features)
    with threadpool_limits(1):  # the same sums on every machine, and no waiting for busy cores
        number = _number(columns, groups, wanted)
        found = _found(columns, groups, number.personas, wanted)
    found = replace(
        found, method=wanted.method, features=tuple(features), settings=wanted.settings,
        silhouette=number.silhouette, tried=number.tried, customers=len(matrix),
    )  # fmt: skip
    named = _named(found, table, matrix)
    settled = replace(
        named, clearness=clearness(named, matrix), unknown_share=unknown_share(named, table)
    )
    return with_ids(settled, table, earlier)


def _number(columns: "Matrix", groups: Sequence[str], wanted: Wanted) -> Number:
    """The number that was set, as far as there are so many different customers, or the best."""
    if not columns.shape[1]:
        return Number(1)
    if wanted.number is None:
        return number_of_personas(columns, groups, wanted)
    return Number(min(wanted.number, different(columns)))


def _found(columns: "Matrix", groups: Sequence[str], number: int, wanted: Wanted) -> PersonaModel:
    """What the model keeps of a fitted estimator; one persona needs no search, and no direction."""
    width = columns.shape[1]
    nought = (0.0,) * width
    if number == 1:
        return replace(EMPTY, mean=nought, scale=nought)
    fitted: Any = estimator(wanted.method, number, groups, wanted.seed).fit(columns)
    if wanted.method == MARKOV:
        return replace(
            EMPTY, mean=nought, scale=(1.0,) * width,
            centres=_rows(np.log(fitted.chances_)), offsets=_row(np.log(fitted.shares_)),
        )  # fmt: skip
    scaler, reduction = (step for _, step in fitted.places_.steps)
    placed = replace(
        EMPTY, mean=_row(scaler.mean_), scale=_row(scaler.scale_),
        directions=_rows(reduction.components_),
    )  # fmt: skip
    clusters = fitted.clusters_
    if not hasattr(clusters, "precisions_cholesky_"):
        centres = _rows(clusters.cluster_centers_)
        return replace(placed, centres=centres, offsets=(0.0,) * number)
    shapes = clusters.precisions_cholesky_
    volumes = np.log(np.diagonal(shapes, axis1=1, axis2=2)).sum(axis=1)
    return replace(
        placed, centres=_rows(clusters.means_), offsets=_row(np.log(clusters.weights_) + volumes),
        shapes=tuple(map(_rows, shapes)),
    )  # fmt: skip


def _row(values: "Matrix") -> Row:
    return tuple(values.tolist())


def _rows(values: "Matrix") -> tuple[Row, ...]:
    return tuple(map(_row, values))


def _named(model: PersonaModel, table: "pd.DataFrame", matrix: "Matrix") -> PersonaModel:
    """With names, and the personas in their order, so that the order says nothing of size."""
    labels = model.nearest(matrix)
    features, values = list(model.features), matrix
    if model.method == MARKOV:  # chains are told by what else their customers have in common
        features = known_features(table)
        _, values = matrix_of(table, features)
    names = names_of(values, features, labels, len(model.centres))
    order = sorted(range(len(names)), key=lambda place: (names[place], *model.centres[place]))
    return replace(
        model, names=tuple(names[place] for place in order),
        centres=tuple(model.centres[place] for place in order),
        offsets=tuple(model.offsets[place] for place in order),
        shapes=tuple(model.shapes[place] for place in order) if model.shapes else (),
    )  # fmt: skip
