"""Features as a matrix: rows of personas.features in, one row of numbers per customer out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Ids = NDArray[np.int64]

HOUR, PACE, TEMPO, ATTRIBUTE, WALK = "hour", "pace", "tempo", "attribute", "walk"
UNKNOWN_IF_MISSING = (HOUR, PACE, TEMPO)  # any other feature that is missing is 0
MOST_VALUES, MOST_MOVES = 40, 400  # of one group; rarer ones say too little for their columns
BETWEEN = ": "  # an attribute and its value

# How much each group weighs: what customers do and how they come before what the CRM says of them.
WEIGHTS = {
    "channel": 1.0,
    "device": 0.5,
    "hour": 1.0,
    "weekday": 0.1,
    "weekend": 0.1,
    "first touchpoint": 0.5,
    "first steps": 1.0,
    "pace": 0.5,
    "attribute": 0.2,
    "touchpoints": 1.0,
    "moves": 0.5,
    "tempo": 0.5,
    "channel mix": 0.5,
}


@dataclass(frozen=True)
class Feature:
    """A row of personas.features without its customer and value."""

    feature_group: str
    feature: str


def known_features(table: "pd.DataFrame", is_walk: bool = False) -> list[Feature]:
    """The features that the table's customers have, the most frequent of each group, by name:
    the moves of a walk, or all others."""
    table = table[(table["feature_group"] == WALK) == is_walk]
    counts = table.groupby(["feature_group", "feature"], sort=True).size().reset_index(name="rows")
    counts = counts.sort_values(["feature_group", "rows", "feature"], ascending=[True, False, True])
    most = MOST_MOVES if is_walk else MOST_VALUES
    kept = counts.groupby("feature_group", sort=False).head(most)
    return sorted(
        (Feature(*pair) for pair in zip(kept["feature_group"], kept["feature"], strict=True)),
        key=lambda feature: (feature.feature_group, feature.feature),
    )


def matrix_of(table: "pd.DataFrame", features: Sequence[Feature]) -> "tuple[Ids, Matrix]":
    """Customer ids, ascending, and their values, one column per feature in the given order.

    What is not known is nan: an hour, a pace, a tempo, and an attribute without a value among the
    features, so that having one tells nothing. Any other missing feature is 0; features not given
    are passed over.
    """
    import pandas as pd

    known = pd.MultiIndex.from_tuples(
        [(feature.feature_group, feature.feature) for feature in features],
        names=["feature_group", "feature"],
    ) if features else pd.MultiIndex.from_arrays([[], []])  # fmt: skip
    pairs = pd.MultiIndex.from_frame(table[["feature_group", "feature"]])
    places = known.get_indexer(pairs)
    return filled(table["customer_id"].to_numpy(), places, table["value"].to_numpy(), features)


def filled(
    customers: "Ids", places: "NDArray[Any]", values: "Matrix", features: Sequence[Feature]
) -> "tuple[Ids, Matrix]":
    """The same from the place of each value's feature; places below 0 are passed over."""
    ids, rows = np.unique(customers, return_inverse=True)
    matrix = np.zeros((len(ids), len(features)), order="F")  # read column by column
    groups = [feature.feature_group for feature in features]
    missing = [group in (*UNKNOWN_IF_MISSING, ATTRIBUTE) for group in groups]
    matrix[:, np.array(missing, dtype=bool)] = np.nan
    is_known = places >= 0
    matrix[rows[is_known], places[is_known]] = values[is_known]
    for columns in _by_attribute(features):
        values_of = matrix[:, columns]
        is_told = ~np.isnan(values_of).all(axis=1, keepdims=True)
        matrix[:, columns] = np.where(is_told, np.nan_to_num(values_of), np.nan)
    return ids, matrix


def _by_attribute(features: Sequence[Feature]) -> list[list[int]]:
    """The columns of each attribute."""
    found: dict[str | None, list[int]] = {}
    for place, feature in enumerate(features):
        if feature.feature_group == ATTRIBUTE:
            found.setdefault(attribute_of(feature), []).append(place)
    return list(found.values())


def attribute_of(feature: Feature) -> str | None:
    """The attribute that a feature is a value of; None for any other feature."""
    is_one = feature.feature_group == ATTRIBUTE
    return feature.feature.partition(BETWEEN)[0] if is_one else None


def columns_of(matrix: "Matrix", features: Sequence[Feature]) -> "tuple[list[str], Matrix]":
    """The columns to cluster, each with its group: an hour becomes a point on the clock, so that
    midnight lies beside one o'clock; a pace of many magnitudes its logarithm (of 1 + hours). The
    group of a move is where it starts from."""
    groups, columns = [], []
    for place, feature in enumerate(features):
        values, group = matrix[:, place], feature.feature_group
        if group == HOUR:
            turn = values / 24 * 2 * np.pi
            columns += [np.sin(turn), np.cos(turn)]
            groups += [HOUR, HOUR]
        else:
            columns.append(np.log1p(values * 24) if group in (PACE, TEMPO) else values)
            groups.append(feature.feature.partition(" > ")[0] if group == WALK else group)
    return groups, np.array(columns).T if columns else np.zeros((len(matrix), 0))


def sample_of(connection: duckdb.DuckDBPyConnection, customers: int) -> "pd.DataFrame":
    """The features of at most so many customers: those of the lowest ids, which are hashes."""
    sql = """
        select customer_id, feature_group, feature, value
        from personas.features
        where customer_id in (
            select distinct customer_id from personas.features order by customer_id limit ?
        )
        order by all
    """
    return connection.execute(sql, [customers]).df()


def batches(
    connection: duckdb.DuckDBPyConnection, features: Sequence[Feature], customers: int
) -> "Iterator[tuple[Ids, Matrix]]":
    """The values of all customers with features, at most so many customers at a time.

    Texts become places in SQL; what is held in memory is one batch of numbers.
    """
    _write_places(connection, features)
    for bounds in _bounds(connection, customers):
        found = connection.execute(
            """
            select customer_id, cast(coalesce(place, -1) as integer) as place, value
            from personas.features
            left join run.persona_places using (feature_group, feature)
            where customer_id between ? and ?
            """,
            bounds,
        ).fetchnumpy()
        ids, places, values = (
            np.asarray(found[name]) for name in ("customer_id", "place", "value")
        )
        yield filled(ids, places, values, features)


def _bounds(connection: duckdb.DuckDBPyConnection, customers: int) -> list[tuple[int, int]]:
    """The first and last customer of each batch."""
    return connection.execute(
        """
        select min(customer_id), max(customer_id)
        from (
            select customer_id, (row_number() over (order by customer_id) - 1) // ? as batch
            from (select distinct customer_id from personas.features)
        )
        group by batch
        order by batch
        """,
        [customers],
    ).fetchall()


def _write_places(connection: duckdb.DuckDBPyConnection, features: Sequence[Feature]) -> None:
    connection.execute(
        "create or replace table run.persona_places"
        " (place integer, feature_group varchar, feature varchar)"
    )
    rows = [(place, each.feature_group, each.feature) for place, each in enumerate(features)]
    if rows:
        connection.executemany("insert into run.persona_places values (?, ?, ?)", rows)
