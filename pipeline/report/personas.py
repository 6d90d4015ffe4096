"""Who is shown, and a card for each persona."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pipeline.numbers import NONE, THIN, is_known, kept_back, number, share, short, times
from pipeline.report.tables import EVERYONE, Row, Tables

UNKNOWN = "unknown"  # too little to go by
PERIOD = "period"  # a comparison by when journeys began
TRAITS_SHOWN, TRAITS_OF_A_GROUP, RARELY_SHOWN = 5, 2, 2
JOURNEY_STEPS_SHOWN, SCALES_SHOWN, WORDS_SHOWN = 12, 2, 6
AVERAGES = {
    "hour": "o’clock on average", "pace": f"{THIN}days", "tempo": f"{THIN}days",
}  # fmt: skip


def people(tables: Tables, wanted: Sequence[str] | None) -> list[dict[str, str]]:
    """Everyone first, then the personas, largest first; `wanted` keeps only those named.

    Where groups are compared, they stand in the place of the personas.
    """
    rows = tables.comparison.groups if tables.comparison else tables["profiles"]
    shown = [
        {"persona_id": row["persona_id"], "name": row["name"]}
        for row in rows
        if row["persona_id"] != UNKNOWN
    ]
    if len(shown) < 2:
        shown = []  # one persona is everyone
    if wanted is not None:
        shown = [row for row in shown if {row["persona_id"], row["name"]} & set(wanted)]
    return [{"persona_id": EVERYONE, "name": "Everyone"}, *shown]


def unknown_of(tables: Tables) -> Row | None:
    """The profile of those of whom too little is known to say who they are."""
    return next((row for row in tables["profiles"] if row["persona_id"] == UNKNOWN), None)


def cards(
    tables: Tables, people: Sequence[dict[str, str]], least: int, own_column: str | None = None
) -> list[dict[str, Any]]:
    """A card for each persona, or group of a comparison: how many they are, whether they convert,
    what sets them apart.

    What makes the groups, such as the company's own column, is no trait that sets them apart. A
    period has no traits, and no journeys that stand for it, as more of its long ones may be open.
    """
    if tables.comparison:
        own_column = tables.comparison.by
        tables = replace(tables, rows={**tables.rows, **tables.comparison.cards})
    profiles = {row["persona_id"]: row for row in tables["profiles"]}
    shown = [profiles[each["persona_id"]] for each in people if each["persona_id"] in profiles]
    traits = {
        row["persona_id"]: [
            trait
            for trait in tables.of("traits", row["persona_id"])
            if trait["customers"] >= least and not _makes(own_column, trait)
        ]
        for row in shown
    }
    return [
        row
        | {
            "is_small": row["customers"] < least,
            "traits": [_trait(trait) for trait in _strongest(traits[row["persona_id"]])],
            "rarely": [_trait(trait) for trait in _weakest(traits[row["persona_id"]])],
            "fares": _fares(tables, row["persona_id"], least),
            "typical": [] if own_column == PERIOD else _journeys(tables, row["persona_id"]),
            "scores": [
                each
                for each in tables.of("persona_scores", row["persona_id"])
                if each["customers"] >= least
            ][:SCALES_SHOWN],
            "words": [each["word"] for each in tables.of("persona_words", row["persona_id"])][
                :WORDS_SHOWN
            ],
        }
        for row in shown
    ]


def _makes(column: str | None, trait: Row) -> bool:
    """Whether it is by this trait that the groups were made: by a column, or by when they came."""
    if column == "channel" and trait["feature_group"] == "channel mix":
        return True
    return column == PERIOD or bool(trait["feature"].startswith(f"{column}: "))


def _strongest(traits: Sequence[Row]) -> list[Row]:
    """What a persona has more of than the others, by how much; not all of one kind."""
    rows = [
        row
        for row in traits
        if row["direction"] == "over" and is_known(row["value_out"]) and _ahead(row) > 0
    ]
    kept: list[Row] = []
    for row in sorted(rows, key=lambda row: (-_ahead(row), row["feature"])):
        if [each["feature_group"] for each in kept].count(row["feature_group"]) < TRAITS_OF_A_GROUP:
            kept.append(row)
    return kept[:TRAITS_SHOWN]


def _weakest(traits: Sequence[Row]) -> list[Row]:
    """What others have, and this persona has clearly less of, by how much."""
    rows = [
        row
        for row in traits
        if row["direction"] == "under" and row["feature_group"] not in AVERAGES
    ]
    return sorted(rows, key=lambda row: (_ahead(row), row["feature"]))[:RARELY_SHOWN]


def _fares(tables: Tables, persona_id: str, least: int) -> list[Row]:
    """The stages where the persona is lost more, or less, than the others; where that was not
    tested, the two where it is lost most beyond them. Counts of few customers are not told."""
    rows = tables.comparison.differences if tables.comparison else tables["persona_differences"]
    rows = [
        row
        for row in rows
        if row["persona_id"] == persona_id
        and min(row["customers"], row["rest_customers"]) >= least
        and min(row["dropped"], row["rest_dropped"]) >= least
    ]
    if any(row["is_different"] is None for row in rows):
        rows = sorted(rows, key=lambda row: -row["difference"])[:2]
    else:
        rows = [row for row in rows if row["is_different"]]
    return [
        row | {"by": sorted((abs(row["difference_low"]), abs(row["difference_high"])))}
        for row in rows
    ]


def _journeys(tables: Tables, persona_id: str) -> list[dict[str, Any]]:
    """The journeys that stand for a persona, cut to what can be read."""
    shown = []
    for row in tables.of("typical_journeys", persona_id):
        steps = row["path"].split(" > ")
        more = max(0, len(steps) - JOURNEY_STEPS_SHOWN)
        shown.append(row | {"shown": steps[:JOURNEY_STEPS_SHOWN], "more": more})
    return shown


def about(tables: Tables, least: int) -> dict[str, Any]:
    """How the personas were found, and how far to trust them."""
    tried = tables["persona_numbers"]
    chosen = next((row for row in tried if row["is_chosen"]), None)
    agreement = next(iter(tables["agreement"]), None)
    found = {row["found_group"]: row["found_name"] for row in tables["confusion"]}
    rows: dict[str, dict[str, Row]] = {}
    for own_group in dict.fromkeys(row["own_group"] for row in tables["confusion"]):
        cells = [row for row in tables["confusion"] if row["own_group"] == own_group]
        held = kept_back([row["customers"] for row in cells], least)
        rows[own_group] = {
            row["found_group"]: row | {"is_small": is_held}
            for row, is_held in zip(cells, held, strict=True)
        }
    return {
        "chosen": chosen,
        "tried": tried,
        "test": next(iter(tables["persona_test"]), None),
        "refused": tables["persona_attributes"],
        "retired": tables["retired"],
        "agreement": agreement,
        "found_groups": dict(sorted(found.items())),
        "confusion": rows if agreement else {},
    }


def _ahead(row: Row) -> float:
    """How far ahead of the others, for ordering only; what is no share goes last."""
    ahead = float(row["value_in"] - row["value_out"])
    return ahead if row["feature_group"] not in AVERAGES else ahead / 1000


def _trait(row: Row) -> dict[str, Any]:
    """A trait in words, with its lift (of an hour there is none), and a bar where it is a share."""
    inside, outside = row["value_in"], row["value_out"]
    unit = AVERAGES.get(row["feature_group"])
    told = {"said": _said(row), "bar": None, "lift": NONE, "lifts": NONE}
    if row["feature_group"] != "hour":
        told["lift"] = times(row["lift"])
    if row["feature_group"] != "hour" and is_known(row["lift_low"]):
        told["lifts"] = f"{times(row['lift_low'])} to {times(row['lift_high'])}"
    if unit is not None:
        return told | {"in": f"{number(inside)} {unit}", "out": number(outside)}
    bar = {"in": 100 * inside, "out": 100 * outside}
    return told | {"in": share(inside, 0), "out": share(outside, 0), "bar": bar}


def _said(row: Row) -> str:
    """The feature as a colleague would say it; the table keeps its own words."""
    group, feature = row["feature_group"], row["feature"]
    before, colon, value = feature.partition(": ")
    if group == "first steps" and colon:
        return short(f"first steps at: {value}")
    return short(f"{before.replace('_', ' ')}: {value}" if group == "attribute" else feature)
