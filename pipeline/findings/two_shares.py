"""Two shares of customers, one beside the other: whether they differ beyond chance, in Python.

The test is that of findings.comparisons, the family that of findings.tests.
"""

from collections.abc import Sequence
from math import copysign, erfc, log, sqrt
from typing import Any

from pipeline.findings.finding import Row

LEVEL, LEAST_DIFFERENCE = 0.05, 0.03  # what is sure, and large enough to be told
LEAST_EXPECTED = 5  # in each of the four counts


def family(counted: Sequence[Row], min_group: int) -> list[dict[str, Any]]:
    """The rows that suffice to be tested, the surest first: z_value, p_value, and q_value of
    Benjamini and Hochberg (1995) over all of them; is_told where sure and large enough."""
    tests = [_tested(row) for row in counted if _is_enough(row, min_group)]
    tests.sort(key=lambda row: row["p_value"])
    for row, least in zip(tests, false_alarms([row["p_value"] for row in tests]), strict=True):
        is_large = abs(row["share"] - row["other_share"]) >= LEAST_DIFFERENCE
        row |= {"q_value": least, "is_told": least <= LEVEL and is_large}
    return tests


def false_alarms(p_values: Sequence[float]) -> list[float]:
    """The q-values of Benjamini and Hochberg (1995), in the order of their p-values: the share of
    false alarms to be expected among all that are as sure."""
    adjusted, least = [1.0] * len(p_values), 1.0
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    for rank, place in reversed(list(enumerate(order, 1))):
        least = min(least, p_values[place] * len(p_values) / rank)
        adjusted[place] = least
    return adjusted


def _tested(row: Row) -> dict[str, Any]:
    z = z_value(row["cases"], row["customers"], row["other_cases"], row["other_customers"])
    return {
        **row,
        "share": row["cases"] / row["customers"],
        "other_share": row["other_cases"] / row["other_customers"],
        "z_value": z,
        "p_value": erfc(abs(z) / sqrt(2)),
    }


def _is_enough(row: Row, min_group: int) -> bool:
    fewer = min(row["customers"], row["other_customers"])
    everyone, cases = row["customers"] + row["other_customers"], row["cases"] + row["other_cases"]
    expected = fewer * min(cases, everyone - cases)
    return bool(fewer >= max(1, min_group) and expected >= LEAST_EXPECTED * everyone)


def z_value(cases: int, customers: int, other_cases: int, other_customers: int) -> float:
    """The signed root of the likelihood ratio, after half a customer was moved towards no
    difference."""
    everyone, all_cases = customers + other_customers, cases + other_cases
    excess = cases - customers * all_cases / everyone
    moved = copysign(min(0.5, abs(excess)), excess)
    a, c, rest = cases - moved, other_cases + moved, everyone - all_cases
    counts = (
        (a, customers * all_cases), (customers - a, customers * rest),
        (c, other_customers * all_cases), (other_customers - c, other_customers * rest),
    )  # fmt: skip
    ratio = sum(n * log(n * everyone / margins) for n, margins in counts if n > 0)
    return copysign(sqrt(2 * max(0.0, ratio)), excess)
