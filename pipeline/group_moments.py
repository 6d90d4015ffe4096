"""Moments of truth of groups of journeys, each found among the group's own journeys."""

from collections.abc import Mapping, Sequence
from math import erfc, sqrt
from typing import Any

import duckdb

from pipeline.findings.two_shares import LEVEL, false_alarms

Row = dict[str, Any]

QUANTILE = 1.959963984540054  # of a 95 % interval
LEAST_ODDS = 1.25  # as findings.tests has it: what is large enough to be told
MOMENTS = """
    select touchpoint, stage, customers, journeys, rate, expected_rate, odds_ratio, odds_ratio_low,
        odds_ratio_high, z_value, conversions_lost
    from findings.moments_of_truth
    where is_enough and z_value is not null
    order by touchpoint
"""


def read_moments(chosen: duckdb.DuckDBPyConnection) -> list[Row]:
    """What findings.moments_of_truth tells of the group whose excerpt is open."""
    result = chosen.execute(MOMENTS)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def moments(found: Mapping[str, Sequence[Row]]) -> list[Row]:
    """The moments of truth that are sure and large, with their q_value, and the conversions at
    stake (`size`, with `low` and `high`), most first. `found` are the rows of `read_moments` by
    persona_id; all groups and touchpoints are one family of tests."""
    rows = [{"persona_id": name, **row} for name, each in found.items() for row in each]
    p_values = [erfc(abs(row["z_value"]) / sqrt(2)) for row in rows]
    sure = [
        row | {"p_value": p_value, "q_value": q_value} | _at_stake(row)
        for row, p_value, q_value in zip(rows, p_values, false_alarms(p_values), strict=True)
        if q_value <= LEVEL and max(row["odds_ratio"], 1 / row["odds_ratio"]) >= LEAST_ODDS
    ]
    return sorted(sure, key=lambda row: (-row["size"], row["persona_id"], row["touchpoint"]))


def _at_stake(row: Row) -> dict[str, float]:
    size = abs(row["conversions_lost"])
    spread = size * QUANTILE / abs(row["z_value"])
    return {"size": size, "low": size - spread, "high": size + spread}
