"""Who is shown, and a card for each persona."""

from collections.abc import Sequence
from typing import Any

from pipeline.numbers import THIN, is_known, number, share, short
from pipeline.report.tables import EVERYONE, Row, Tables

UNKNOWN = "unknown"  # too little to go by
TRAITS_SHOWN, TRAITS_OF_A_GROUP = 5, 2
AVERAGES = {"hour": "o’clock on average", "pace": f"{THIN}days", "first steps": f"{THIN}times"}


def people(tables: Tables, wanted: Sequence[str] | None) -> list[dict[str, str]]:
    """Everyone first, then the personas, largest first; `wanted` keeps only those named."""
    personas = [
        {"persona_id": row["persona_id"], "name": row["name"]}
        for row in tables["profiles"]
        if row["persona_id"] != UNKNOWN
    ]
    if len(personas) < 2:
        personas = []  # one persona is everyone
    if wanted is not None:
        personas = [row for row in personas if {row["persona_id"], row["name"]} & set(wanted)]
    return [{"persona_id": EVERYONE, "name": "Everyone"}, *personas]


def unknown_of(tables: Tables) -> Row | None:
    """The profile of those of whom too little is known to say who they are."""
    return next((row for row in tables["profiles"] if row["persona_id"] == UNKNOWN), None)


def cards(tables: Tables, people: Sequence[dict[str, str]], least: int) -> list[dict[str, Any]]:
    """A card for each persona: how many they are, whether they convert, what sets them apart."""
    profiles = {row["persona_id"]: row for row in tables["profiles"]}
    shown = [profiles[each["persona_id"]] for each in people if each["persona_id"] in profiles]
    return [
        row
        | {
            "is_small": row["customers"] < least,
            "traits": [_trait(trait) for trait in _strongest(tables, row["persona_id"], least)],
        }
        for row in shown
    ]


def _strongest(tables: Tables, persona_id: str, least: int) -> list[Row]:
    """What a persona has more of than the others, by how much; not all of one kind."""
    rows = [
        row
        for row in tables.of("traits", persona_id)
        if is_known(row["value_out"]) and row["customers"] >= least and _ahead(row) > 0
    ]
    kept: list[Row] = []
    for row in sorted(rows, key=lambda row: (-_ahead(row), row["feature"])):
        if [each["feature_group"] for each in kept].count(row["feature_group"]) < TRAITS_OF_A_GROUP:
            kept.append(row)
    return kept[:TRAITS_SHOWN]


def _ahead(row: Row) -> float:
    """How far ahead of the others, for ordering only; what is no share goes last."""
    ahead = float(row["value_in"] - row["value_out"])
    return ahead if row["feature_group"] not in AVERAGES else ahead / 1000


def _trait(row: Row) -> dict[str, Any]:
    """A trait in words, with a bar where it is a share of customers."""
    inside, outside = row["value_in"], row["value_out"]
    unit = AVERAGES.get(row["feature_group"])
    told = {"said": short(row["feature"]), "bar": None}
    if unit is not None:
        return told | {"in": f"{number(inside)} {unit}", "out": number(outside)}
    bar = {"in": 100 * inside, "out": 100 * outside}
    return told | {"in": share(inside, 0), "out": share(outside, 0), "bar": bar}
