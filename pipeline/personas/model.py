"""Personas as a model: found once, kept as plain JSON, and used to assign any customer."""

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from pipeline.personas.matrix import Feature, columns_of, matrix_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Wanted:
    """What the settings say of personas."""

    between: tuple[int, int] = (2, 6)
    number: int | None = None  # instead of choosing one within the bounds
    seed: int = 1
    settings: str = ""  # a digest of all that the model depends on


@dataclass(frozen=True)
class PersonaModel:
    """Where the personas lie among the customers. Everything is plain, so that it can be kept."""

    features: tuple[Feature, ...]
    mean: tuple[float, ...]  # of each column made from the features
    scale: tuple[float, ...]  # by which a column is multiplied
    directions: tuple[tuple[float, ...], ...]  # kept by the reduction, each over the columns
    centres: tuple[tuple[float, ...], ...]  # of each persona, over the directions
    persona_ids: tuple[str, ...]  # in the order of the centres
    names: tuple[str, ...]
    settings: str = ""  # what the model was made with
    silhouette: float | None = None
    next_number: int = 1  # of the next persona that is new
    retired: tuple[str, ...] = field(default=())

    def to_json(self) -> str:
        """The model as text; `from_json` gives back an equal one."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The model that `to_json` wrote."""
        told: dict[str, Any] = json.loads(text)
        told["features"] = tuple(Feature(**feature) for feature in told["features"])
        for name in ("directions", "centres"):
            told[name] = tuple(tuple(row) for row in told[name])
        for name in ("mean", "scale", "persona_ids", "names", "retired"):
            told[name] = tuple(told[name])
        return cls(**told)

    def places(self, matrix: "Matrix") -> "Matrix":
        """Where customers lie: one row each, one column per direction."""
        _, columns = columns_of(matrix, self.features)
        mean = np.array(self.mean)
        centred = np.where(np.isnan(columns), 0.0, columns - mean) * np.array(self.scale)
        directions = np.array(self.directions).reshape(-1, len(mean))
        return np.asarray(centred @ directions.T)


def assign(model: PersonaModel, table: "pd.DataFrame") -> "tuple[NDArray[Any], NDArray[Any]]":
    """The customers of these features, ascending, and the place of the persona of each.

    The nearest centre wins, of two as near the first.
    """
    ids, matrix = matrix_of(table, model.features)
    return ids, nearest(model.places(matrix), np.array(model.centres))


def nearest(places: "Matrix", centres: "Matrix") -> "NDArray[np.intp]":
    """Which centre is nearest to each place."""
    distances = (centres**2).sum(axis=1) - 2 * places @ centres.T
    return np.asarray(distances.argmin(axis=1))
