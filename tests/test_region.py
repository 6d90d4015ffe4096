"""What a night stitches anew, by region, is what the whole identity graph would say."""

import random

import pytest
from test_identity import stitched

from pipeline import region
from pipeline.identity import MAKES, stitch

BOUND = {"max_identifiers": 3}
FORGETTING = {
    "near_sets": ("NEAR_SETS", "from told join changed using (identifier_kind, identifier)",
                  "from told join touched using (identifier_set_id)"),
    "who was joined": ("SETS", "where customer_id in (select customer_id from region_customers)",
                       "where false"),
    "who is crowded elsewhere": ("CROWDED", "where linked_identifiers is not null", "where false"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def always_by_region(monkeypatch):
    monkeypatch.setattr(region, "MOST_TOUCHED", 1.0)


def members(dice):
    """One to three identifiers of a few; `shared` is soon linked to more than the bound allows."""
    told = {"visitor": f"v{dice.randrange(14)}"}
    if dice.random() < 0.4:
        told["email"] = dice.choice(["shared", *(f"e{n}" for n in range(6))])
    if dice.random() < 0.1:
        told = {"email": "shared"}
    return told


def content(connection):
    return {name: connection.execute(f"from {name} order by all").fetchall() for name in MAKES}


def night(connection, dice):
    """Rows come, and those of a few sets go or come back; gives the sets that this touches."""
    touched = set()
    for _ in range(dice.randrange(1, 4)):
        row = members(dice)
        number = connection.execute(
            "select coalesce(max(identifier_set_id), 0) + 1 from landing.identifier_sets"
        ).fetchone()[0]
        values = [number, row.get("email"), row.get("visitor")]
        connection.execute("insert into landing.identifier_sets values (?, ?, ?)", values)
        connection.execute("insert into landing.events values (?, '2025-01-01')", [number])
        touched.add(number)
    number = dice.randrange(1, number + 1)
    gone = connection.execute(
        "delete from landing.events where identifier_set_id = ?", [number]
    ).fetchone()[0]
    if not gone:
        connection.execute("insert into landing.events values (?, '2025-01-01')", [number])
    return touched | {number}


def nights(seed, count=8):
    """Nights upon a few rows, each stitched by region and as a whole."""
    dice = random.Random(seed)
    first = [{"email": "e0", "visitor": "v0"}, *(members(dice) for _ in range(8))]
    connection = stitched(first, max_identifiers=3)
    for _ in range(count):
        touched = night(connection, dice)
        connection.execute("create or replace table run.touched_sets (identifier_set_id bigint)")
        rows = [(number,) for number in touched]
        connection.executemany("insert into run.touched_sets values (?)", rows)
        stitch(connection, BOUND, only_touched=True)
        by_region = content(connection)
        stitch(connection, BOUND)
        yield by_region, content(connection)


@pytest.mark.parametrize("seed", range(12))
def test_regions_stitched_anew_equal_the_whole_graph(seed):
    for by_region, whole in nights(seed):
        assert by_region == whole


@pytest.mark.parametrize("forgotten", FORGETTING)
def test_the_comparison_has_teeth(forgotten, monkeypatch):
    name, words, instead = FORGETTING[forgotten]
    sql = getattr(region, name)
    assert words in sql
    monkeypatch.setattr(region, name, sql.replace(words, instead))
    assert any(one != other for seed in range(30) for one, other in nights(seed))
