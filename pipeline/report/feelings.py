"""How customers felt at each stage, on every scale that they were asked on, and what they wrote."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.numbers import is_known
from pipeline.report.tables import EVERYONE, Row, Tables
from pipeline.scales import SENTIMENT, scale_bounds
from pipeline.settings import Settings


def feelings(tables: Tables, settings: Settings, persona_id: str) -> dict[str, Any]:
    """By scale the stages with their figures, and by stage what the unhappy wrote before leaving.

    `scales` are told with the most answers first, what was written last; a stage where fewer than
    `min_group` customers answered is left out.
    """
    stages = [each.stage for each in settings.stages]
    rows = [
        row | _placed(row)
        for row in tables.of("feelings", persona_id, level="stage")
        if row["customers"] >= settings.privacy.min_group and row["node"] in stages
    ]
    asked: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: stages.index(row["node"])):
        asked.setdefault(row["score_scale"], []).append(row)
    scales = sorted(asked, key=lambda each: (each == SENTIMENT, -_answers(asked[each]), each))
    return {
        "scales": [_told(scale, asked[scale]) for scale in scales],
        "words": [row["word"] for row in tables.of("leaving_words", persona_id)],
        "quotes": _quotes(tables, stages, persona_id),
    }


def _answers(rows: Sequence[Row]) -> int:
    return sum(row["scores"] for row in rows)


def _told(scale: str, rows: list[Row]) -> dict[str, Any]:
    low, high = (-100, 100) if scale == "nps" else scale_bounds(scale)
    return {"scale": scale, "low": low, "high": high, "rows": rows}


def _placed(row: Row) -> dict[str, Any]:
    """The figure that stands for a row, with its interval, and where on its scale it lies (0 to 1).

    Of nps that is the net promoter score, of any other scale the mean.
    """
    prefix = ("nps", "nps_low", "nps_high") if row["score_scale"] == "nps" else (
        "mean_score", "mean_low", "mean_high")  # fmt: skip
    figure, low, high = (row[column] for column in prefix)
    start, end = (-100, 100) if prefix[0] == "nps" else scale_bounds(row["score_scale"])
    places = [
        (value - start) / (end - start) if is_known(value) else None
        for value in (figure, low, high)
    ]
    return {"figure": figure, "figure_low": low, "figure_high": high, "places": places}


def _quotes(tables: Tables, stages: Sequence[str], persona_id: str) -> list[dict[str, Any]]:
    """The stages where unhappy customers wrote before they left, with what they wrote there."""
    told = {stage: tables.of("quotes", persona_id, stage=stage) for stage in stages}
    return [
        {"stage": stage, "writers": rows[0]["writers"], "rows": rows}
        for stage, rows in told.items()
        if rows
    ]


def languages(tables: Tables) -> Mapping[str, Any]:
    """In which languages customers wrote, and of how many texts it could be told how they felt."""
    rows = tables["text_languages"]
    return {
        "rows": rows,
        "texts": sum(row["texts"] for row in rows),
        "read": sum(row["texts_with_sentiment"] for row in rows),
    }


def is_felt(tables: Tables) -> bool:
    """Whether customers were asked how they felt, or wrote anything."""
    return bool(tables.of("feelings", EVERYONE, level="stage") or tables["text_languages"])
