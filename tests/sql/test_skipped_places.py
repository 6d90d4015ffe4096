"""findings.skipped_places: places of the assumed map that journeys went past."""

from typing import Any

import pytest
from graph_rows import made, warehouse

Row = tuple[Any, ...]
CONFORMANCE = (
    "create table findings.conformance (map_name varchar, persona_id varchar, place_number integer,"
    " kind varchar, touchpoint varchar, journeys bigint, customers bigint, of_journeys bigint,"
    " share double, share_low double, share_high double, is_withheld boolean)"
)
FITS = (
    "create table findings.map_fits (map_name varchar, persona_id varchar, path varchar,"
    " fitness double)"
)


def skipped(*places: Row, columns: str) -> list[Row]:
    """Rows of findings.skipped_places, of (map, persona, place, kind, journeys, of journeys)."""
    connection = warehouse({"run.touchpoints": [(1, "call", "buy"), (2, "demo", "buy")]})
    connection.execute(CONFORMANCE)
    connection.execute(FITS)
    names = {1: "call", 2: "demo"}
    for map_name, persona_id, place, kind, journeys, of_journeys in places:
        share = journeys / of_journeys
        row = (map_name, persona_id, place, kind, names[place], journeys, journeys, of_journeys,
               share, share - 0.1, share + 0.1, False)  # fmt: skip
        marks = ", ".join("?" * len(row))
        connection.execute(f"insert into findings.conformance values ({marks})", row)
    connection.execute(
        "insert into findings.map_fits values"
        " ('assumed', 'all', 'call > demo', 0.4), ('found', 'all', 'demo', 0.7)"
    )
    return made(connection, "findings.skipped_places", columns)


def test_of_those_who_met_a_later_place_who_skipped_it() -> None:
    columns = "touchpoint, stage, customers, journeys, of_journeys, skipped_rate, found_path"
    assert skipped(("assumed", "all", 1, "skipped", 60, 100), columns=columns) == [
        ("call", "buy", 60, 60, 100, 0.6, "demo")
    ]


@pytest.mark.parametrize(
    "other",
    [
        ("found", "all", 1, "skipped"),
        ("assumed", "p1", 1, "skipped"),
        ("assumed", "all", 1, "left"),
    ],
)
def test_only_the_assumed_map_of_everyone_is_held_against_it(other: tuple[Any, ...]) -> None:
    assert skipped((*other, 60, 100), columns="touchpoint") == []


def test_z_is_of_the_share_against_one_half() -> None:
    rows = [("assumed", "all", 1, "skipped", 60, 100), ("assumed", "all", 2, "skipped", 20, 64)]
    found = dict(skipped(*rows, columns="touchpoint, z_value"))
    assert found == {"call": pytest.approx(2.0), "demo": pytest.approx(-3.0)}


def test_the_same_place_has_the_same_name_in_every_run() -> None:
    one, other = (
        skipped(("assumed", "all", 1, "skipped", n, 100), columns="finding_id") for n in (60, 70)
    )
    assert one == other
