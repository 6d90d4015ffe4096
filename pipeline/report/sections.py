"""What each section of the report shows, made ready for its template: chosen, cut and withheld."""

from collections.abc import Sequence
from datetime import timedelta
from math import ceil
from typing import Any

from markupsafe import Markup

from pipeline import drawings
from pipeline.numbers import count, is_known, kept_back, number, share, short
from pipeline.report.found import findings_of
from pipeline.report.journey_map import before
from pipeline.report.tables import EVERYONE, Row, Tables
from pipeline.settings import Settings

PATH_STEPS_SHOWN, TABLE_ROWS, MATRIX_ROWS, AT_ONCE = 16, 60, 40, 3
STAGES_BY_MONTH = 12
TO_ACT_ON = ("pain_point", "moment_of_truth", "difference")  # a loop costs little by itself
PARTS = ("advanced", "converted", "went_back", "dropped", "open")
DEEPEST = 48  # of a cell's colour; deeper, the dark scheme's figures fall below 4.5 to 1
PART_COLOURS = ("is-accent", "is-mid", "is-back", "is-lost", "is-open")
KINDS = {
    "pain_point": "Pain point", "moment_of_truth": "Moment of truth", "difference": "Difference",
    "loop": "Loop", "feeling": "Feeling", "conformance": "The assumed map",
}  # fmt: skip
SAID = {"START": "Started", "CONVERTED": "Converted", "DROPPED": "Dropped", "OPEN": "Still open"}


def said(node: str) -> str:
    """A node of the graph as the report calls it."""
    return SAID.get(node, node)


def first_screen(tables: Tables, settings: Settings) -> dict[str, Any]:
    """The words and figures that a manager sees first."""
    outcome = next(iter(tables.of("outcomes", EVERYONE)), None)
    horizon = next(iter(tables["horizon"]), {})
    conversion = next(iter(tables.of("conversion", EVERYONE, month="all")), None)
    has_journeys = bool(outcome and outcome["journeys"])
    return {
        "outcome": outcome,
        "has_journeys": has_journeys,
        "is_tiny": bool(outcome and outcome["customers"] < settings.privacy.min_group),
        "conversion": conversion,
        "horizon": horizon.get("horizon"),
        "first_at": horizon.get("first_event_at"),
        "dots": drawings.hundred(outcome["converted_share"], outcome["dropped_share"])
        if outcome and has_journeys
        else Markup(""),
        "three": [row for row in findings_of(tables, EVERYONE) if row["kind"] in TO_ACT_ON][
            :AT_ONCE
        ],
        "gains": {row["finding_id"]: row for row in tables["what_ifs"]},
        "nothing": "No event of the sources is mapped to a touchpoint by the rules of the settings."
        if tables["sources"] and horizon.get("horizon")
        else "The sources hold no event that could be used.",
    }


def funnel(tables: Tables, persona_id: str, least: int) -> dict[str, Any]:
    """The rows of graph.stages with what is withheld and the bars."""
    customers = {row["stage"]: row["customers"] for row in tables.of("reach", persona_id)}
    rows = tables.of("stages", persona_id)
    most = max((row["entered"] for row in rows), default=1) or 1
    shown = []
    for row in rows:
        held = dict(zip(PARTS, kept_back([row[part] for part in PARTS], least), strict=True))
        parts = _bar([row[part] for part in PARTS], list(held.values()), PART_COLOURS)
        small = customers.get(row["stage"], 0) < least
        width = 100 * row["entered"] / most
        shown.append(row | {"is_held": held, "parts": parts, "is_small": small, "width": width})
    return {"rows": shown}


def _bar(
    values: Sequence[int], held: Sequence[bool], colours: Sequence[str]
) -> list[tuple[str, int]]:
    """The parts of a bar; withheld ones are drawn as one, so that no length gives them away."""
    parts = [
        (colour, value)
        for colour, value, hidden in zip(colours, values, held, strict=True)
        if not hidden
    ]
    rest = sum(value for value, hidden in zip(values, held, strict=True) if hidden)
    return [*parts, ("is-held", rest)]


def flow(tables: Tables, persona_id: str, least: int) -> dict[str, Any]:
    """The flows of one persona; those of too few customers are told in the table, not drawn."""
    rows = [row | {"is_small": row["customers"] < least} for row in tables.of("flows", persona_id)]
    drawn = [row for row in rows if not row["is_small"]]
    outcome = next(iter(tables.of("outcomes", persona_id)), None)
    if not drawn or outcome is None:
        return {"rows": [], "drawing": Markup("")}
    return {"rows": rows, "drawing": drawings.flow(drawn, outcome)}


