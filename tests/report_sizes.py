"""Maps of every size as rows: one touchpoint; 40 stages, 320 touchpoints and long names."""

from typing import Any

import report_rows

from pipeline.report.tables import Tables
from pipeline.settings import Settings

LONG = "A very long name of a stage that somebody wrote in full, with all there is to say " * 3
RIGHT_TO_LEFT = "\u05e9\u05dc\u05d1 \u0627\u0644\u0645\u0631\u062d\u0644\u0629"


def named(stage: int, place: int | None = None) -> str:
    """A name of 200 characters, one from right to left, or a plain one."""
    what = f"stage {stage}" if place is None else f"touchpoint {stage}.{place}"
    if stage % 5 == 1:
        return f"{what} {LONG}"[:200].strip()
    return f"{RIGHT_TO_LEFT} {what}" if stage % 5 == 2 else what


def of_size(stages: int, touchpoints: int) -> tuple[Tables, Settings]:
    """A map of so many stages, each with so many touchpoints; no scores, no personas."""
    names = {named(n): [named(n, place) for place in range(touchpoints)] for n in range(stages)}
    settings = report_rows.settings(
        stages=[
            {"stage": stage, "touchpoints": [
                {"touchpoint": each, "where": f"event = '{each}'", "owner": "somebody"}
                for each in inside]}
            for stage, inside in names.items()
        ],
        journey={"goal": list(names.values())[-1][-1], "give_up_after": "30 days"}, actions=[],
    )  # fmt: skip
    rows = {
        "reach": _of_stages(names, report_rows.reach()[0]),
        "stages": _of_stages(names, report_rows.stage_rows()[0]),
        "drop_offs": list(_drop_offs(names)), "transitions": list(_transitions(names)),
        "flows": list(_flows(list(names))), "feelings": [], "before_after": [], "profiles": [],
        "traits": [], "step_matrix": list(_steps(names)), "step_flows": [], "findings": [],
        "month_drop_offs": [], "map_fits": [], "conformance": [],
    }  # fmt: skip
    return report_rows.tables(**rows), settings


def _of_stages(names: dict[str, list[str]], row: dict[str, Any]) -> list[dict[str, Any]]:
    return [row | {"stage": stage, "stage_number": n} for n, stage in enumerate(names, 1)]


def _drop_offs(names: dict[str, list[str]]) -> Any:
    row = report_rows.drop_offs()[0] | {"persona_id": "all"}
    for stage, inside in names.items():
        yield row | {"level": "stage", "node": stage}
        for each in inside:
            yield row | {"level": "touchpoint", "node": each}


def _transitions(names: dict[str, list[str]]) -> Any:
    row = report_rows.transitions()[0] | {"persona_id": "all"}
    flat = [each for inside in names.values() for each in inside]
    for start, end in zip(["START", *flat], [*flat, "CONVERTED"], strict=True):
        yield row | {"from_node": start, "to_node": end}


def _flows(stages: list[str]) -> Any:
    row = report_rows.flows()[0] | {"persona_id": "all"}
    for number, stage in enumerate(stages, 1):
        is_last = number == len(stages)
        yield row | {
            "from_node": stage, "from_number": number, "journeys": 100,
            "to_node": "CONVERTED" if is_last else stages[number],
            "to_number": None if is_last else number + 1,
        }  # fmt: skip


def _steps(names: dict[str, list[str]]) -> Any:
    row = report_rows.step_matrix()[0]
    for inside in names.values():
        for each in inside:
            yield row | {"node": each}
