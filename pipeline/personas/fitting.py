"""Finding the personas anew, and telling which of the new ones are the old ones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from pipeline.personas.clustering import persona_pipeline
from pipeline.personas.matrix import columns_of, known_features, matrix_of
from pipeline.personas.model import PersonaModel, Wanted, nearest
from pipeline.personas.naming import names_of
from pipeline.personas.number import Number, different, number_of_personas

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

Row = tuple[float, ...]

LEAST_OVERLAP = 0.3  # of the customers of an old and a new persona, for them to be the same


def fit_personas(
    table: "pd.DataFrame", wanted: Wanted, earlier: PersonaModel | None = None
) -> PersonaModel:
    """The personas of these features: customer_id, feature_group, feature, value.

    The same customers in any order give the same model. Personas that an `earlier` model had
    keep their ids. Raises ValueError without any customer.
    """
    features = known_features(table)
    _, matrix = matrix_of(table, features)
    if not len(matrix):
        raise ValueError("without a customer there are no personas")
    groups, columns = columns_of(matrix, features)
    with threadpool_limits(1):  # the same sums on every machine, and no waiting for busy cores
        number = _number(columns, groups, wanted)
        found = _clusters(columns, groups, number.personas, wanted.seed)
    names = names_of(matrix, features, found.labels)
    order = sorted(range(len(names)), key=lambda place: (names[place], *found.centres[place]))
    model = PersonaModel(
        features=tuple(features),
        mean=found.mean,
        scale=found.scale,
        directions=found.directions,
        centres=tuple(found.centres[place] for place in order),
        persona_ids=(),
        names=tuple(names[place] for place in order),
        settings=wanted.settings,
        silhouette=number.silhouette,
    )
    return _with_ids(model, table, earlier)


def _number(columns: "Matrix", groups: Sequence[str], wanted: Wanted) -> Number:
    """The number that was set, as far as there are so many different customers, or the best."""
    if wanted.number is None:
        return number_of_personas(columns, groups, wanted.between, wanted.seed)
    return Number(min(wanted.number, different(columns)), None)


@dataclass(frozen=True)
class Clusters:
    """What the model keeps of a fitted pipeline."""

    mean: Row
    scale: Row
    directions: tuple[Row, ...]
    centres: tuple[Row, ...]
    labels: "NDArray[np.intp]"


def _clusters(columns: "Matrix", groups: Sequence[str], number: int, seed: int) -> Clusters:
    """The clusters of these columns; one needs no search, and no direction to be told by."""
    if number == 1:
        width = columns.shape[1]
        nobody = np.zeros(len(columns), dtype=np.intp)
        return Clusters((0.0,) * width, (0.0,) * width, (), ((),), nobody)
    pipeline = persona_pipeline(groups, number, seed).fit(columns)
    scaler, reduction, clustering = (step for _, step in pipeline.steps)
    return Clusters(
        _row(scaler.mean_),
        _row(scaler.scale_),
        tuple(map(_row, reduction.components_)),
        tuple(map(_row, clustering.cluster_centers_)),
        clustering.labels_,
    )


def _row(values: "Matrix") -> Row:
    return tuple(values.tolist())


def _with_ids(
    model: PersonaModel, table: "pd.DataFrame", earlier: PersonaModel | None
) -> PersonaModel:
    """The model with an id for each persona: the earlier one's where it is the same, or a new one.

    An id says nothing of size or rank, and that of a persona which is gone is never given again.
    """
    kept = _same_as(model, table, earlier) if earlier else {}
    number = earlier.next_number if earlier else 1
    ids = []
    for place in range(len(model.centres)):
        if place not in kept:
            kept[place], number = f"p{number}", number + 1
        ids.append(kept[place])
    gone = [*earlier.retired, *(set(earlier.persona_ids) - set(ids))] if earlier else []
    return replace(model, persona_ids=tuple(ids), next_number=number, retired=tuple(sorted(gone)))


def _same_as(model: PersonaModel, table: "pd.DataFrame", earlier: PersonaModel) -> dict[int, str]:
    """By place of a new persona the id of the earlier one that has most of its customers.

    One persona for everyone is not the same as any of several.
    """
    from scipy.optimize import linear_sum_assignment

    if (
        min(len(model.centres), len(earlier.centres))
        == 1
        < max(len(model.centres), len(earlier.centres))
    ):
        return {}
    overlap = _overlap(_labels(earlier, table), _labels(model, table))
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    return {
        int(new): earlier.persona_ids[old]
        for old, new in zip(rows, columns, strict=True)
        if overlap[old, new] >= LEAST_OVERLAP
    }


def _labels(model: PersonaModel, table: "pd.DataFrame") -> "NDArray[np.bool_]":
    """Who belongs to whom: one row per persona, one column per customer."""
    _, matrix = matrix_of(table, model.features)
    found = nearest(model.places(matrix), np.array(model.centres))
    return np.asarray(found[None, :] == np.arange(len(model.centres))[:, None])


def _overlap(old: "NDArray[np.bool_]", new: "NDArray[np.bool_]") -> "NDArray[np.float64]":
    """The customers that two personas share, of those of either."""
    both = old.astype(float) @ new.T.astype(float)
    either = old.sum(axis=1)[:, None] + new.sum(axis=1)[None, :] - both
    return np.asarray(both / np.maximum(either, 1))
