"""The runner over `sql/`: headers, order, and promises that are caught when they break."""

import pytest

from pipeline.build import build, create, drop_remade, for_everyone, listed_customers
from pipeline.database import open_warehouse
from pipeline.errors import PromiseError
from pipeline.models import (
    Model,
    ModelError,
    Step,
    in_order,
    read_model,
    read_models,
    sql_folder,
)
from pipeline.promises import check

HEADER = "-- One row per cup.\n-- Cups are of clay.\n-- key: cup_id\n"


def written(folder, sql, name="core.cups"):
    schema, _, table = name.partition(".")
    path = folder / schema / f"{table}.sql"
    path.parent.mkdir(exist_ok=True)
    path.write_text(sql, encoding="utf-8")
    return path


def model(sql, name="core.cups", **promises):
    return Model(name, sql, "One row per cup.", **promises)


def broken(sql, **promises):
    """What the promise says of this table; nothing where it holds."""
    connection, cups = open_warehouse(":memory:"), model(sql, **promises)
    create(connection, cups, {})
    try:
        check(connection, cups)
    except PromiseError as problem:
        return str(problem).partition("nothing was published: ")[2]
    return ""


def test_a_header_is_read_as_words_and_promises(tmp_path):
    fields = "-- not_null: colour, size\n-- allowed: colour red | dark blue; size s | l\n"
    path = written(tmp_path, HEADER + fields + "-- shares: glaze_share\nselect 1 as cup_id")
    cups = read_model(path)
    assert (cups.name, cups.grain) == ("core.cups", "One row per cup.\nCups are of clay.")
    assert (cups.key, cups.not_null, cups.shares) == (("cup_id",), ("colour", "size"), ("glaze_share",))  # noqa: E501  # fmt: skip
    assert cups.allowed == (("colour", ("red", "dark blue")), ("size", ("s", "l")))


def test_an_unknown_header_field_is_an_error(tmp_path):
    with pytest.raises(ModelError, match="unknown header field 'keys'"):
        read_model(written(tmp_path, "-- One row per cup.\n-- keys: cup_id\nselect 1"))


def test_a_header_must_begin_with_what_a_row_is(tmp_path):
    with pytest.raises(ModelError, match="the first line must begin"):
        read_model(written(tmp_path, "-- Cups.\nselect 1"))


def test_a_file_without_a_header_is_an_error(tmp_path):
    with pytest.raises(ModelError, match="the first line must begin"):
        read_model(written(tmp_path, "select 1"))


def test_words_after_the_fields_are_an_error(tmp_path):
    with pytest.raises(ModelError, match="words come before the fields"):
        read_model(written(tmp_path, HEADER + "-- and more\nselect 1"))


def test_checks_are_no_tables(tmp_path):
    written(tmp_path, HEADER + "select 1")
    written(tmp_path, HEADER + "select 1", "checks.cups")
    assert [cups.name for cups in read_models(tmp_path)] == ["core.cups"]


def test_what_a_file_reads_is_found_in_its_select_and_not_its_own_ctes():
    sql = "with b as (select * from core.a join run.c using (x)) select * from b"
    assert model(sql).reads == {"core.a", "run.c"}


def test_order_follows_what_is_read_and_ties_go_by_name():
    parts = [
        model("select * from core.b, run.made", "core.a"),
        model("select 1", "core.c"),
        model("select 1", "core.b"),
        Step("run.step", frozenset({"core.b"}), ("run.made",), lambda connection, parameters: None),
    ]
    expected = ["core.b", "core.c", "run.step", "core.a"]
    assert [part.name for part in in_order(parts)] == expected
    assert [part.name for part in in_order(reversed(parts))] == expected


def test_a_circle_is_told():
    parts = [model("select * from core.b", "core.a"), model("select * from core.a", "core.b")]
    with pytest.raises(ModelError, match="in a circle"):
        in_order(parts)


