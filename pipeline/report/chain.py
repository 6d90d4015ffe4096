"""What the chain says in the report: what if, whom to credit, and how far to believe it."""

from collections.abc import Sequence
from typing import Any

from pipeline.numbers import duration, kept_back, per_hundred, short
from pipeline.report.tables import EVERYONE, Row, Tables

CREDITED_SHOWN = 20
NONE = "none"


def believed(tables: Tables, persona_id: str, least: int) -> dict[str, Any]:
    """One sentence on the memory of journeys, one on whether the past foretold what came; forecasts
    of places that few customers came to are withheld. A group has no forecasts."""
    customers = {row["node"]: row["customers"] for row in tables.of("drop_offs", persona_id)}
    customers["START"] = sum(row["customers"] for row in tables.of("outcomes", persona_id))
    forecasts = [
        row
        for row in tables.of("forecasts", persona_id, level="stage")
        if customers.get(row["node"], 0) >= least
    ]
    return {
        "memory": memory_sentence(tables.of("memory", persona_id, level="stage")),
        "forecast": forecast_sentence(forecasts),
        "forecasts": forecasts,
    }


def memory_sentence(rows: Sequence[Row]) -> str:
    """Which memory tells the next stage best; nothing where it is not known."""
    held_out = next((row["steps_remembered"] for row in rows if row["is_best_held_out"]), None)
    by_bic = next((row["steps_remembered"] for row in rows if row["is_best_by_bic"]), None)
    if held_out is None or by_bic is None:
        return ""
    if held_out != by_bic:
        return (
            f"Whether the past matters is not settled: customers held out are told best by "
            f"{_steps(held_out)}, the stricter measure (BIC) prefers {_steps(by_bic)}."
        )
    return {
        0: "Where journeys go next does not even depend on the stage they are at, so the chain "
        "says little here.",
        1: "Where journeys go next depends on the stage they are at and not on the one before it, "
        "as the chain takes for granted.",
        2: "Where journeys go next depends on the stage before too, which the chain does not look "
        "at: its chances are averages over different pasts.",
    }[held_out]


def _steps(remembered: int) -> str:
    said = {0: "no memory", 1: "the present stage", 2: "the present stage and the one before"}
    return said[remembered]


def forecast_sentence(rows: Sequence[Row]) -> str:
    """Whether the first 70 % of the time foretold the rest; nothing where too little is there."""
    if not rows:
        return ""
    until = f"{rows[0]['learned_until']:%-d %B %Y}"
    missed = [row for row in rows if row["is_missed"]]
    if not missed:
        return (
            f"What was learned until {until} foretold all {len(rows)} figures of the time since, "
            "within what chance allows."
        )
    told = "; ".join(_missed(row) for row in missed)
    return (
        f"What was learned until {until} foretold {len(rows) - len(missed)} of {len(rows)} figures "
        f"of the time since; these differ by more than chance: {told}."
    )


def _missed(row: Row) -> str:
    was, came = (f"{per_hundred(row[column])}" for column in ("predicted", "observed"))
    if row["measure"] == "conversion":
        within = duration(row["within_seconds"])
        return f"of 100 journeys {was} were to convert within {within}, and {came} did"
    return f"of 100 visits to “{short(row['node'])}” {was} were to be the last, and {came} were"


def what_ifs(tables: Tables, persona_id: str) -> list[Row]:
    """The largest pain points, were they as usual, each with the name of whom it is about: all of
    them for everyone, else those of a persona or group."""
    if tables.comparison and persona_id != EVERYONE:
        found, named = tables.comparison.what_ifs, tables.comparison.groups
    else:
        found, named = tables["what_ifs"], tables["profiles"]
    names = {row["persona_id"]: row["name"] for row in named}
    return [
        row | {"who": names.get(row["persona_id"], "Everyone")}
        for row in found
        if persona_id in (EVERYONE, row["persona_id"])
    ]


def credited(tables: Tables, persona_id: str, least: int) -> dict[str, Any]:
    """Credit by channel where sessions tell one, else by touchpoint; small groups withheld.

    Where groups are made by channel, always by touchpoint: they differ in channels by that. Rows
    of a group have what is lost of the others `beside` them.
    """
    for level in _levels(tables):
        rows = tables.of("attribution", persona_id, level=level)
        if any(row["journeys"] for row in rows):
            break
    rows = [row for row in rows if row["journeys"] or row["node"] == NONE]
    held = kept_back([row["customers"] for row in rows], least)
    shown = [row for row, is_held in zip(rows, held, strict=True) if not is_held]
    beside = {
        row["node"]: row
        for row in (tables.comparison.removals if tables.comparison else [])
        if (row["persona_id"], row["level"]) == (persona_id, level)
    }
    return {
        "level": level,
        "rows": [row | {"beside": beside.get(row["node"])} for row in shown[:CREDITED_SHOWN]],
        "is_beside": bool(beside),
        "withheld": len(rows) - len(shown),
        "most": max((row["credit"] or 0 for row in shown), default=1) or 1,
        "has_value": any(row["credit_value"] for row in shown),
    }


def _levels(tables: Tables) -> tuple[str, ...]:
    is_by_channel = tables.comparison is not None and tables.comparison.by == "channel"
    return ("touchpoint",) if is_by_channel else ("channel", "touchpoint")
