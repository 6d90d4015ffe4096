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

MOST_VALUES = 40  # of one group; rarer ones say too little to be worth their columns
HOUR, PACE = "hour", "pace"

# How much each group weighs: what customers do and how they come before what the CRM says of them.
WEIGHTS = {
    "channel": 1.0,
    "device": 0.5,
    "hour": 1.0,
    "weekend": 0.1,
    "first touchpoint": 0.5,
    "first steps": 1.0,
    "pace": 0.5,
    "attribute": 0.2,
}


@dataclass(frozen=True)
class Feature:
    """A row of personas.features without its customer and value."""

    feature_group: str
    feature: str


def known_features(table: "pd.DataFrame") -> list[Feature]:
    """The features that the table's customers have, the most frequent of each group; by name."""
    counts = table.groupby(["feature_group", "feature"], sort=True).size().reset_index(name="rows")
    counts = counts.sort_values(["feature_group", "rows", "feature"], ascending=[True, False, True])
    kept = counts.groupby("feature_group", sort=False).head(MOST_VALUES)
    return sorted(
        (Feature(*pair) for pair in zip(kept["feature_group"], kept["feature"], strict=True)),
        key=lambda feature: (feature.feature_group, feature.feature),
    )


def matrix_of(table: "pd.DataFrame", features: Sequence[Feature]) -> "tuple[NDArray[Any], Matrix]":
    """Customer ids, ascending, and their values, one column per feature in the given order.

    An unknown pace or hour is nan, any other missing feature 0; features not given are passed over.
    """
    import pandas as pd

    ids = np.unique(table["customer_id"].to_numpy())
    wanted = pd.DataFrame([vars(feature) for feature in features], columns=["feature_group", "feature"])  # noqa: E501  # fmt: skip
    found = table.merge(wanted.assign(place=range(len(wanted))), on=["feature_group", "feature"])
    matrix = np.zeros((len(ids), len(features)))
    matrix[:, [feature.feature_group in (HOUR, PACE) for feature in features]] = np.nan
    rows = np.searchsorted(ids, found["customer_id"].to_numpy())
    matrix[rows, found["place"].to_numpy()] = found["value"].to_numpy()
    return ids, matrix


def columns_of(matrix: "Matrix", features: Sequence[Feature]) -> "tuple[list[str], Matrix]":
    """The columns to scale, each with its group: an hour becomes a point on the clock, so that
    midnight lies beside one o'clock; a pace of many magnitudes its logarithm (of 1 + hours)."""
    groups, columns = [], []
    for place, feature in enumerate(features):
        values = matrix[:, place]
        if feature.feature_group == HOUR:
            turn = values / 24 * 2 * np.pi
            columns += [np.sin(turn), np.cos(turn)]
            groups += [HOUR, HOUR]
        else:
            columns.append(np.log1p(values * 24) if feature.feature_group == PACE else values)
            groups.append(feature.feature_group)
    return groups, np.column_stack(columns) if columns else np.zeros((len(matrix), 0))


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


def batches(connection: duckdb.DuckDBPyConnection, customers: int) -> "Iterator[pd.DataFrame]":
    """All features, so many customers at a time."""
    sql = """
        select customer_id
        from (select distinct customer_id from personas.features)
        qualify row_number() over (order by customer_id) % ? = 0
        order by customer_id
    """
    ends = [row[0] for row in connection.execute(sql, [customers]).fetchall()]
    for first, last in zip([None, *ends], [*ends, None], strict=True):
        rows = connection.execute(
            """
            select customer_id, feature_group, feature, value
            from personas.features
            where ($first is null or customer_id > $first)
                and ($last is null or customer_id <= $last)
            order by all
            """,
            {"first": first, "last": last},
        ).df()
        if len(rows):
            yield rows