def graph(tables: Tables, settings: Settings, persona_id: str, most: float = 1.0) -> dict[str, Any]:
    """The transition graph of one persona, and the table behind it, without small groups."""
    least = settings.privacy.min_group
    rows = tables.of("transitions", persona_id, level="touchpoint")
    kept = [row for row in rows if row["customers"] >= least]
    nodes = [
        row | {"is_held": True, "drop_off_rate": None} if 0 < row["dropped"] < least else row
        for row in tables.of("drop_offs", persona_id, level="touchpoint")
        if row["customers"] >= least
    ]
    stages: dict[str, tuple[int, str]] = {}
    for touchpoint in settings.touchpoints():
        stages.setdefault(touchpoint.touchpoint, (touchpoint.stage_number, touchpoint.stage))
    return {
        "drawing": drawings.transition_graph(kept, nodes, stages, most) if nodes else Markup(""),
        "is_wide": len({stages[row["node"]] for row in nodes if row["node"] in stages}) > 6,
        "rows": kept[:TABLE_ROWS],
        "withheld": len(rows) - len(kept),
    }


def first_steps(tables: Tables, settings: Settings, persona_id: str) -> dict[str, Any]:
    """Where journeys go from their first step to their eighth, drawn and as a matrix."""
    least = settings.privacy.min_group
    flows = [row for row in tables.of("step_flows", persona_id) if row["customers"] >= least]
    cells = tables.of("step_matrix", persona_id)
    numbers = sorted({row["step_number"] for row in cells})
    told = {(row["node"], row["step_number"]): row for row in cells if row["customers"] >= least}
    order = [*(each.touchpoint for each in settings.touchpoints()), "CONVERTED", "DROPPED", "OPEN"]
    nodes = [node for node in dict.fromkeys(order) if any((node, n) in told for n in numbers)]
    most = max((row["share"] for row in told.values()), default=1) or 1
    rows = [
        {
            "node": node,
            "look": {"DROPPED": "lost", "OPEN": "open"}.get(node, "accent"),
            "cells": [_matrix_cell(told.get((node, number)), most) for number in numbers],
        }
        for node in _busiest(nodes, told)
    ]
    return {
        "drawing": drawings.step_flow(flows) if flows else Markup(""),
        "flows": sorted(flows, key=lambda row: -row["journeys"])[:TABLE_ROWS],
        "numbers": numbers, "rows": rows, "left_out": len(nodes) - len(rows),
    }  # fmt: skip


def _busiest(nodes: Sequence[str], told: dict[tuple[str, int], Row]) -> list[str]:
    """The nodes that are shown: the outcomes, and the touchpoints at which most journeys are."""
    journeys: dict[str, int] = {}
    for (node, _), row in told.items():
        journeys[node] = journeys.get(node, 0) + row["journeys"]
    touchpoints = [node for node in nodes if node not in SAID]
    kept = set(sorted(touchpoints, key=lambda node: -journeys[node])[:MATRIX_ROWS])
    return [node for node in nodes if node in kept or node in SAID]


def _matrix_cell(row: Row | None, most: float) -> Row | None:
    """A cell with the depth of its colour, in hundredths of that of the largest."""
    return None if row is None else row | {"depth": round(DEEPEST * row["share"] / most)}


def most_lost_touchpoint(tables: Tables, ids: Sequence[str], least: int) -> float:
    """Where the scale of the transition graphs ends: the next tenth above every rate told."""
    rates = [
        row["drop_off_rate"]
        for each in ids
        for row in tables.of("drop_offs", each, level="touchpoint")
        if row["customers"] >= least and row["dropped"] >= least
    ]
    return ceil(10 * max(filter(is_known, rates), default=1.0)) / 10 or 1.0


