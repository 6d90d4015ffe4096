"""Five small nights, with a kill in two of them, end where one full run does."""

import duckdb
import pytest

from benchmarks.equal import LAST_DIGITS, differing
from benchmarks.simulated import simulate


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nights")
    said = []
    return simulate(folder, 5, 500, said.append), folder / "out"


def test_nights_with_late_and_changed_rows_and_two_kills_equal_one_full_run(simulated):
    done, _ = simulated
    assert done.killed == [2, 3]
    assert done.differing == {}


def test_the_nights_have_what_makes_nights_hard(simulated):
    done, out = simulated
    assert sum(night.joined for night in done.nights) > 0
    assert not done.nights[-1].made_all_anew
    with duckdb.connect(str(out / "journeys.duckdb"), read_only=True) as warehouse:
        sql = "select sum(rows_superseded) > 0, sum(rows_repeated) > 0 from {}"
        assert warehouse.execute(sql.format("journeys.landing.balances")).fetchall() == [
            (True, True)
        ]


def test_a_single_changed_cell_is_told(simulated, tmp_path):
    _, out = simulated
    changed = tmp_path / "changed.duckdb"
    changed.write_bytes((out / "journeys.duckdb").read_bytes())
    with duckdb.connect(str(changed)) as warehouse:
        warehouse.execute("""
            update changed.journeys.steps set events = events + 1
            where rowid = (select max(rowid) from changed.journeys.steps)
        """)
    assert differing(out / "journeys.duckdb", changed) == {"journeys.steps": "differs"}


def test_a_sum_that_differs_in_its_last_digit_is_told_as_that(tmp_path):
    for name, number in (("one", 0.1 + 0.2), ("other", 0.3)):
        with duckdb.connect(str(tmp_path / f"{name}.duckdb")) as made:
            made.execute("create schema graph")
            made.execute("create table graph.sums as select ?::double as sum", [number])
    told = differing(tmp_path / "one.duckdb", tmp_path / "other.duckdb")
    assert told == {"graph.sums": LAST_DIGITS}
