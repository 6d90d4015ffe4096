"""The main job as a whole: what is published, when, and what is written down about it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline import journal, runs
from pipeline.database import open_readonly, open_warehouse
from pipeline.errors import PromiseError, WarehouseError
from pipeline.settings import read_settings
from pipeline.warehouse import Options

NOW = datetime(2025, 6, 1, tzinfo=UTC)
SETTINGS = """
title: A small shop
sources:
  - name: web
    kind: web
    path: "events*.csv"
    time: at
    event: what
    event_id: id
    identifiers: {visitor: who, email: email}
stages:
  - stage: look
    touchpoints: [{touchpoint: page, where: "event = 'page'"}]
  - stage: buy
    touchpoints: [{touchpoint: order, where: "event = 'order'"}]
journey: {goal: order}
"""
HEADER = "id,at,what,who,email\n"
FIRST = HEADER + "1,2025-01-01 10:00,page,a,\n2,2025-01-01 10:05,order,a,\n3,2025-02-01,page,b,\n"
SECOND = HEADER + "4,2025-01-02 10:00,page,a,b@x\n5,2025-05-20 11:00,page,b,b@x\n"


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "journeys.yml").write_text(SETTINGS)
    (tmp_path / "events-1.csv").write_text(FIRST)
    return tmp_path


def run(shop: Path, name: str = "w.duckdb", **options):
    settings = read_settings(shop / "journeys.yml")
    return runs.run(settings, shop / name, Options(**{"now": NOW} | options))


def rows(shop: Path, sql: str, name: str = "w.duckdb"):
    connection = open_readonly(shop / name)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


JOURNEYS = "select first_touchpoint, outcome, steps from journeys.journeys order by started_at"


def test_a_run_makes_every_table(shop):
    run(shop)
    assert rows(shop, JOURNEYS) == [("page", "converted", 2), ("page", "open", 1)]


def test_a_second_run_finds_nothing_new_and_publishes_nothing(shop):
    run(shop)
    before = (shop / "w.duckdb").stat()
    assert not run(shop).is_new
    assert (shop / "w.duckdb").stat().st_ino == before.st_ino


def test_a_new_file_is_taken_up(shop):
    run(shop)
    (shop / "events-2.csv").write_text(SECOND)
    assert run(shop).is_new
    assert rows(shop, "select count(*) from core.events") == [(5,)]


def test_a_file_that_vanished_changes_nothing(shop):
    (shop / "events-2.csv").write_text(SECOND)
    run(shop)
    (shop / "events-2.csv").unlink()
    assert not run(shop).is_new
    assert rows(shop, "select count(*) from core.events") == [(5,)]


def test_a_late_row_joins_people(shop):
    run(shop)
    (shop / "events-2.csv").write_text(SECOND)
    run(shop)
    assert rows(shop, "select count(distinct customer_id) from core.events") == [(1,)]


def test_changed_settings_are_followed(shop):
    run(shop)
    text = SETTINGS.replace("goal: order", "goal: order, give_up_after: 365 days")
    (shop / "journeys.yml").write_text(text)
    assert run(shop).is_new


def test_a_run_after_changed_settings_says_what_it_made_anew(shop):
    run(shop)
    text = SETTINGS.replace("goal: order", "goal: order, give_up_after: 365 days")
    (shop / "journeys.yml").write_text(text)
    assert "settings changed" in run(shop).notes[0]


def test_a_run_that_touches_most_customers_makes_all_anew_and_says_so(shop):
    run(shop)
    (shop / "events-2.csv").write_text(SECOND)
    assert "100% of all customers" in run(shop).notes[0]


def test_a_run_that_touches_few_customers_keeps_the_others(shop):
    many = [f"m{n},2025-03-01 10:00,page,m{n},\n" for n in range(20)]
    (shop / "events-0.csv").write_text(HEADER + "".join(many))
    run(shop)
    (shop / "events-2.csv").write_text(HEADER + "x,2025-03-02 10:00,page,m1,\n")
    assert run(shop).notes == []
    assert rows(shop, "select count(*) from run.customers") == [(1,)]


def test_a_look_back_equals_a_run_that_never_saw_later_rows(shop):
    until = datetime(2025, 1, 31, tzinfo=UTC)
    (shop / "events-2.csv").write_text(SECOND)
    run(shop, "back.duckdb", until=until)
    for file in shop.glob("events-*.csv"):
        lines = file.read_text().splitlines(keepends=True)
        kept = [line for line in lines[1:] if line.split(",")[1] < "2025-01-31"]
        file.write_text("".join(lines[:1] + kept))
    run(shop, "then.duckdb")
    for table in ("core.events", "core.identities", "journeys.steps"):
        sql = f"from {table} order by all"
        assert rows(shop, sql, "back.duckdb") == rows(shop, sql, "then.duckdb")


def test_a_warehouse_of_another_layout_is_rebuilt_from_its_sources(shop):
    run(shop)
    connection = open_warehouse(shop / "w.duckdb")
    connection.execute("update run.state set value = '0' where name = 'layout'")
    connection.close()
    assert run(shop).reasons == ["the warehouse was made by another version of this package"]


def test_a_warehouse_of_another_layout_whose_sources_are_gone_is_refused(shop):
    run(shop)
    connection = open_warehouse(shop / "w.duckdb")
    connection.execute("update run.state set value = '0' where name = 'layout'")
    connection.close()
    (shop / "events-2.csv").write_text(SECOND)
    (shop / "events-1.csv").unlink()
    with pytest.raises(WarehouseError, match=r"events-1\.csv"):
        run(shop)


def test_changed_sources_are_read_anew_and_the_run_says_why(shop):
    run(shop)
    (shop / "journeys.yml").write_text(SETTINGS.replace("event_id: id\n", "event_id: at\n"))
    assert run(shop).reasons == ["the settings of the sources changed"]


def test_changed_sources_whose_files_are_gone_are_refused(shop):
    (shop / "events-2.csv").write_text(SECOND)
    run(shop)
    (shop / "events-2.csv").unlink()
    (shop / "journeys.yml").write_text(SETTINGS.replace("event_id: id\n", "event_id: at\n"))
    with pytest.raises(WarehouseError, match=r"events-2\.csv"):
        run(shop)


def test_a_future_event_is_set_aside_and_taken_up_when_its_time_has_come(shop):
    (shop / "events-2.csv").write_text(HEADER + "9,2025-07-01 10:00,page,z,\n")
    run(shop)
    assert rows(shop, "select count(*) from core.events") == [(3,)]
    assert run(shop, now=datetime(2025, 7, 2, tzinfo=UTC)).is_new
    assert rows(shop, "select count(*) from core.events") == [(4,)]


def test_a_look_back_sees_what_was_there_until_then(shop):
    (shop / "events-2.csv").write_text(SECOND)
    run(shop, "then.duckdb", until=datetime(2025, 1, 31, tzinfo=UTC))
    assert rows(shop, "select count(*) from core.events", "then.duckdb") == [(3,)]


def test_a_look_back_never_replaces_the_nightly_warehouse(shop):
    run(shop)
    with pytest.raises(WarehouseError, match="warehouse of its own"):
        run(shop, until=datetime(2025, 1, 31, tzinfo=UTC))


def test_a_rehearsal_publishes_nothing(shop):
    run(shop, publish=False)
    assert not (shop / "w.duckdb").exists()


def lose_a_row(shop: Path) -> None:
    """Make a warehouse whose count of rows no longer adds up, and give it something new to do."""
    run(shop)
    connection = open_warehouse(shop / "w.duckdb")
    connection.execute("update landing.balances set rows_read = rows_read + 1")
    connection.close()
    (shop / "events-2.csv").write_text(SECOND)


def test_a_broken_promise_publishes_nothing(shop):
    lose_a_row(shop)
    with pytest.raises(PromiseError, match="rows_balance"):
        run(shop)
    assert rows(shop, "select count(*) from core.events") == [(3,)]
    assert not (shop / "w.duckdb.next").exists()


def test_a_broken_promise_is_written_down(shop):
    lose_a_row(shop)
    with pytest.raises(PromiseError):
        run(shop)
    assert [record["outcome"] for record in journal.read(shop / "w.duckdb")] == [
        "published",
        "broken promise",
    ]


def test_the_tables_of_runs_hold_this_run_and_those_before(shop):
    run(shop)
    (shop / "events-2.csv").write_text(SECOND)
    run(shop)
    told = rows(shop, "select outcome, full_run from runs.runs order by started_at")
    assert told == [("published", True), ("published", False)]


def test_each_run_names_the_files_it_read(shop):
    run(shop)
    assert rows(shop, "select source, file, rows_read from runs.inputs") == [
        ("web", "events-1.csv", 3)
    ]


def test_a_journal_line_that_was_cut_off_is_passed_over(shop):
    run(shop)
    with (shop / "w.duckdb.runs.ndjson").open("a") as file:
        file.write('{"run_id": "cut')
    assert len(journal.read(shop / "w.duckdb")) == 1
