"""A warehouse that has grown beyond 1.5 times a fresh one is copied into a fresh file."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline import compaction, runs
from pipeline.compaction import compact, is_overgrown
from pipeline.database import open_readonly, open_warehouse
from pipeline.settings import read_settings
from pipeline.warehouse import Options

ROWS = 200_000


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(compaction, "SMALL", 1 << 20)


@pytest.fixture
def file(tmp_path):
    """A file of one large table and a view, freshly built."""
    path = tmp_path / "w.duckdb.next"
    connection = open_warehouse(path)
    connection.execute(
        "create table core.events as select i, md5(i::varchar) as m from range(?) as t (i)", [ROWS]
    )
    connection.execute("create view run.seen as select count(*) as events from core.events")
    connection.execute("checkpoint")
    connection.close()
    return path


def changed(file, *statements):
    """Whether the file is overgrown after these statements."""
    connection = open_warehouse(file)
    for sql in statements:
        connection.execute(sql)
        connection.execute("checkpoint")
    found = is_overgrown(connection)
    connection.close()
    return found


SCATTERED = "delete from core.events where i % 5 <> 0"  # leaves some of every block
MORE = f"insert into core.events select i + {ROWS}, md5(i::varchar) from range({ROWS}) as t (i)"


def test_a_fresh_file_is_not_overgrown(file):
    assert not changed(file)


def test_one_that_grew_by_rows_is_not_overgrown(file):
    assert not changed(file, MORE, MORE)


def test_one_that_keeps_the_room_of_rows_that_went_is_overgrown(file):
    assert changed(file, SCATTERED)


def test_a_small_file_is_left_as_it_is(file, monkeypatch):
    monkeypatch.setattr(compaction, "SMALL", 1 << 30)
    assert not changed(file, SCATTERED)


def test_a_compacted_file_holds_the_same_in_less(file):
    changed(file, SCATTERED)
    before = file.stat().st_size
    compact(file)
    assert file.stat().st_size < before / 2
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    connection = open_readonly(file)
    assert connection.execute("from run.seen").fetchall() == [(ROWS // 5,)]
    assert not is_overgrown(connection)
    connection.close()


SETTINGS = """
title: A small shop
sources:
  - {name: web, kind: web, path: "web-*.csv", time: at, event: what, event_id: id,
     identifiers: {visitor: visitor}}
stages:
  - stage: look
    touchpoints: [{touchpoint: page, where: "event = 'page'"}]
  - stage: buy
    touchpoints: [{touchpoint: order, where: "event = 'order'"}]
journey: {goal: order}
"""


def test_a_night_publishes_a_compacted_file_and_goes_on_from_it(tmp_path, monkeypatch):
    monkeypatch.setattr(compaction, "SMALL", 0)
    monkeypatch.setattr(compaction, "AT_MOST", 0.1)
    (tmp_path / "journeys.yml").write_text(SETTINGS)
    settings, clock = read_settings(tmp_path / "journeys.yml"), datetime(2025, 6, 1, tzinfo=UTC)
    told = []
    for number in range(3):
        rows = "".join(f"{number}-{v},2025-01-01,page,v{v}\n" for v in range(number, number + 2))
        (tmp_path / f"web-{number}.csv").write_text("id,at,what,visitor\n" + rows)
        clock += timedelta(days=1)
        result = runs.run(settings, tmp_path / "w.duckdb", Options(now=clock))
        told.append("compact" in result.seconds_by_step)
    assert told == [True, True, True]
    connection = open_readonly(tmp_path / "w.duckdb")
    assert connection.execute("select count(*) from core.events").fetchall() == [(6,)]
    assert connection.execute("select count(*) from runs.runs").fetchall() == [(3,)]
    connection.close()
    kept = {"w.duckdb", "w.duckdb.lock", "w.duckdb.runs.ndjson"}
    assert {path.name for path in tmp_path.glob("w.duckdb*")} == kept
