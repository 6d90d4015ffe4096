"""The journey map as columns, one per stage, for everyone and for each persona."""

from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import Any

from pipeline.numbers import is_known
from pipeline.report.tables import EVERYONE, Row, Tables
from pipeline.scales import scale_bounds
from pipeline.settings import Settings, Stage

TOUCHPOINTS_SHOWN, PAINS_SHOWN, BEFORE_SHOWN = 6, 2, 3
HEIGHT, MARGIN = 74.0, 9.0  # of the curves, in pixels


def journey_map(tables: Tables, settings: Settings, persona_id: str) -> dict[str, Any]:
    """The columns of one persona's map in the order of the stages, with curves through them."""
    columns = [
        _column(tables, settings, persona_id, number, stage)
        for number, stage in enumerate(settings.stages, start=1)
    ]
    shares = [column["reach"]["journey_share"] if column["reach"] else 0.0 for column in columns]
    scale = _main_scale(columns)
    moods = [_mood(column["feelings"], scale) for column in columns]
    ends = _ends([mood for mood in moods if mood is not None], scale)
    for place, column in enumerate(columns):
        column["area"] = _segment(shares, place, (0.0, 1.0))
        column["mood"] = _segment(moods, place, ends)
    return {"columns": columns, "persona_id": persona_id, "scale": scale, "ends": ends}


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


def _column(
    tables: Tables, settings: Settings, persona_id: str, number: int, stage: Stage
) -> dict[str, Any]:
    pains = [row for row in findings_of(tables, persona_id) if row["kind"] == "pain_point"]
    least = settings.privacy.min_group
    reach = _first(tables.of("reach", persona_id, stage=stage.stage))
    drop_off = _first(tables.of("drop_offs", persona_id, level="stage", node=stage.stage))
    return {
        "stage": stage.stage,
        "number": number,
        "notes": stage.notes,
        "reach": reach,
        "is_small": bool(reach and reach["customers"] < least),
        "fate": _first(tables.of("stages", persona_id, stage=stage.stage)),
        "drop_off": drop_off,
        "touchpoints": _touchpoints(tables, settings, persona_id, stage),
        "feelings": [
            row
            for row in tables.of("feelings", persona_id, stage=stage.stage)
            if row["customers"] >= least
        ],
        "pains": [row for row in pains if row["stage"] == stage.stage][:PAINS_SHOWN],
        "is_worst": bool(pains) and pains[0]["stage"] == stage.stage,
        "before": before(tables, persona_id, stage.stage, "before", least),
        "behind": _behind(stage),
        "actions": [
            action
            for action in settings.actions
            if action.touchpoint in {each.touchpoint for each in stage.touchpoints}
        ],
    }


def _first(rows: Sequence[Row]) -> Row | None:
    return rows[0] if rows else None


def _touchpoints(
    tables: Tables, settings: Settings, persona_id: str, stage: Stage
) -> list[dict[str, Any]]:
    """What customers do there, most frequent first; widths are relative to the first."""
    names = {touchpoint.touchpoint for touchpoint in stage.touchpoints}
    rows = [
        row
        for row in tables.of("drop_offs", persona_id, level="touchpoint")
        if row["node"] in names and row["customers"] >= settings.privacy.min_group
    ]
    most = max((row["steps"] for row in rows), default=1)
    return [{**row, "width": 100 * row["steps"] / most} for row in rows]


def before(tables: Tables, persona_id: str, stage: str, position: str, least: int) -> list[Row]:
    """What customers met just before they left from a stage, or straight after they came back."""
    rows = tables.of("before_after", persona_id, stage=stage, position=position)
    return [row for row in rows if row["customers"] >= least][:BEFORE_SHOWN]


def _behind(stage: Stage) -> dict[str, list[str]]:
    """The people, systems and processes behind a stage's touchpoints, each once."""
    touchpoints = stage.touchpoints
    return {
        "people": _once(
            [*([each.owner] if each.owner else []), *each.people] for each in touchpoints
        ),
        "systems": _once(each.systems for each in touchpoints),
        "processes": _once([each.process] for each in touchpoints if each.process),
        "notes": _once([each.notes] for each in touchpoints if each.notes),
    }


def _once(groups: Any) -> list[str]:
    return list(dict.fromkeys(name for group in groups for name in group))


def _main_scale(columns: Sequence[Mapping[str, Any]]) -> str | None:
    """The scale that is asked in most stages, and there of most: the one the curve is drawn in."""
    asked: dict[str, tuple[int, int]] = {}
    for column in columns:
        for row in column["feelings"]:
            stages, scores = asked.get(row["score_scale"], (0, 0))
            asked[row["score_scale"]] = stages + 1, scores + row["scores"]
    return max(sorted(asked), key=lambda scale: asked[scale]) if asked else None


def _mood(feelings: Sequence[Row], scale: str | None) -> float | None:
    """The mean score on the scale that the curve is drawn in."""
    return next((row["mean_score"] for row in feelings if row["score_scale"] == scale), None)


def _ends(moods: Sequence[float], scale: str | None) -> tuple[float, float]:
    """From where to where the curve's axis runs: whole tenths of the scale around what was said."""
    if not moods or scale is None:
        return 0.0, 1.0
    low, high = scale_bounds(scale)
    tenth = (high - low) / 10
    return (
        low + tenth * max(0, floor((min(moods) - low) / tenth) - 1),
        low + tenth * min(10, ceil((max(moods) - low) / tenth) + 1),
    )


def _segment(
    values: Sequence[float | None], place: int, ends: tuple[float, float]
) -> dict[str, float | None] | None:
    """A curve's part within one column: its height at the middle and at both edges, in pixels.

    At an edge it is halfway to the neighbour, so that the parts meet; there is none beside a gap.
    """
    value = values[place]
    if value is None or not is_known(value):
        return None

    def height(of: float) -> float:
        share = (of - ends[0]) / (ends[1] - ends[0])
        return round(HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * min(max(share, 0.0), 1.0), 1)

    def edge(neighbour: int) -> float | None:
        if not 0 <= neighbour < len(values):
            return None
        beside = values[neighbour]
        return None if beside is None else height((value + beside) / 2)

    return {"left": edge(place - 1), "middle": height(value), "right": edge(place + 1)}
