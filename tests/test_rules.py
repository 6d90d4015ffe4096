"""What rules mean, and that nothing gets out of them: neither data, nor time, nor errors."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.database import open_warehouse
from pipeline.rules import RuleError, check_rule, columns_of, compile_rule

COLUMNS = {
    "source": "events.source",
    "event": "events.event",
    "value": "events.value",
    "score": "events.score",
    "text": "events.text",
    "email": "sets.identifier_email",
    "channel": 'events."channel"',
    "amount": "events.amount",
    "Page Title": 'events."Page Title"',
}
ROWS = """
    select * from (values
        (1, 'web', 'page view', null, null, null, 'paid', '10', 'Prices'),
        (2, 'web', 'page view', null, null, null, 'organic', '9.5', null),
        (3, 'crm', 'deal won', 1200.0, null, null, null, 'ten', null),
        (4, 'survey', 'answered', null, 2.0, 'It''s too slow', null, 'NaN', null)
    ) as events (id, source, event, value, score, "text", channel, amount, "Page Title")
"""


@pytest.fixture(scope="module")
def warehouse():
    with open_warehouse(":memory:") as connection:
        connection.execute(f"create table events as {ROWS}")
        connection.execute(
            "create table sets as select * from (values (1, 'a@x.com'), (3, 'b@y.com'))"
            " as sets (id, identifier_email)"
        )
        yield connection


def matching(warehouse: duckdb.DuckDBPyConnection, rule: str) -> list[int]:
    """The rows that a rule holds for."""
    sql = compile_rule(rule, COLUMNS, "test")
    rows = warehouse.execute(
        f"select id, {sql} from events left join sets using (id) order by id"
    ).fetchall()
    assert all(isinstance(holds, bool) for _, holds in rows), "a rule is never null"
    return [row for row, holds in rows if holds]


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        ("event = 'page view'", [1, 2]),
        ("event = 'page view' and channel = 'paid'", [1]),
        ("channel = 'paid' or event = 'deal won'", [1, 3]),
        ("channel <> 'paid'", [2]),  # null is neither equal nor unequal
        ("not channel = 'paid'", [2]),
        ("channel is null", [3, 4]),
        ("channel is not null", [1, 2]),
        ("channel is distinct from 'paid'", [2, 3, 4]),
        ("channel is not distinct from 'paid'", [1]),
        ("(channel = 'paid') is not true", [2, 3, 4]),
        ("channel in ('paid', 'organic')", [1, 2]),
        ("channel not in ('paid')", [2]),
        ("channel not in ('paid', null)", []),
        ("event like 'page%'", [1, 2]),
        ("event not like 'page%'", [3, 4]),
        ("event ilike 'PAGE%'", [1, 2]),
        ("event like 'page!_%' escape '!'", []),
        ("event glob 'd*'", [3]),
        ("event ~ 'w[io]n$'", [3]),
        ("event !~ 'won$'", [1, 2, 4]),
        ("event ~* 'WON$'", [3]),
        ("regexp_matches(event, 'WON', 'i')", [3]),
        ("regexp_extract(email, '@(.*)$', 1) = 'x.com'", [1]),
        ("text = 'It''s too slow'", [4]),
        ("contains(text, 'slow') or starts_with(event, 'deal')", [3, 4]),
        ("ends_with(event, 'won') or suffix(event, 'view')", [1, 2, 3]),
        ("upper(channel) = 'PAID' and lower(source) = 'web'", [1]),
        ("trim(' ' || channel || ' ') = 'paid'", [1]),
        ("length(channel) > 4", [2]),
        ("substr(channel, 1, 2) = 'pa' or left(channel, 1) = 'o'", [1, 2]),
        ("substring(event, strpos(event, ' ') + 1) = 'won'", [3]),
        ("right(event, 3) = 'won'", [3]),
        ("split_part(email, '@', 2) = 'y.com'", [3]),
        ("replace(channel, 'paid', 'x') = 'x'", [1]),
        ("concat(source, '-', channel) = 'web-paid'", [1]),
        ("coalesce(channel, 'none') = 'none'", [3, 4]),
        ("nullif(channel, 'paid') is null", [1, 3, 4]),
        ("case when score <= 6 then true else channel = 'paid' end", [1, 4]),
        ("case channel when 'paid' then 1 when 'organic' then 2 end >= 2", [2]),
        ("if(channel = 'paid', 'a', 'b') = 'a'", [1]),
        ("greatest(value, score) > 100", [3]),
        ("least(coalesce(value, 5), 7) = 5", [1, 2, 4]),
        ("abs(-value) = 1200 and round(value / 7, 1) = 171.4", [3]),
        ("floor(value / 7) = 171 or ceil(score / 3) = 1", [3, 4]),
        ("value between 1000 and 2000", [3]),
        ("value in (1200, 5)", [3]),
        ("score = 2 and value is null", [4]),
        ("\"Page Title\" = 'Prices'", [1]),
        ("Channel = 'paid' and EVENT = 'page view'", [1]),
        ("true", [1, 2, 3, 4]),
        ("null", []),
        ("channel = null", []),
    ],
)
def test_a_rule_holds_for_these_rows(warehouse, rule, rows):
    assert matching(warehouse, rule) == rows


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        ("amount > 9", [1, 2]),  # as text, '9.5' > '10'
        ("amount between 9 and 9.9", [2]),
        ("amount = 10", [1]),
        ("amount in (10, 11)", [1]),
        ("amount = '10'", [1]),  # text with text
        ("amount in ('ten', 10)", [1, 3]),  # a word among numbers: all are text
        ("amount * 2 >= 19", [1, 2]),
        ("amount + amount = 20", [1]),
        ("amount < value", []),
        ("coalesce(amount, 0) > 5", [1, 2]),
        ("try_cast(amount as double) is null", [3]),
        ("cast(amount as integer) = 10", [1, 2]),
        ("amount::double > 9.7", [1, 4]),  # a cast that is written out keeps not-a-number
        ("value = '1200'", [3]),
        ("value = 'high'", []),
        ("cast(value as varchar) = '1200.0'", [3]),
        ("amount > 5 = true", [1, 2]),
    ],
)
def test_text_that_meets_a_number_is_read_as_one_and_what_is_none_is_null(warehouse, rule, rows):
    assert matching(warehouse, rule) == rows


@pytest.mark.parametrize(
    "rule",
    [
        "value / 0 > 0",
        "value // 0 > 0",
        "value % 0 > 0",
        "1 / (value - 1200) > 0",
        "value * 1e308 * 1e308 < 0",
        "cast(channel as integer) = 1",
        "cast(channel as date) < date '2020-01-01'",
        "cast(event as boolean)",
        "channel > 5",
        "substr(event, 99999999999 * 99, 1) = 'x'",
        "substr(event, value * 1e300, 1) = 'x'",
        "left(channel, amount * 1e18) = 'x'",
        "split_part(event, '', 0) = 'x'",
        "round(value, 400) < 0",
        "9223372036854775807 + 9223372036854775807 < value",
        "abs(cast('-9223372036854775808' as bigint)) < value",
        "-cast('-9223372036854775808' as bigint) < value",
        "regexp_extract(channel, '(x)', 1) = 'x'",
        "regexp_extract(channel, 'x', 5) = 'x'",
    ],
)
def test_what_would_be_an_error_is_null_and_counts_as_false(warehouse, rule):
    assert matching(warehouse, rule) == []


@pytest.mark.parametrize(
    "rule",
    [
        # what a rule is not
        "select 1",
        "(select true)",
        "(select max(x) from other) = 'x'",
        "exists (select 1)",
        "event in (select x from other)",
        "event = any (select x from other)",
        "event = all (select x from other)",
        "event = any (['x'])",
        "(values (true))",
        "(from other)",
        "(table other)",
        "with x as (select 1) select true",
        "true union select true",
        "true; select 1",
        "true;",
        ";",
        "drop table events",
        "insert into events values (1)",
        "update events set event = 'x'",
        "delete from events",
        "create table x as select 1",
        "attach 'x.duckdb'",
        "copy events to 'x.csv'",
        "install httpfs",
        "load httpfs",
        "pragma database_list",
        "set enable_external_access = true",
        "call pragma_version()",
        "export database 'x'",
        "explain select 1",
        "true order by 1",
        "true limit 1",
        "true from events",
        "true as x",
        "true, true",
        "(true, true)",
        # files, the machine, the network
        "read_csv('/etc/passwd')",
        "read_text('/etc/passwd') = 'x'",
        "read_blob('/etc/passwd') is null",
        "read_parquet('x') is null",
        "(select content from read_text('/etc/passwd')) like '%'",
        "glob('*') = 'x'",
        "getenv('HOME') = 'x'",
        "current_setting('threads') = '1'",
        "duckdb_settings() is null",
        "query('select 1') is null",
        "query_table('events') is null",
        "pragma_version() is null",
        "which_secret('x', 'y') is null",
        "write_log('x') is null",
        "error('x') is null",
        "sleep(1) is null",
        # what differs from run to run
        "random() < 0.5",
        "setseed(0.5) is null",
        "uuid() = 'x'",
        "gen_random_uuid() = 'x'",
        "now() > '2020-01-01'",
        "today() > '2020-01-01'",
        "current_date > '2020-01-01'",
        "current_timestamp > '2020-01-01'",
        "current_time is null",
        "localtimestamp is null",
        "get_current_timestamp() is null",
        "current_user = 'x'",
        "current_schema() = 'x'",
        "current_database() = 'x'",
        "txid_current() = 1",
        "nextval('s') = 1",
        "currval('s') = 1",
        "version() = 'x'",
        "cast(event as timestamp with time zone) is null",
        "cast('now' as timestamptz) is null",
        "event at time zone 'x' is null",
        # many rows, many columns
        "*",
        "* is null",
        "events.* is null",
        "columns(*) = 'x'",
        "columns('e.*') = 'x'",
        "columns(c -> c like 'e%') = 'x'",
        "count(*) > 1",
        "max(value) > 1",
        "string_agg(event, ',') = 'x'",
        "sum(value) filter (where true) > 1",
        "row_number() over () = 1",
        "lag(event) over (order by value) = 'x'",
        "max(value) over () > 1",
        "unnest([1]) = 1",
        "range(5) is null",
        "generate_series(1, 100000000) is null",
        "grouping(event) = 1",
        # other structures
        "list_filter([1], x -> x > 0) is null",
        "list_filter([1], lambda x: x > 0) is null",
        "[1, 2] is null",
        "[x for x in [1, 2]] is null",
        "{'a': 1} is null",
        "map {'a': 1} is null",
        "row(1, 2) is null",
        "struct_pack(a := 1) is null",
        "event[1] = 'p'",
        "event[1:2] = 'p'",
        "event -> 'a' = 'x'",
        "event ->> 'a' = 'x'",
        "json_extract(event, 'a') = 'x'",
        "cast(event as json) is null",
        "cast(event as blob) is null",
        "cast(event as varchar[]) is null",
        "cast(event as struct(x integer)) is null",
        "cast(event as enum('a')) is null",
        "cast(event as uuid) is null",
        "event::regclass is null",
        "cast(value as decimal(400, 2)) = 1",
        "event collate nocase = 'x'",
        "interval 1 day is null",
        "e'\\x41' = event",
        # parameters, other people's names, hidden words
        "event = $1",
        "event = $event",
        "event = ?",
        "event = :event",
        "#1 = 'x'",
        "events.event = 'x'",
        "main.events.event = 'x'",
        "events.rowid = 1",
        "event.x = 'y'",
        "event = 'x' -- or true",
        "event = /* not */ 'x'",
        "/* */",
        "event = 'x' /*+ hint */",
        # functions that make the machine work, or that are none
        "repeat('x', 1000000000) = 'y'",
        "lpad('x', 1000000000, 'y') = 'z'",
        "printf('%1000000000d', 1) = 'x'",
        "format('{}', event) = 'x'",
        "sha256(event) = 'x'",
        "md5(event) = 'x'",
        "hash(event) = 1",
        "power(value, 2) > 1",
        "factorial(30) > 1",
        "no_such_function(event)",
        "try(value / 0) is null",
        "coalesce(distinct event) = 'x'",
        "lower(distinct event) = 'x'",
        "greatest(event ignore nulls) = 'x'",
        # patterns that cannot be, or are not written out
        "event ~ '('",
        "event similar to '['",
        "regexp_matches(event, channel)",
        "regexp_matches(event, 'x', channel)",
        "regexp_matches(event, 'x', 'qqq')",
        "regexp_extract(event, 'x', value) = 'x'",
        "event like channel escape '!'",
        "event like 'x' escape '!!'",
        "event like 'x' escape ''",
        "event like 'x!' escape '!'",
        # no condition
        "event",
        "'paid'",
        "1",
        "value + 1",
        "event and channel",
        "not event",
        "value < date '2020-01-01'",
        "cast(value as date) is null",
        "",
        "  ",
        "event =",
        "event = 'x' and",
        "event = 'x",
        "and",
        "event in ()",
        "lower() = 'x'",
        "lower(event, event) = 'x'",
        "substring(event) = 'x'",
        "prefix(event)",
        "event is 'x'",
        "event = 'x' event = 'y'",
        "\0",
    ],
)
def test_there_is_no_way_out_of_a_rule(rule):
    with pytest.raises(RuleError) as caught:
        compile_rule(rule, COLUMNS, "touchpoint 'paid ad'")
    assert str(caught.value).startswith("touchpoint 'paid ad': ")
    assert "\n" not in str(caught.value)
    assert "Error:" not in str(caught.value)


def test_a_refusal_names_what_is_allowed():
    with pytest.raises(RuleError, match=r"the function now\(\) is not allowed; a rule may use and, or, not, comparisons"):  # noqa: E501  # fmt: skip
        compile_rule("now() > '2020-01-01'", COLUMNS, "rule")


def test_a_function_that_is_misspelled_is_told_the_nearest():
    with pytest.raises(RuleError, match=r"Did you mean starts_with\?$"):
        compile_rule("start_with(event, 'x')", COLUMNS, "rule")


def test_an_unknown_column_is_told_with_what_there_is_and_the_nearest():
    with pytest.raises(RuleError, match=r"^rule: there is no column 'chanel'; there are .*source.* Did you mean channel\?$"):  # noqa: E501  # fmt: skip
        compile_rule("chanel = 'paid'", COLUMNS, "rule")


def test_text_in_double_quotes_is_told_to_use_single_ones():
    with pytest.raises(RuleError, match=r"Text goes in single quotes: 'paid search'$"):
        compile_rule('channel = "paid search"', COLUMNS, "rule")


def test_nesting_too_deep_is_told():
    with pytest.raises(RuleError, match="nested too deeply"):
        check_rule("(" * 3000 + "true" + ")" * 3000)


def test_a_rule_too_long_is_told():
    with pytest.raises(RuleError, match="longer than 20000 characters"):
        check_rule("event = '" + "x" * 20_000 + "'")


def test_a_long_list_of_alternatives_is_no_deep_tree(warehouse):
    rule = " or ".join(f"event = 'event {number}'" for number in range(700))
    assert matching(warehouse, rule + " or event = 'deal won'") == [3]


def test_the_users_text_is_never_the_sql():
    sql = compile_rule("CHANNEL   ='paid' AND(TRUE)", COLUMNS, "rule")
    assert "CHANNEL   =" not in sql
    assert "events." in sql


def test_a_quote_in_a_text_stays_inside_the_text(warehouse):
    assert matching(warehouse, "event = 'x'' or ''1''=''1'") == []


def test_a_rule_tells_the_columns_it_reads():
    rule = "lower(event) = 'x' and (channel in ('a') or \"Page Title\" is null or value > 3)"
    assert columns_of(rule) == {"event", "channel", "Page Title", "value"}


def test_without_columns_any_name_will_do():
    check_rule("\"Deal Stage\" = 'won' and anything > 3")


@pytest.mark.parametrize(
    "rule",
    [
        "a = 't' or b = 't' and c = 't'",
        "not a = 't' and b = 't'",
        "not a = 't' or b = 't'",
        "not (a = 't' and b = 't')",
        "not a is null and b = c",
        "a = b is null",
        "a = b is not true",
        "a || b = 'tf' or c is null",
        "a <> b or b = c and not c = 't'",
        "a in ('t', b) and c not in (a)",
        "a between b and c and b = 't'",
        "a not between b and c or b = 't'",
        "a like b || '%' and c = 't'",
        "a is distinct from b and c is not distinct from a",
        "length(a) + length(b) * 2 - 1 = 2",
        "length(a) - length(b) - length(c) = -1",
        "- length(a) + 2 = 1",
        "case when a = 't' then b else c end = 't'",
    ],
)
def test_a_rule_means_what_duckdb_reads_in_its_text(warehouse, rule):
    ours = compile_rule(rule, {name: name for name in "abc"}, "rule")
    values = "(values ('t'), ('f'), (null))"
    different = warehouse.execute(
        f"select count(*) from {values} x (a), {values} y (b), {values} z (c)"
        f" where ({ours}) is distinct from coalesce(({rule}), false)"
    ).fetchone()
    assert different == (0,)


TEXTS = st.sampled_from(
    ["", "x", "-5", "1e308", "nan", "inf", "99999999999999999999", "true", "é😀"]
)
LEAVES = st.sampled_from(["a", "b", "value", "0", "-1", "2.5", "1e308", "null", "'x'", "''", "'7'"])
FORMS = [
    "({} + {})", "({} - {})", "({} * {})", "({} / {})", "({} // {})", "({} % {})", "({} || {})",
    "coalesce({}, {})", "nullif({}, {})", "greatest({}, {})", "least({}, {})", "left({}, {})",
    "right({}, {})", "substr({}, {})", "split_part({}, 'x', {})", "concat({}, {})",
    "round({}, {})", "strpos({}, {})", "replace({}, {}, 'y')", "cast(({})::text as bigint) + {}",
    "abs({}) - floor({})", "case when {} = 'x' then {} else 3 end", "length({}) + ceil({})",
    "cast(({})::text as timestamp)::text || lower({})", "reverse({}) || trim({})", "-({}) * {}",
]  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.builds(str.format, st.sampled_from(FORMS), inner, inner),
    max_leaves=6,
)
CONDITIONS = st.builds(
    str.format,
    st.sampled_from(["{} = {}", "{} < {}", "{} in ({}, 3)", "{} between {} and 5", "{} like {}",
                     "{} is distinct from {}", "contains({}, {})", "not {} >= {}"]),
    VALUES, VALUES,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(CONDITIONS, TEXTS, TEXTS, st.floats())
def test_no_rule_that_is_accepted_can_fail_on_any_row(warehouse, rule, a, b, value):
    sql = compile_rule(rule, {"a": "$a", "b": "$b", "value": "$value"}, "rule")
    asked = {name: given for name, given in {"a": a, "b": b, "value": value}.items() if f"${name}" in sql}  # noqa: E501  # fmt: skip
    row = warehouse.execute(f"select {sql}", asked).fetchone()
    assert row in ((True,), (False,))
