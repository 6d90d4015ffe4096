"""The journey map as columns, one per stage, for everyone and for each persona."""

from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import Any

from pipeline.numbers import is_known
from pipeline.report.found import is_worst, moments_at, pains_at, pains_of
from pipeline.report.tables import Row, Tables
from pipeline.scales import SENTIMENT, scale_bounds
from pipeline.settings import Settings, Stage

MOMENTS_SHOWN, BEFORE_SHOWN = 2, 3
HEIGHT, MARGIN = 74.0, 9.0  # of the curves, in pixels


def journey_maps(tables: Tables, settings: Settings, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The map of each of these personas: columns in the order of the stages, and curves through
    them, with the same axes in all, so that two of them can be laid side by side."""
    stages = list(enumerate(settings.stages, start=1))
    maps = [[_column(tables, settings, each, *stage) for stage in stages] for each in ids]
    every = [column for columns in maps for column in columns]
    scale = _main_scale(maps[0]) or _main_scale(every)
    moods = [
        mood for mood in (_mood(column["feelings"], scale) for column in every) if mood is not None
    ]
    ends = _ends(moods, scale)
    for columns in maps:
        _draw(columns, scale, ends)
    return [
        {"columns": columns, "persona_id": persona_id, "place": place, "scale": scale, "ends": ends}
        for place, (persona_id, columns) in enumerate(zip(ids, maps, strict=True))
    ]


def _draw(columns: Sequence[dict[str, Any]], scale: str | None, ends: tuple[float, float]) -> None:
    """Lay the curves through the columns of one map."""
    shares = [column["reach"]["journey_share"] if column["reach"] else 0.0 for column in columns]
    moods = [_mood(column["feelings"], scale) for column in columns]
    for number, column in enumerate(columns):
        column["area"] = _segment(shares, number, (0.0, 1.0))
        column["mood"] = _segment(moods, number, ends)


def most_lost(maps: Sequence[Mapping[str, Any]], least: int) -> float:
    """Where the axis of drop-off rates ends in every map: the next tenth above all that is said."""
    highs = [
        column["drop_off"]["drop_off_high"]
        for each in maps
        for column in each["columns"]
        if column["drop_off"]
        and not column["is_small"]
        and not 0 < column["drop_off"]["dropped"] < least
        and is_known(column["drop_off"]["drop_off_high"])
    ]
    return min(1.0, ceil(10 * max(highs, default=1.0)) / 10) or 1.0


def _column(
    tables: Tables, settings: Settings, persona_id: str, number: int, stage: Stage
) -> dict[str, Any]:
    pains = pains_of(tables, persona_id)
    moments = moments_at(tables, persona_id, stage.stage)
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
            for row in tables.of("feelings", persona_id, level="stage", node=stage.stage)
            if row["customers"] >= least
        ],
        "pains": pains_at(pains, persona_id, stage.stage),
        "is_worst": is_worst(pains, persona_id, stage.stage),
        "moments": moments[:MOMENTS_SHOWN],
        "marked": {row["touchpoint"]: row["place"] for row in reversed(moments)},
        "before": before(tables, persona_id, stage.stage, "before", least),
        "after": before(tables, persona_id, stage.stage, "after", least),
        "behind": _behind(stage),
        "asides": [(each.touchpoint, each.notes) for each in stage.touchpoints if each.notes],
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


def _behind(stage: Stage) -> list[dict[str, Any]]:
    """The people, systems and processes behind each touchpoint of a stage, where any are told."""
    behind = []
    for each in stage.touchpoints:
        told = (
            ("who", [*([each.owner] if each.owner else []), *each.people]),
            ("with", list(each.systems)), ("how", [each.process] if each.process else []),
        )  # fmt: skip
        if any(names for _, names in told):
            behind.append(
                {"touchpoint": each.touchpoint, "told": [part for part in told if part[1]]}
            )
    return behind


def _main_scale(columns: Sequence[Mapping[str, Any]]) -> str | None:
    """The scale that is asked in most stages, and there of most: the one the curve is drawn in.

    What customers wrote is drawn only where they were asked on no scale.
    """
    asked: dict[str, tuple[int, int]] = {}
    for column in columns:
        for row in column["feelings"]:
            stages, scores = asked.get(row["score_scale"], (0, 0))
            asked[row["score_scale"]] = stages + 1, scores + row["scores"]
    scales = sorted(asked.keys() - {SENTIMENT}) or sorted(asked)
    return max(scales, key=lambda scale: asked[scale], default=None)


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
