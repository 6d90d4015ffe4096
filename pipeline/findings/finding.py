"""The shape of a finding, and how its numbers are said."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypedDict

ALL = "all"
CHANCE = 100  # rates are told as so many of a hundred
DAY = 24 * 3600

Row = Mapping[str, Any]


class Finding(TypedDict):
    """One finding; `size` and its 95 % interval are conversions, `sql` shows where it is from."""

    finding_id: str
    kind: str
    persona_id: str
    stage: str | None
    touchpoint: str | None
    sentence: str
    size: float
    low: float | None
    high: float | None
    evidence: dict[str, Any]
    sql: str


def hundredths(rate: float) -> str:
    """`7`, and where that would say little `0.7`."""
    return f"{CHANCE * rate:.1f}" if 0 < CHANCE * rate < 1 else f"{CHANCE * rate:.0f}"


def conversions(count: float) -> str:
    """`1 conversion`, `1,200 conversions`; never below one."""
    return "1 conversion" if abs(count) < 1.5 else f"{abs(count):,.0f} conversions"


def days(count: float) -> str:
    """`1 day`, `30 days`."""
    return "1 day" if round(count) == 1 else f"{count:,.0f} days"


def who(row: Row) -> str:
    """The persona by its name, in quotes; `Customers` where it is about everyone."""
    return "Customers" if row["persona_id"] == ALL else f"“{row['name'] or row['persona_id']}”"


def day(moment: date) -> str:
    """`4 August 2025`."""
    return f"{moment.day} {moment:%B %Y}"