def paths(rows: Sequence[Row], least: int) -> list[dict[str, Any]]:
    """The paths most taken, cut to what can be read, and what is left of all in one row."""
    rows = [row for row in rows if row["customers"] >= least]
    most = max((row["journeys"] for row in rows if row["path"] is not None), default=1)
    shown = []
    for row in rows:
        steps = [] if row["path"] is None else row["path"].split(" > ")
        outcomes = ("converted", "dropped", "open")
        held = kept_back([row[part] for part in outcomes], least)
        colours = ("is-mid", "is-lost", "is-open")
        shown.append(
            row
            | {
                "steps": steps[:PATH_STEPS_SHOWN],
                "more": max(0, len(steps) - PATH_STEPS_SHOWN),
                "is_held": dict(zip(outcomes, held, strict=True)),
                "parts": _bar([row[part] for part in outcomes], held, colours),
                "width": min(100.0, 100 * row["journeys"] / most),
            }
        )
    return shown


def leaving(tables: Tables, settings: Settings, persona_id: str) -> dict[str, Any]:
    """What came just before the end of dropped journeys, and straight after, by stage."""
    least = settings.privacy.min_group
    rows = [
        {
            "stage": stage.stage,
            "before": before(tables, persona_id, stage.stage, "before", least),
            "going_on": before(tables, persona_id, stage.stage, "before going on", least),
            "after": before(tables, persona_id, stage.stage, "after", least),
        }
        for stage in settings.stages
    ]
    return {"rows": [row for row in rows if row["before"] or row["after"]]}


def months(tables: Tables, settings: Settings, persona_id: str) -> dict[str, Any]:
    """Conversion and drop-off by month of start; months with too few journeys are withheld."""
    least = settings.privacy.min_group
    rows = [
        row | {"is_small": row["customers"] < least, "is_held": 0 < row["converted"] < least}
        for row in tables.of("conversion", persona_id)
        if row["month"] != "all"
    ]
    drawn = [row for row in rows if not row["is_small"] and not row["is_held"]]
    return {
        "rows": rows if drawn else [], "drawn": drawn,
        "marks": _marks(tables, settings, [row["month"] for row in drawn]),
        **_stages_by_month(tables, settings, persona_id, [row["month"] for row in rows]),
    }  # fmt: skip


def _marks(tables: Tables, settings: Settings, shown: Sequence[str]) -> list[dict[str, str]]:
    """What happened in these months: actions taken, and up to when the last runs saw."""
    actions = [(f"{each.date:%Y-%m}", short(each.what, 80)) for each in settings.actions]
    runs = [(row["month"], "up to here a run saw") for row in tables["run_months"]]
    return [{"month": at, "said": told} for at, told in [*actions, *runs] if at in shown]


def _stages_by_month(
    tables: Tables, settings: Settings, persona_id: str, shown: Sequence[str]
) -> dict[str, Any]:
    """A picture of the drop-off by month for each stage, with the same axes, and its rows."""
    least = settings.privacy.min_group
    kept = [
        row
        for row in tables.of("month_drop_offs", persona_id)
        if row["customers"] >= least and not 0 < row["dropped"] < least and row["month"] in shown
    ]
    highs = [row["drop_off_high"] for row in kept if is_known(row["drop_off_high"])]
    most = max(highs, default=1.0) or 1.0
    stages = []
    for stage in [each.stage for each in settings.stages][:STAGES_BY_MONTH]:
        rows = [row for row in kept if row["node"] == stage]
        if len(rows) > 1:
            label = f"Drop-off at {short(stage)} by month of start; the table behind it follows"
            drawing = drawings.by_month(rows, shown, most, label)
            stages.append({"stage": stage, "rows": rows, "drawing": drawing})
    return {"stages": stages, "most": most}


def in_words(length: timedelta) -> str:
    """A length of time as the settings say it: 30 days."""
    if length >= timedelta(days=1):
        days = length / timedelta(days=1)
        return f"{number(days)} {'day' if days == 1 else 'days'}"
    return f"{number(length / timedelta(minutes=1))} minutes"


def evidence(finding: Row) -> list[tuple[str, str]]:
    """What a finding rests on, as pairs of a term and what is said of it."""
    found = finding.get("evidence") or {}
    return [(_term(name), _told(name, value)) for name, value in found.items()]


def _term(name: str) -> str:
    if name == "q_value":
        return "False alarms to be expected among findings as sure (q)"
    return short(name.replace("_", " ").capitalize())


def _told(name: str, value: Any) -> str:
    if name == "q_value" and value < 0.001:
        return "below 0.001"
    if isinstance(value, float) and name.endswith(("_share", "_rate", "_low", "_high")):
        return share(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return short(value, 300)
    return count(value) if isinstance(value, int) else number(value, 2)
