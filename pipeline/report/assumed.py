"""The assumed map held against the journeys, place by place, beside the one that fits best."""

from collections.abc import Sequence
from typing import Any

from pipeline.report.tables import EVERYONE, Row, Tables

ASSUMED, FOUND, NOTHING = "assumed", "found", "none"
BESIDE_SHOWN = 2


def assumed(tables: Tables, persona_id: str) -> dict[str, Any] | None:
    """How well journeys fit the assumed map, and what befalls them at each of its places.

    None where no map is assumed, or too few journeys ended to tell.
    """
    fits = {
        row["map_name"]: row | {"steps": row["path"].split(" > ")}
        for row in tables.of("map_fits", persona_id)
        if not row["is_withheld"]
    }
    if ASSUMED not in fits:
        return None
    rows = tables.of("conformance", persona_id, map_name=ASSUMED)
    numbers = sorted({row["place_number"] for row in rows if row["place_number"] > 0})
    return {
        "fit": fits[ASSUMED], "found": fits.get(FOUND), "beyond": _beyond(tables, persona_id),
        "places": [_place([row for row in rows if row["place_number"] == n]) for n in numbers],
    }  # fmt: skip


def _beyond(tables: Tables, persona_id: str) -> list[Row] | None:
    """Where a group fits the map otherwise than the others beyond chance, the furthest apart first;
    None where that is not tested, as of periods, of which the younger has more still open."""
    if tables.comparison is None or tables.comparison.by == "period" or persona_id == EVERYONE:
        return None
    own = [row for row in tables.comparison.maps if row["persona_id"] == persona_id]
    return sorted(
        (row for row in own if row["is_told"]),
        key=lambda row: -abs(row["share"] - row["other_share"]),
    )


def _place(rows: Sequence[Row]) -> dict[str, Any]:
    """One place: a cell for each thing that befell journeys there; small groups are not told."""
    told = [row for row in rows if not row["is_withheld"]]
    cells = {
        row["kind"]: row for row in told if row["kind"] in ("came", "went on", "left", "skipped")
    }
    astray = [row for row in told if row["kind"] in ("beside", "ran ahead", "went back")]
    astray = [row for row in astray if row["touchpoint"] != NOTHING]
    return {
        "place": rows[0]["place"], "cells": cells,
        "astray": sorted(astray, key=lambda row: -row["journeys"])[:BESIDE_SHOWN],
    }  # fmt: skip
