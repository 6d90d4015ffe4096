"""Real runs, one after the other: what becomes of a finding, and what changed between two runs.

On mobiles half are lost at first, against a fifth elsewhere; in the third batch it is the other way
round, so that over all time both fare alike.
"""

import json
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner
from run_series import Shop

from pipeline import journal
from pipeline.cli import cli
from pipeline.database import open_readonly
from pipeline.findings import Between, compare_runs, since_last_run, standings, tell_between

pytestmark = pytest.mark.xdist_group("run after run")  # one worker makes the runs, once

DESKTOP = """
    select finding_id from findings.differences
    where segment_value = 'desktop' and stage = 'look' and level = 'stage' and first_week = 0
"""
FIRST_VISITS = """
    select count(*), count(*) filter (where to_number = -2)
    from findings.first_moves cross join findings.pace
    where level = 'stage' and from_number = 1 and week_number >= settled_week
"""


class Nights(NamedTuple):
    warehouse: Path
    copies: list[Path]  # the warehouse as it was after each run
    told: list[str]  # what `journeys findings` said then
    runs: list[str]


@pytest.fixture(scope="module")
def nights(tmp_path_factory) -> Nights:
    shop, copies, told = Shop(tmp_path_factory.mktemp("shop")), [], []

    def run(**options: bool) -> None:
        shop.run(**options)
        copies.append(shop.folder / f"after-{len(copies)}.duckdb")
        shutil.copy(shop.warehouse, copies[-1])
        told.append(said("findings", shop.warehouse, "--all"))

    shop.export({"mobile": (200, 100), "desktop": (200, 40)})
    run()
    shop.export({"mobile": (30, 15), "desktop": (30, 6)})
    run(full=True)
    shop.export({"mobile": (400, 60), "desktop": (400, 140)})
    run()
    run(full=True)  # nothing is new, all is made anew
    shop.export({"mobile": (40, 10), "desktop": (40, 10)})
    for device in ("mobile", "desktop"):
        shop.export_late(2, device, 30)
    run()
    runs = [record["run_id"] for record in journal.read(shop.warehouse)]
    return Nights(shop.warehouse, copies, told, runs)


