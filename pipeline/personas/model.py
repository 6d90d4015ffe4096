"""Personas as a model: found once, kept as plain JSON, and used to assign any customer."""

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from pipeline.personas.matrix import ATTRIBUTE, WALK, Feature, columns_of, matrix_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Places = NDArray[np.intp]

Row = tuple[float, ...]

DIGITS = 9  # of a score: what is nearer than that is as near


@dataclass(frozen=True)
class Wanted:
    """What the settings say of personas."""

    between: tuple[int, int] = (2, 6)
    number: int | None = None  # instead of choosing one within the bounds
    seed: int = 1
    settings: str = ""  # a digest of all that the model depends on
    method: str = "k-means"
    left_out: tuple[str, ...] = ()  # attributes that tell who converted


@dataclass(frozen=True)
class Tried:
    """One number of personas that was tried, and how it did; None where it was not asked."""

    personas: int
    quality: float | None  # silhouette; with Markov chains minus BIC per customer
    stability: float | None  # mean adjusted Rand index of the same customers over refits
    chance: float | None = None  # the quality on shuffled data


@dataclass(frozen=True)
class Retired:
    """A persona that is no more: who most of its customers are now, if anybody."""

    persona_id: str
    name: str
    became: str | None


@dataclass(frozen=True)
class PersonaModel:
    """Where the personas lie among the customers. Everything is plain, so that it can be kept."""

    method: str
    features: tuple[Feature, ...]
    mean: Row  # of each column made from the features
    scale: Row  # by which a column is multiplied
    directions: tuple[Row, ...]  # kept by the reduction, each over the columns; none: the columns
    centres: tuple[Row, ...]  # of each persona over the directions; of chains: logs of chances
    offsets: Row  # added to each persona's score: the logarithm of its share, where that counts
    shapes: tuple[tuple[Row, ...], ...]  # of Gaussians: the Cholesky factors of their precisions
    persona_ids: tuple[str, ...]  # in the order of the centres
    names: tuple[str, ...]
    settings: str = ""  # what the model was made with
    silhouette: float | None = None
    tried: tuple[Tried, ...] = ()
    customers: int = 0  # that it was found on
    clearness: float | None = None  # see `clearness`, when it was found
    unknown_share: float = 0.0  # see `unknown_share`, when it was found
    next_number: int = 1  # of the next persona that is new
    retired: tuple[Retired, ...] = field(default=())

    def to_json(self) -> str:
        """The model as text; `from_json` gives back an equal one."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The model that `to_json` wrote. Raises TypeError or KeyError for one of another form."""
        told: dict[str, Any] = json.loads(text)
        told["features"] = tuple(Feature(**feature) for feature in told["features"])
        told["tried"] = tuple(Tried(**tried) for tried in told["tried"])
        told["retired"] = tuple(Retired(**retired) for retired in told["retired"])
        for name in ("directions", "centres"):
            told[name] = tuple(tuple(row) for row in told[name])
        told["shapes"] = tuple(tuple(tuple(row) for row in shape) for shape in told["shapes"])
        for name in ("mean", "scale", "offsets", "persona_ids", "names"):
            told[name] = tuple(told[name])
        return cls(**told)

    def places(self, matrix: "Matrix") -> "Matrix":
        """Where customers lie: one row each, one column per direction."""
        _, columns = columns_of(matrix, self.features)
        centred = (columns - np.array(self.mean)) * np.array(self.scale)
        np.nan_to_num(centred, copy=False)
        if not self.directions:
            return np.asarray(centred)
        return np.asarray(centred @ np.array(self.directions).T)

    def scores(self, places: "Matrix") -> "Matrix":
        """How well each customer fits each persona, customer × persona; the higher the better."""
        if len(self.centres) == 1:
            return np.zeros((len(places), 1))
        centres, offsets = np.array(self.centres), np.array(self.offsets)
        if self.method == "markov mixture":
            return np.asarray(places @ centres.T + offsets)
        if self.shapes:
            apart = [
                (((places - centre) @ np.array(shape)) ** 2).sum(axis=1)
                for centre, shape in zip(centres, self.shapes, strict=True)
            ]
            return np.asarray(offsets - np.column_stack(apart) / 2)
        return np.asarray(2 * places @ centres.T - (centres**2).sum(axis=1))

    def nearest(self, matrix: "Matrix") -> "Places":
        """The place of each customer's persona; of two as near the first."""
        return np.asarray(np.round(self.scores(self.places(matrix)), DIGITS).argmax(axis=1))


def assign(model: PersonaModel, table: "pd.DataFrame") -> "tuple[NDArray[Any], Places]":
    """The customers of these features, ascending, and the place of the persona of each."""
    ids, matrix = matrix_of(table, model.features)
    return ids, model.nearest(matrix)


def unknown_share(model: PersonaModel, table: "pd.DataFrame") -> float:
    """The share of what is known of these customers that the model has no feature for."""
    groups = {feature.feature_group for feature in model.features} - {ATTRIBUTE, WALK}
    rows = table[table["feature_group"].isin(groups)]
    if rows.empty:
        return 0.0
    seen = {(feature.feature_group, feature.feature) for feature in model.features}
    pairs = zip(rows["feature_group"], rows["feature"], strict=True)
    return sum(pair not in seen for pair in pairs) / len(rows)


def clearness(model: PersonaModel, matrix: "Matrix") -> float | None:
    """How clearly customers belong to their persona rather than to the next, mean from 0 to 1.

    Of centres: 1 less the distance to their own over that to the next one. Of mixtures: how much
    likelier their own is than the next. None for one persona.
    """
    if len(model.centres) < 2 or not len(matrix):
        return None
    places = model.places(matrix)
    best = -np.sort(-model.scores(places), axis=1)[:, :2]
    if model.shapes or model.method == "markov mixture":
        return float((1 - np.exp(best[:, 1] - best[:, 0])).mean())
    distances = np.sqrt(np.maximum((places**2).sum(axis=1)[:, None] - best, 0.0))
    return float((1 - distances[:, 0] / np.maximum(distances[:, 1], 1e-12)).mean())
