"""Findings: the rows of `findings.*` that are worth telling, as sentences with their evidence."""

from collections.abc import Mapping
from typing import Any, TypedDict

import duckdb

from pipeline.database import has_table, text

ALL = "all"
CHANCE = 100  # rates are told as so many of a hundred
DAY = 24 * 3600


class Finding(TypedDict):
    """One finding; `size` and its 95 % interval are conversions, `sql` shows where it is from."""

    finding_id: str
    kind: str
    persona_id: str
    stage: str | None
    touchpoint: str | None
    sentence: str
    size: float
    low: float
    high: float
    evidence: dict[str, Any]
    sql: str


PAIN_POINTS = """
    select pain_points.*, profiles.name
    from findings.pain_points
    left join personas.profiles using (persona_id)
    where is_beyond_usual and not is_withheld
    order by rank
"""

# What a finding rests on: the column of findings.pain_points, as it is told.
EVIDENCE = (
    "mature_visits", "dropped", "drop_off_rate", "drop_off_low", "drop_off_high", "usual_rate",
    "chance_to_convert_rate", "touchpoint_drop_off_rate", "touchpoint_usual_rate", "repeat_share",
    "went_back_rate", "median_wait_days", "support_share", "mean_score", "usual_score",
    "score_scale", "scores",
)  # fmt: skip


def read_findings(connection: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Everything worth acting on, in order of rank; empty where nothing is beyond what is usual.

    Findings about fewer customers than `min_group`, or fewer lost journeys, are withheld.
    """
    if not has_table(connection, "findings.pain_points"):
        return []
    found = connection.execute(PAIN_POINTS)
    names = [column[0] for column in found.description or ()]
    return [_pain_point(dict(zip(names, row, strict=True))) for row in found.fetchall()]


def _pain_point(row: Mapping[str, Any]) -> Finding:
    return Finding(
        finding_id=row["finding_id"],
        kind="pain_point",
        persona_id=row["persona_id"],
        stage=row["stage"],
        touchpoint=row["touchpoint"],
        sentence=_sentence(row),
        size=row["conversions_lost"],
        low=row["conversions_lost_low"],
        high=row["conversions_lost_high"],
        evidence=_evidence(row),
        sql=(
            "select * from findings.pain_points\n"
            f"where persona_id = {text(row['persona_id'])} and stage = {text(row['stage'])}"
        ),
    )


def _sentence(row: Mapping[str, Any]) -> str:
    """`“Paid on mobile” get lost at “usage”: 44 of 100 visits there are the last …`."""
    is_all = row["persona_id"] == ALL
    who = "Customers" if is_all else f"“{row['name'] or row['persona_id']}”"
    usual = "at the other stages" if is_all else "of the other customers"
    after = f", most of all after “{row['touchpoint']}”" if row["touchpoint"] else ""
    return (
        f"{who} get lost at “{row['stage']}”{after}: {_hundredths(row['drop_off_rate'])} of "
        f"{CHANCE} visits there are the last ({_hundredths(row['drop_off_low'])} to "
        f"{_hundredths(row['drop_off_high'])}), against {_hundredths(row['usual_rate'])} {usual}. "
        f"That is about {_conversions(row['conversions_lost'])} lost."
    )


def _hundredths(rate: float) -> str:
    """`7`, and where that would say little `0.7`."""
    return f"{CHANCE * rate:.1f}" if 0 < CHANCE * rate < 1 else f"{CHANCE * rate:.0f}"


def _conversions(count: float) -> str:
    return "1 conversion" if count < 1.5 else f"{count:,.0f} conversions"


def _evidence(row: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of it; what is not is left out."""
    wait = row["median_wait_seconds"]
    told = {
        **row,
        "chance_to_convert_rate": row["chance_to_convert"],
        "median_wait_days": wait / DAY if wait is not None else None,
        "scores": row["scores"] or None,
    }
    return {name: told[name] for name in EVIDENCE if told[name] is not None}