def said(command: str, warehouse: Path, *words: str) -> str:
    arguments = [command, "--warehouse", str(warehouse), *words]
    done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def rows(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = open_readonly(warehouse)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


# -- what becomes of a finding


def test_a_finding_is_new_then_there_then_not_seen_and_after_three_runs_gone(nights):
    [(desktop,)] = rows(nights.copies[0], DESKTOP)
    records = journal.read(nights.warehouse)
    for number, record in enumerate(records, 1):
        record["started_at"] = f"2025-03-0{number}"
    seen = [standings(records[:number])[desktop] for number in range(1, 6)]
    assert [record["full_run"] for record in records] == [True, True, False, True, False]
    assert [(each.status, int(each.since[-1])) for each in seen] == [
        ("new", 1), ("still there", 1), ("not seen", 1), ("not seen", 1), ("gone", 5),
    ]  # fmt: skip


def test_the_command_tells_it(nights):
    [(desktop,)] = rows(nights.copies[0], DESKTOP)
    first, second, third, _, last = nights.told
    lines = {line.strip() for line in (first + second).splitlines() if desktop in line}
    assert sorted(line.split(",")[0] for line in lines) == ["new", "still there"]
    assert "get lost at “look” less often: 20 of 100, against 50 of the others" in first
    assert "difference at look, device desktop: not seen since" in third and desktop not in third
    assert "difference at look, device desktop: gone since" in last


def test_a_story_that_the_other_group_tells_now_is_still_there(nights):
    """Conversion is told of mobiles in the first run and of desktops in the second."""
    first, second, *_ = nights.told
    assert "device is “mobile” convert within 1 day less often" in first
    assert "device is “desktop” convert within 1 day more often" in second
    assert "difference in conversion, device desktop: gone since" in nights.told[-1]
    assert "new, since" not in second and "not seen" not in second


# -- run against run


def between(nights: Nights, first: int, second: int, **changed: Any) -> Between:
    """Two runs compared in the warehouse as it was after the second; `changed` is of its record."""
    records = journal.read(nights.warehouse)
    records[second] |= changed
    connection = open_readonly(nights.copies[second])
    try:
        return compare_runs(connection, records, nights.runs[first], nights.runs[second])
    finally:
        connection.close()


def at_look(between: Between) -> tuple[int, ...]:
    [row] = [row for row in between.tests if row["stage"] == "look"]
    return tuple(row[c] for c in ("customers", "cases", "other_customers", "other_cases"))


@pytest.mark.parametrize("second", [1, 2])
def test_the_one_side_is_what_the_earlier_run_knew_to_the_customer(nights, second):
    customers, cases, *before = at_look(between(nights, second - 1, second))
    assert [tuple(before)] == rows(nights.copies[second - 1], FIRST_VISITS)
    [(all_customers, all_cases)] = rows(nights.copies[second], FIRST_VISITS)
    assert (customers, cases) == (all_customers - before[0], all_cases - before[1])


def test_what_is_as_before_is_no_news(nights):
    [told] = tell_between(between(nights, 0, 1))
    assert told == (
        "By what became known since 13 March 2025, none of 2 shares changed beyond chance by 3 of "
        "100 or more."
    )


def test_what_changed_is_told_in_words(nights):
    conversion, look = tell_between(between(nights, 1, 2))
    since = "By what became known since 22 May 2025, customers "
    assert conversion.startswith(f"{since}convert within 1 day more often: 75 of 100, against 65 ")
    assert look.startswith(f"{since}get lost at “look” less often: 25 of 100, against 35 before, ")


def test_late_rows_about_the_past_are_no_news(nights):
    """Sixty who counted as lost had bought: the last run counts fewer lost than the one before."""
    [(_, lost_before)] = rows(nights.copies[3], FIRST_VISITS)
    [(_, lost_after)] = rows(nights.copies[4], FIRST_VISITS)
    found = between(nights, 3, 4)
    assert lost_after < lost_before
    assert at_look(found)[:2] == (81, 21) and at_look(found)[3] == lost_before - 60
    assert not any(row["is_told"] for row in found.tests)


@pytest.mark.parametrize(
    ("first", "second", "changed", "words"),
    [
        (2, 3, {}, "saw no further than the run"),
        (1, 0, {}, "saw no further than the run"),
        (0, 1, {"horizon": None}, "saw is not on its record"),
        (0, 1, {"outcome": "broken promise"}, "published nothing"),
    ],
)
def test_what_cannot_be_compared_is_told_with_why(nights, first, second, changed, words):
    [told] = tell_between(between(nights, first, second, **changed))
    assert told.startswith("Not tested against each other: ") and words in told


def test_other_settings_are_told_beside(nights):
    told = tell_between(between(nights, 1, 2, settings_digest="other"))
    assert "The settings changed between the two runs" in told[-1]
    assert told[:-1] == tell_between(between(nights, 1, 2))


def test_the_last_two_runs_that_published_are_compared(nights):
    records = [*journal.read(nights.warehouse), {"run_id": "z", "outcome": "nothing new"}]
    connection = open_readonly(nights.warehouse)
    last, none = (since_last_run(connection, some) for some in (records, records[:1]))
    connection.close()
    assert last == between(nights, 3, 4) and none is None


def test_the_command_shows_figures_and_tests(nights):
    words = ("--compare", nights.runs[1], nights.runs[2])
    shown = said("runs", nights.warehouse, *words)
    told = json.loads(said("runs", nights.warehouse, *words, "--json"))
    assert "drop_off_rate look" in shown and all(line in shown for line in told["told"])
    assert {row["stage"] for row in told["tests"] if row["is_told"]} == {None, "look"}


def test_the_report_tells_it_of_the_last_two_runs(nights, tmp_path):
    config, out = nights.warehouse.with_name("journeys.yml"), tmp_path / "report.html"
    said("report", nights.warehouse, "--config", str(config), "--out", str(out))
    [told] = tell_between(between(nights, 3, 4))
    assert out.read_text(encoding="utf-8").count(told) == 2


def test_without_the_warehouse_figures_are_shown_all_the_same(nights, tmp_path):
    shutil.copy(f"{nights.warehouse}.runs.ndjson", tmp_path / "w.duckdb.runs.ndjson")
    shown = said("runs", tmp_path / "w.duckdb", "--compare", nights.runs[1], nights.runs[2])
    assert "drop_off_rate look" in shown
    assert "Not tested against each other: " in shown and "there is no warehouse yet" in shown
