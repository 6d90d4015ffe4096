"""What was found of whom: findings of everyone and of personas, and the pain points of groups."""

from collections.abc import Sequence

from pipeline.report.tables import EVERYONE, Row, Tables

PAINS_SHOWN = 2


def findings_of(tables: Tables, persona_id: str) -> list[Row]:
    """What to act on, in order of rank: all of it for everyone; a persona's own, and everyone's."""
    names = {row["persona_id"]: row["name"] for row in tables["profiles"]}
    placed = [
        row | {"place": place, "who": names.get(row["persona_id"], "Everyone")}
        for place, row in enumerate(tables.findings, start=1)
    ]
    if persona_id == EVERYONE:
        return placed
    return [row for row in placed if row["persona_id"] in (persona_id, EVERYONE)]


def pains_of(tables: Tables, persona_id: str) -> list[Row]:
    """The pain points on a map, the costliest first. A group's are its own, told under Compare."""
    found = [row for row in findings_of(tables, persona_id) if row["kind"] == "pain_point"]
    return [*own_pains(tables, persona_id), *found]


def own_pains(tables: Tables, persona_id: str) -> list[Row]:
    """The pain points of a group of a comparison; of everyone, and of a persona, there are none."""
    if tables.comparison is None or persona_id == EVERYONE:
        return []
    return [
        {
            "kind": "pain_point", "persona_id": persona_id, "place": None,
            "stage": row["stage"], "touchpoint": row["touchpoint"],
            "rate": row["drop_off_rate"], "usual_rate": row["usual_rate"],
            "size": row["conversions_lost"], "low": row["conversions_lost_low"],
            "high": row["conversions_lost_high"],
        }
        for row in tables.comparison.pain_points
        if row["persona_id"] == persona_id
    ]  # fmt: skip


def moments_at(tables: Tables, persona_id: str, stage: str) -> list[Row]:
    """The moments of truth of one stage; a group's own, or where there are none everyone's."""
    found = [row for row in findings_of(tables, persona_id) if row["kind"] == "moment_of_truth"]
    here = [row for row in found if row["stage"] == stage]
    own = [row for row in own_moments(tables, persona_id) if row["stage"] == stage]
    return own or here


def own_moments(tables: Tables, persona_id: str) -> list[Row]:
    """The moments of truth of a group of a comparison; of everyone, and of a persona, none."""
    if tables.comparison is None or persona_id == EVERYONE:
        return []
    return [
        row
        | {"kind": "moment_of_truth", "place": None, "evidence": {"odds_ratio": row["odds_ratio"]}}
        for row in tables.comparison.moments
        if row["persona_id"] == persona_id
    ]


def pains_at(pains: Sequence[Row], persona_id: str, stage: str) -> list[Row]:
    """Those of one stage: its own, and only where there are none what was found of others."""
    here = [row for row in pains if row["stage"] == stage]
    own = [row for row in here if row["persona_id"] == persona_id]
    return (own or here)[:PAINS_SHOWN]


def is_worst(pains: Sequence[Row], persona_id: str, stage: str) -> bool:
    """Whether the costliest pain point lies at this stage; of a persona or group, of its own."""
    own = [row for row in pains if persona_id in (EVERYONE, row["persona_id"])]
    return bool(own) and bool(own[0]["stage"] == stage)
