"""What is found in the warehouse's place: an older layout, a newer one, or no warehouse at all.

It is rebuilt from its sources when they are there, else refused in words; never broken.
"""

import gzip
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipeline import journal, runs
from pipeline.database import open_readonly, open_warehouse
from pipeline.errors import WarehouseError
from pipeline.notebook import open_journeys
from pipeline.settings import read_settings
from pipeline.warehouse import LAYOUT, Options

DATA = Path(__file__).parent / "data" / "layouts"
LAYOUTS = sorted(path.name.split(".")[0] for path in DATA.glob("layout-*"))
OLDER = [name for name in LAYOUTS if name != f"layout-{LAYOUT}"]
SECOND = "id,at,what,who,email\n4,2025-01-02 10:00,page,a,b@x\n5,2025-05-20 11:00,page,b,b@x\n"
COUNTS = "select count(*), count(distinct customer_id) from core.events"


@pytest.fixture
def shop(tmp_path):
    for name in ("journeys.yml", "events-1.csv"):
        shutil.copy(DATA / name, tmp_path)
    return tmp_path


@pytest.fixture
def put(shop):
    """Puts a kept warehouse into the shop, and new rows beside it; gives what is its content."""

    def placed(name):
        (shop / "w.duckdb").write_bytes(gzip.decompress((DATA / f"{name}.db.gz").read_bytes()))
        (shop / "events-2.csv").write_text(SECOND)
        return (shop / "w.duckdb").read_bytes()

    return placed


def run(shop: Path, **options):
    options = Options(now=datetime(2025, 6, 2, tzinfo=UTC), **options)
    return runs.run(read_settings(shop / "journeys.yml"), shop / "w.duckdb", options)


def ask(shop: Path, sql: str):
    connection = open_readonly(shop / "w.duckdb")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def left(shop: Path) -> set[str]:
    return {path.name for path in shop.glob("w.duckdb*")}


def test_a_warehouse_of_each_layout_is_kept():
    assert f"layout-{LAYOUT}" in LAYOUTS, "keep one of it: see tests/data/layouts/README.md"
    assert [f"layout-{number}" for number in range(1, int(LAYOUT) + 1)] == LAYOUTS


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_is_new_comes_in_whatever_layout_was_there(name, shop, put):
    put(name)
    result = run(shop)
    why = ["the warehouse was made by another version of this package"] if name in OLDER else []
    assert result.reasons == why
    assert ask(shop, COUNTS) == [(5, 1)]
    assert ask(shop, "select count(*) from runs.runs") == [(2,)]  # its own record is kept
    assert [record["outcome"] for record in journal.read(shop / "w.duckdb")] == ["published"] * 2


@pytest.mark.parametrize("name", OLDER)
def test_an_older_layout_whose_sources_are_gone_is_refused_and_stays(name, shop, put):
    content = put(name)
    (shop / "events-1.csv").unlink()
    with pytest.raises(WarehouseError, match=r"another version.*events-1\.csv"):
        run(shop)
    assert (shop / "w.duckdb").read_bytes() == content


@pytest.mark.parametrize("name", OLDER)
def test_an_older_layout_is_not_read_by_a_notebook(name, shop, put):
    put(name)
    with pytest.raises(WarehouseError, match="another version of this package"):
        open_journeys(shop / "w.duckdb")


def test_a_layout_of_the_future_is_rebuilt_from_its_sources(shop):
    run(shop)
    connection = open_warehouse(shop / "w.duckdb")
    connection.execute("update run.state set value = '999' where name = 'layout'")
    connection.execute("drop schema graph cascade")
    connection.close()
    assert run(shop).reasons == ["the warehouse was made by another version of this package"]
    assert ask(shop, "select count(*) > 0 from graph.transitions") == [(True,)]


# -- no warehouse at all


def of_another_kind(path: Path) -> None:
    path.write_text("not a database" * 1000)


def of_something_else(path: Path) -> None:
    with duckdb.connect(path) as connection:
        connection.execute("create table invoices as select 1 as number")


def empty(path: Path) -> None:
    path.touch()


@pytest.mark.parametrize("made", [of_another_kind, of_something_else, empty])
@pytest.mark.parametrize("full", [False, True])
def test_a_file_that_is_no_warehouse_is_refused_and_stays(made, full, shop):
    made(shop / "w.duckdb")
    content = (shop / "w.duckdb").read_bytes()
    with pytest.raises(WarehouseError, match=r"w\.duckdb.*--warehouse"):
        run(shop, full=full)
    assert (shop / "w.duckdb").read_bytes() == content
    assert left(shop) == {"w.duckdb", "w.duckdb.lock", "w.duckdb.runs.ndjson"}


@pytest.mark.parametrize("share", [0.0001, 0.01, 0.3, 0.9, 0.999])
def test_a_warehouse_that_was_cut_short_is_refused_and_stays(share, shop, put):
    content = put(f"layout-{LAYOUT}")
    cut = content[: int(len(content) * share)]
    (shop / "w.duckdb").write_bytes(cut)
    with pytest.raises(WarehouseError, match=r"w\.duckdb.*--warehouse"):
        run(shop)
    assert (shop / "w.duckdb").read_bytes() == cut