def test_build_makes_tables_and_steps_and_binds_what_each_names():
    def double(connection, parameters):
        connection.execute("create table run.made as select x * 2 as x from core.a")

    parts = in_order([
        model("select $x as x", "core.a"),
        Step("run.step", frozenset({"core.a"}), ("run.made",), double),
        model("select x + $y as x from run.made", "core.b"),
    ])  # fmt: skip
    connection, told = open_warehouse(":memory:"), []
    build(connection, parts, {"x": 20, "y": 2, "unused": 0}, told.append)
    assert connection.execute("select x from core.b").fetchall() == [(42,)]
    assert told == ["core.a", "run.step", "core.b"]


def test_a_broken_promise_stops_the_build():
    connection = open_warehouse(":memory:")
    parts = [model("select null as cup_id", key=("cup_id",)), model("select 1", "core.later")]
    with pytest.raises(PromiseError, match="breaks its promises"):
        build(connection, parts, {})


def tables_of(connection, schema):
    sql = "select table_name from duckdb_tables() where schema_name = ?"
    return {name for (name,) in connection.execute(sql, [schema]).fetchall()}


@pytest.mark.parametrize(("only_touched", "left"), [(False, {"c"}), (True, {"a", "b", "c"})])
def test_what_is_made_whole_gives_its_room_first(only_touched, left):
    whole = model("select 1 as x", "core.a")
    of_customers = model("select * from run.customers", "core.b")
    connection = open_warehouse(":memory:")
    for name in ("a", "b", "c"):
        connection.execute(f"create table core.{name} (x int)")
    drop_remade(connection, [whole, of_customers], only_touched=only_touched)
    assert tables_of(connection, "core") == left


def test_a_night_drops_what_it_makes_whole_once_it_knows_whom_to_judge():
    connection, seen = open_warehouse(":memory:"), []
    connection.execute("create table graph.a (x int)")
    for kept in ("graph.kept", "personas.assignments"):
        connection.execute(f"create table {kept} as select 1 as customer_id")

    def look(connection, _):
        seen.append(tables_of(connection, "graph"))

    judged = Step("run.judged", frozenset(), ("run.customers_to_judge",), look)
    later = Step("run.later", frozenset(), (), look)
    whole = model("select 1 as x", "graph.a")
    kept = model(
        "select 1 as customer_id where customer_id in (select customer_id from run.customers)",
        "graph.kept",
    )
    connection.execute("create table run.customers as select 1 as customer_id where false")
    connection.execute("create table run.customer_sets as select 1 as customer_id")
    parts = [judged, later, whole, kept]
    build(connection, parts, {}, listed=listed_customers(connection, parts))
    assert seen == [{"a", "kept"}, {"kept"}]
    assert tables_of(connection, "graph") == {"a", "kept"}


def test_a_null_in_a_key_is_caught():
    assert broken("select null as cup_id", key=("cup_id",)) == "cup_id is null: 1 rows"


def test_a_null_where_none_is_allowed_is_caught():
    assert broken("select null as x union all select 1", not_null=("x",)) == "x is null: 1 rows"


def test_a_key_that_is_there_twice_is_caught():
    sql = "select 7 as cup_id from range(3)"
    assert broken(sql, key=("cup_id",)) == '("cup_id") is not unique: 2 rows'


def test_a_key_of_two_columns_may_repeat_each_but_not_both():
    key = ("a", "b")
    assert broken("select * from (values (1, 1), (1, 2), (2, 1)) as t (a, b)", key=key) == ""
    found = broken("select * from (values (1, 1), (1, 2), (1, 1)) as t (a, b)", key=key)
    assert found == '("a", "b") is not unique: 1 rows'


def test_a_null_in_a_key_of_two_columns_is_told_as_null_and_not_as_a_repeat():
    found = broken("select * from (values (1, 1), (1, null)) as t (a, b)", key=("a", "b"))
    assert found == "b is null: 1 rows"


