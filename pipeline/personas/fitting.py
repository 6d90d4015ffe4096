"""Finding the personas anew, and telling which of the new ones are the old ones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.personas.matrix import known_features, matrix_of
from pipeline.personas.model import PersonaModel, cluster, nearest, space_of
from pipeline.personas.naming import names_of
from pipeline.personas.number import Number, number_of_personas

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

LEAST_OVERLAP = 0.3  # of the customers of an old and a new persona, for them to be the same


@dataclass(frozen=True)
class Wanted:
    """What the settings say of personas."""

    between: tuple[int, int] = (2, 6)
    number: int | None = None  # instead of choosing one within the bounds
    seed: int = 1
    settings: str = ""  # a digest of all that the model depends on


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
    space = space_of(matrix, features)
    number = _number(space.columns, wanted) or number_of_personas(
        space, wanted.between, wanted.seed
    )
    places, directions = space.reduced()
    centres, labels = cluster(places, number.personas, wanted.seed)
    names = names_of(matrix, features, labels)
    order = sorted(range(len(names)), key=lambda place: (names[place], *centres[place]))
    model = PersonaModel(
        features=tuple(features),
        mean=tuple(space.mean.tolist()),
        scale=tuple(space.scale.tolist()),
        directions=tuple(tuple(row) for row in directions.tolist()),
        centres=tuple(tuple(centres[place].tolist()) for place in order),
        persona_ids=(),
        names=tuple(names[place] for place in order),
        settings=wanted.settings,
        silhouette=number.silhouette,
    )
    return _with_ids(model, table, earlier)


def _number(columns: "NDArray[np.float64]", wanted: Wanted) -> Number | None:
    """The number that was set, as far as there are so many different customers."""
    if wanted.number is None:
        return None
    return Number(min(wanted.number, len(np.unique(columns, axis=0))), None)


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


def digest(parts: Sequence[object]) -> str:
    """A short text that stands for these settings."""
    from hashlib import sha256

    return sha256(repr(tuple(parts)).encode()).hexdigest()[:16]
