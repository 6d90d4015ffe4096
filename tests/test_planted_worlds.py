"""What is planted in a small world is found at its place, in its time and group; in others nothing.

Sizes are those at which at least 18 of 20 worlds show it, under `make prove`; three in a test.
"""

from datetime import timedelta
from typing import Any

import proofs
import pytest
from planted_worlds import FIRST_DAY, World, findings_of

SEEDS, PROVED, ENOUGH = 3, 20, 18
NULLS, NULLS_PROVED, MOST_FALSE = 4, 200, 17
WEEK = timedelta(weeks=1)

LEAK = World(leak=("buy", 0.25))  # of steps, instead of 15 of 100
LEAK_OF_ONE = World(leak=("buy", 0.25), personas=2)
LOOP = World(customers=5000, loop=("mobile", "try b", 20, 0.4))  # come back, besides 12 of 100
BAD_WEEK = World(customers=6000, bad_week=("buy", 25, 0.5))  # instead of 15 of 100
OUTAGE = World(outage=("try b", 22, 23))  # nobody gets there for two weeks
CAMPAIGN = World(campaign=(20, 27, 0.35))  # a tenth of all; 35 of 100 lost at first contact

FOUND = """
    select tests.kind, tests.persona_id, tests.stage, tests.touchpoint, tests.is_worse, segment,
        segment_value, to_node, difference, first_day, last_day
    from findings.findings as tests
    left join findings.differences using (finding_id)
"""


def found(world: World, seed: int, folder: Any) -> list[dict[str, Any]]:
    with findings_of(world, seed, folder) as connection:
        rows = connection.execute(FOUND)
        names = [column[0] for column in rows.description]
        return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("worlds")


def is_in(row: dict[str, Any], **cells: Any) -> bool:
    return all(row[column] == cell for column, cell in cells.items())


def is_about(row: dict[str, Any], first_week: int, last_week: int | None = None) -> bool:
    """Whether it is told of this time, to the week or the one before or after."""
    if not row["first_day"]:
        return False
    first = (FIRST_DAY + first_week * WEEK).date()
    is_first = abs(row["first_day"] - first) <= WEEK * 2
    if last_week is None:
        return is_first
    return (
        is_first
        and abs(row["last_day"] - (first + (last_week - first_week + 1) * WEEK)) <= 2 * WEEK
    )


PLANTED = {
    "leak": (LEAK, lambda row: is_in(row, kind="pain_point", stage="buy")),
    "leak of one persona": (
        LEAK_OF_ONE, lambda row: is_in(row, kind="pain_point", stage="buy", persona_id="p2")
    ),
    "loop": (
        LOOP,
        lambda row: is_in(row, kind="loop", touchpoint="try b", segment_value="mobile")
        and is_about(row, 20),
    ),
    "bad week": (
        BAD_WEEK,
        lambda row: is_in(row, stage="buy", segment="all", to_node="DROPPED", is_worse=True)
        and is_about(row, 25, 25),
    ),
    "outage": (
        OUTAGE,
        lambda row: is_in(row, segment="all", to_node="try b", is_worse=True)
        and row["difference"] < 0 and is_about(row, 22, 23),
    ),
    "campaign": (
        CAMPAIGN,
        lambda row: is_in(row, stage="see", segment_value="campaign", is_worse=True,
                          to_node="DROPPED"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found_at_its_place(name, folder, prove):
    world, is_it = PLANTED[name]
    seeds = range(PROVED if prove else SEEDS)
    seen = [any(is_it(row) for row in found(world, seed, folder)) for seed in seeds]
    if prove:
        proofs.write("what is planted is found", name, {"worlds": len(seen), "found": sum(seen)})
    assert sum(seen) >= (ENOUGH if prove else SEEDS - 1), seen


def test_where_nothing_is_planted_hardly_anything_is_found(folder, prove):
    """Half of the worlds have two personas, told by chance."""
    count = NULLS_PROVED if prove else NULLS
    worlds = [World(personas=1 + seed % 2) for seed in range(count)]
    shown = [seed for seed, world in enumerate(worlds) if found(world, 1000 + seed, folder)]
    if prove:
        name = "where nothing is planted hardly anything is found"
        proofs.write(name, "one or two personas", {"worlds": count, "showing any": len(shown)})
    assert len(shown) <= (MOST_FALSE if prove else 1), shown