def test_a_value_that_is_not_allowed_is_caught_and_null_is_left_to_not_null():
    sql = "select unnest(['red', 'it''s', null, 'blue']) as colour"
    assert broken(sql, allowed=(("colour", ("red", "it's")),)) == (
        "colour is none of 'red', 'it''s': 1 rows"
    )


@pytest.mark.parametrize("share", ["-0.001", "1.001", "'nan'::double", "'inf'::double"])
def test_a_share_out_of_range_is_caught(share):
    found = broken(f"select {share} as rate union all select null", shares=("rate",))
    assert found == "rate is not from 0 to 1: 1 rows"


@pytest.mark.parametrize("share", ["0", "1.0", "0.5", "null"])
def test_a_share_from_0_to_1_or_none_is_well(share):
    assert broken(f"select {share}::double as rate", shares=("rate",)) == ""


def test_all_broken_promises_of_a_table_are_told_at_once():
    sql = "select null as cup_id, 2 as rate"
    assert broken(sql, key=("cup_id",), shares=("rate",)).count(";") == 1


def test_an_empty_table_keeps_every_promise():
    sql = "select 1 as cup_id, 'x' as colour, 0.5 as rate where false"
    promises = {"key": ("cup_id",), "allowed": (("colour", ("red",)),), "shares": ("rate",)}
    assert broken(sql, **promises) == ""


def test_every_file_of_the_house_can_be_read_and_ordered():
    models = read_models()
    assert {part.name for part in in_order(models)} == {part.name for part in models}
    assert sql_folder().name == "sql"


@pytest.mark.parametrize("house", read_models(), ids=lambda house: house.name)
def test_a_table_has_a_key_unless_it_is_a_single_row(house):
    assert house.key or house.grain.startswith("A single row")


def test_every_select_about_listed_customers_says_so_in_the_same_words():
    for made in read_models():
        if made.customer_list:
            rest = for_everyone(made).sql
            code = [line for line in rest.splitlines() if not line.startswith("--")]
            assert made.customer_list not in "\n".join(code), made.name


def test_for_everyone_nobody_is_asked_for():
    connection = open_warehouse(":memory:")
    connection.execute("create table run.customers as select 1 as customer_id")
    connection.execute("create table core.all_cups as select unnest([1, 2]) as customer_id")
    sql = "from core.all_cups where customer_id in (select customer_id from run.customers)"
    build(connection, [model("select * " + sql)], {})
    assert connection.execute("select count(*) from core.cups").fetchall() == [(2,)]


def renewed(kept, made, everyone):
    """What the promise says after customer 2's rows were made anew; nothing where it holds.

    `kept` are cups of customer 1 that stood before, `made` those of customer 2, of `everyone`.
    """
    connection = open_warehouse(":memory:")
    connection.execute("create table run.customers as select 2 as customer_id")
    connection.execute(
        f"create table run.customer_sets as from range(1, {everyone + 1}) as c (customer_id)"
    )
    connection.execute("create table core.cups (customer_id integer, cup_id integer)")
    connection.executemany("insert into core.cups values (1, ?)", [[cup] for cup in kept])
    rows = ", ".join(f"(2, {'null' if cup is None else cup})" for cup in made)
    sql = f"select * from (values {rows}) as cups (customer_id, cup_id) where " + (
        "customer_id in (select customer_id from run.customers)"
    )
    try:
        parts = [model(sql, key=("cup_id",))]
        build(connection, parts, {}, listed=listed_customers(connection, parts))
    except PromiseError as problem:
        return str(problem).partition("nothing was published: ")[2]
    return ""


@pytest.mark.parametrize("everyone", [2, 3])  # of two, one is not few
def test_rows_made_anew_are_checked_among_themselves_and_against_the_kept(everyone):
    assert renewed([1, 2], [3, 4], everyone) == ""
    assert '("cup_id") is not unique: 1 rows' in renewed([1, 2], [3, 3], everyone)
    assert '("cup_id") is not unique: 1 rows' in renewed([1, 2], [2, 3], everyone)
    assert "cup_id is null: 1 rows" in renewed([1, 2], [None, 3], everyone)
