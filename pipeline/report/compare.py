"""Who is held beside whom, where they differ beyond chance, and what changed since the last run."""

from collections.abc import Sequence
from typing import Any

from pipeline import journal
from pipeline.numbers import count, share, short
from pipeline.report.tables import Row, Tables

SHARES = ("_rate", "_probability")
CHANGES_SHOWN, FIRST_FIGURES = 12, ("journeys", "customers", "conversion_rate")
FIGURES = {
    "customers": "customers", "events": "events", "sessions": "sessions", "journeys": "journeys",
    "converted": "converted journeys", "dropped": "dropped journeys", "open": "open journeys",
    "conversion_rate": "conversion", "drop_off_rate": "drop-off at {}", "entered": "journeys at {}",
    "conversion_probability": "chance to convert from {}",
}  # fmt: skip


def comparison(tables: Tables, people: Sequence[dict[str, str]], least: int) -> dict[str, Any]:
    """Each of the people with how it fares beside the others, small counts withheld."""
    by = tables.comparison.by if tables.comparison else "persona"
    rows = tables.comparison.differences if tables.comparison else tables["persona_differences"]
    told = [row for row in rows if min(row["customers"], row["rest_customers"]) >= least]
    names = {person["persona_id"]: person["name"] for person in people}
    return {
        "by": by,
        "left_out": tables.comparison.left_out if tables.comparison else 0,
        "people": [_person(tables, person, told, least) for person in people],
        "beyond_chance": [
            row | {"name": names[row["persona_id"]], "by": _by(row)}
            for row in sorted(told, key=lambda row: -abs(row["difference"]))
            if row["is_different"] and row["persona_id"] in names and not _is_held(row, least)
        ],
        "is_tested": not any(row["is_different"] is None for row in told),
    }


def _person(
    tables: Tables, person: dict[str, str], rows: Sequence[Row], least: int
) -> dict[str, Any]:
    persona_id = person["persona_id"]
    outcome = next(iter(tables.of("outcomes", persona_id)), None)
    conversion = next(iter(tables.of("conversion", persona_id, month="all")), None)
    places = {row["stage"]: row["stage_number"] for row in tables["reach"]}
    own = [row for row in rows if row["persona_id"] == persona_id]
    own.sort(key=lambda row: places.get(row["stage"], 0))
    pains = tables.comparison.pain_points if tables.comparison else []
    return person | {
        "outcome": outcome,
        "is_small": not outcome or outcome["customers"] < least,
        "conversion": conversion if conversion and conversion["converted"] >= least else None,
        "rows": [row | {"is_held": _is_held(row, least)} for row in own],
        "pains": [row for row in pains if row["persona_id"] == persona_id],
    }


def _is_held(row: Row, least: int) -> bool:
    """Whether so few were lost, here or of the others, that the rate would tell of them."""
    return any(0 < row[column] < least for column in ("dropped", "rest_dropped"))


def _by(row: Row) -> list[float]:
    return sorted((abs(row["difference_low"]), abs(row["difference_high"])))


def since_last_run(tables: Tables) -> dict[str, Any] | None:
    """What changed between the last two runs that published; None where there is only one."""
    runs = list(dict.fromkeys((row["run_id"], row["started_at"]) for row in tables["figures"]))
    if len(runs) < 2:
        return None
    (now, _), (before, before_at) = runs
    records = [
        {
            "run_id": run_id,
            "figures": {
                r["figure"]: r["value"] for r in tables["figures"] if r["run_id"] == run_id
            },
        }
        for run_id, _ in runs
    ]
    changed = [
        {
            "figure": row["figure"], "said": _said(row["figure"]), "change": row["change"],
            "before": _told(row["figure"], row[before]), "now": _told(row["figure"], row[now]),
        }
        for row in journal.compared(records, before, now)
        if row[before] is not None and row[now] is not None
    ]  # fmt: skip
    return {
        "before_at": before_at,
        "tested": tables.tested_since,
        "rows": sorted(changed, key=_rank),
        "first": [row for row in sorted(changed, key=_rank) if _is_first(row)][:CHANGES_SHOWN],
    }


def _rank(row: dict[str, Any]) -> tuple[int, float, str]:
    """Counts of everyone first, then rates by how much they changed."""
    if row["figure"] in FIRST_FIGURES:
        return FIRST_FIGURES.index(row["figure"]), 0.0, ""
    is_drop_off = row["figure"].startswith("drop_off_rate")
    return 9 - is_drop_off, -abs(row["change"]), row["figure"]


def _is_first(row: dict[str, Any]) -> bool:
    """Whether the first screen tells it: counts of everyone, and rates that show a change."""
    is_rate = row["figure"].startswith(("drop_off_rate", "conversion_rate"))
    return bool(row["before"] != row["now"] and (is_rate or row["figure"] in FIRST_FIGURES))


def _said(figure: str) -> str:
    name, _, place = figure.partition(" ")
    return (
        FIGURES[name].format(short(place))
        if name in FIGURES and (bool(place) == ("{}" in FIGURES[name]))
        else short(figure)
    )


def _told(figure: str, value: float) -> str:
    return share(value) if figure.split(" ", maxsplit=1)[0].endswith(SHARES) else count(value)
