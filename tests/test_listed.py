"""The listed customers' rows at hand: selects upon few rows instead of everyone's."""

import pytest

from pipeline.build import build, listed_customers
from pipeline.database import bind, open_warehouse
from pipeline.inputs import parameters
from pipeline.listed import Listed
from pipeline.models import Model, read_models

LIST = "run.customers"
SQL = "select cup from core.cups where customer_id in (select customer_id from run.customers)"


def shop(listed, everyone=3):
    """Cups of customers 1, 2 and 3, of whom some are listed, of so many in all."""
    connection = open_warehouse(":memory:")
    connection.execute(
        f"create table run.customer_sets as from range({everyone}) as c (customer_id)"
    )
    connection.execute("create table run.customers (customer_id bigint)")
    connection.executemany("insert into run.customers values (?)", [[each] for each in listed])
    connection.execute(
        "create table core.cups as from (values (1, 'red'), (2, 'blue'), (3, 'green')) "
        "as cups (customer_id, cup)"
    )
    return connection


def small_tables(connection):
    sql = "select table_name from duckdb_tables() where temporary order by all"
    return [name for (name,) in connection.execute(sql).fetchall()]


def test_a_select_reads_the_listed_customers_rows_only():
    connection = shop([2])
    listed = Listed(connection, ["core.cups"])
    sql = listed.upon(SQL, LIST)
    assert "core.cups" not in sql
    connection.execute("delete from core.cups")
    assert connection.execute(sql).fetchall() == [("blue",)]


def test_events_are_those_with_identifiers_of_the_listed_customers():
    connection = shop([2])
    connection.execute("""
        create or replace table run.customer_sets as
        from (values (1, 10), (2, 20), (2, 21), (3, 30)) as sets (customer_id, identifier_set_id);
        create table run.event_labels as
        from (values ('a', 10), ('b', 20), ('c', 21), ('d', 30)) as l (event, identifier_set_id)
    """)
    sql = "select event from run.event_labels join run.customer_sets using (identifier_set_id)"
    small = listed_customers(connection, []).upon(sql, LIST)
    assert connection.execute(f"{small} order by all").fetchall() == [("b",), ("c",)]


def test_where_half_of_all_are_listed_it_reads_the_table_itself():
    connection = shop([2, 3], everyone=4)
    listed = Listed(connection, ["core.cups"])
    assert listed.upon(SQL, LIST) == SQL
    assert small_tables(connection) == []


def test_a_table_that_is_not_below_the_customer_is_read_as_it_is():
    listed = Listed(shop([2]), ["core.plates"])
    assert listed.upon(SQL, LIST) == SQL


@pytest.mark.parametrize(
    "sql",
    [
        "select cups.cup from core.cups where cups.customer_id = 2",
        "select mine.cup from core.cups as mine",
        "select cup from run.customers join core.cups using (customer_id)",
        "with cups as (select * from core.cups) select cup from cups",
    ],
)
def test_names_in_the_select_mean_the_same(sql):
    connection = shop([2])
    upon = Listed(connection, ["core.cups"]).upon(sql, LIST)
    assert connection.execute(upon).fetchall() == [("blue",)]


def test_rows_are_taken_out_once_and_put_away_by_list():
    connection = shop([2])
    listed = Listed(connection, ["core.cups"])
    listed.upon(SQL, LIST)
    connection.execute("delete from core.cups")
    assert connection.execute(listed.upon(SQL, LIST)).fetchall() == [("blue",)]
    listed.put_away("run.others")
    assert small_tables(connection) == ["listed_run_customers_core_cups"]
    listed.put_away(LIST)
    assert small_tables(connection) == []


def test_what_is_made_anew_is_at_hand_for_whoever_reads_it_next():
    connection = shop([2])
    marked = Model(
        "core.marked",
        "select customer_id, upper(cup) as cup from core.cups "
        "where customer_id in (select customer_id from run.customers)",
        "One row per cup.",
        key=("cup",),
    )
    told = Model(
        "journeys.told",
        "select customer_id, cup || '!' as cup from core.marked "
        "where customer_id in (select customer_id from run.customers)",
        "One row per cup.",
        key=("cup",),
    )
    connection.execute("create table core.marked as from core.cups")
    connection.execute("create table journeys.told as from core.cups")
    parts = [marked, told]
    listed = listed_customers(connection, parts)
    build(connection, parts, {}, listed=listed)
    assert connection.execute("select cup from journeys.told order by all").fetchall() == [
        ("BLUE!",), ("green",), ("red",),
    ]  # fmt: skip
    listed.put_away()
    assert small_tables(connection) == []


def test_rows_made_anew_are_put_in_the_small_tables_of_other_lists_too():
    connection = shop([2], everyone=9)
    connection.execute("create table run.others as from (values (2), (3)) as o (customer_id)")
    marked = Model(
        "core.marked",
        "select customer_id, upper(cup) as cup from core.cups "
        "where customer_id in (select customer_id from run.customers)",
        "One row per cup.",
    )
    connection.execute("create table core.marked as from core.cups")
    listed = listed_customers(connection, [marked])
    of_others = listed.upon("select cup from core.marked", "run.others")
    build(connection, [marked], {}, listed=listed)
    assert connection.execute(f"{of_others} order by all").fetchall() == [("BLUE",), ("green",)]


def test_a_column_that_moves_with_the_horizon_moves_for_everyone():
    connection = shop([2])
    connection.execute("create table core.horizon as select 20 as horizon")
    connection.execute(
        "create table core.aged as from (values (1, 5, true), (2, 5, true), (3, 18, false), "
        "(0, 11, false)) as cups (customer_id, ended_at, is_mature)"
    )
    sql = (
        "select customer_id, 19 as ended_at, horizon - 19 > $patience as is_mature "
        "from core.cups cross join core.horizon "
        "where customer_id in (select customer_id from run.customers)"
    )
    aged = Model(
        "core.aged", sql, "One row per cup.", key=("customer_id",),
        with_horizon=("is_mature", "horizon - ended_at > $patience"),
    )  # fmt: skip
    build(connection, [aged], {"patience": 8}, listed=listed_customers(connection, [aged]))
    assert connection.execute("from core.aged order by all").fetchall() == [
        (0, 11, True), (1, 5, True), (2, 19, False), (3, 18, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "model", [m for m in read_models() if m.with_horizon], ids=lambda m: m.name
)
def test_what_moves_with_the_horizon_is_as_the_select_makes_it(model, sample, sample_settings):
    column, value = model.with_horizon
    sql = f"select count(*), count(*) filter (where {column} is distinct from ({value})) "
    sql += f"from {model.name}, core.horizon"
    bound = bind(sql, parameters(sample_settings, None))
    rows, others = sample.execute(sql, bound).fetchone()
    assert rows > 0
    assert others == 0
