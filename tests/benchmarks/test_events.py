"""The events that everything is measured on are what they are said to be."""

from pathlib import Path

import duckdb
import pytest

from benchmarks.events import make_events
from pipeline import runs
from pipeline.settings import read_settings
from pipeline.warehouse import Options


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_events(tmp_path_factory.mktemp("events") / "made", 20_000)


def rows(select: str):
    return duckdb.connect().execute(select).fetchall()


def test_there_are_as_many_events_as_asked_for_of_thirty_names(folder):
    counts = "count(*), count(distinct event_id), count(distinct event_name)"
    assert rows(f"select {counts} from '{folder}/web.parquet'") == [(20_000, 20_000, 30)]


def test_the_same_seed_makes_the_same_events_and_another_seed_others(folder, tmp_path):
    again = make_events(tmp_path / "again", 20_000)
    other = make_events(tmp_path / "other", 20_000, seed=2)
    digest = "select bit_xor(hash(web)) from '{}/web.parquet' as web"
    assert rows(digest.format(again)) == rows(digest.format(folder)) != rows(digest.format(other))


def test_deliveries_hold_the_same_events_in_the_same_order(folder, tmp_path):
    parts = make_events(tmp_path / "parts", 20_000, parts=[5_000, 12_000])
    ids = "select event_id from read_parquet('{}/web*.parquet')"
    assert rows(ids.format(parts)) == rows(ids.format(folder))
    assert rows(f"select count(*) from '{parts}/web-001.parquet'") == [(5_000,)]


def test_a_folder_that_holds_them_already_is_left_as_it_is(folder):
    before = (folder / "web.parquet").stat().st_mtime_ns
    make_events(folder, 20_000)
    assert (folder / "web.parquet").stat().st_mtime_ns == before


def test_a_run_finds_about_twenty_events_a_customer_with_a_long_tail(folder):
    warehouse = Path(folder) / "out" / "w.duckdb"
    runs.run(read_settings(folder / "journeys.yml"), warehouse, Options())
    sql = """
        attach '{}' as w (read_only);
        select avg(events), max(events) > 10 * median(events)
        from (
            select count(*) as events from w.core.events where source = 'web' group by customer_id
        )
    """
    [(average, has_tail)] = rows(sql.format(warehouse))
    assert 17 < average < 21
    assert has_tail
