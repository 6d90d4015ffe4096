"""Every file in `sql/` keeps to what DuckDB and Spark both do alike, and data goes one way."""

import pytest
from portable import unportable

from pipeline.models import read_models, sql_folder

FILES = {f"{path.parent.name}/{path.name}": path for path in sorted(sql_folder().glob("*/*.sql"))}
SCHEMAS = ("landing", "core", "journeys", "personas", "graph", "findings")

SILENTLY_DIFFERENT = """
    list(x order by y)
    array_agg(x order by y) filter (where x is not null)
    list(x)
    array_agg(x) filter (where y is not null)
    date_diff('minute', a, b)
    date_diff('hour', a, b)
    date_diff('month', cast(a as date), cast(b as date))
    date_diff('day', a, b)
    epoch(x)
    percentile_cont(0.5) within group (order by x)
    percentile_disc(0.5) within group (order by x)
    arg_max(x, y)
    max_by(x, y)
    arg_min(x, y) filter (where y is not null)
    regexp_replace(x, 'a', 'b')
    regexp_replace(x, '(a)', '\\1', 'g')
    cast(x as int)
    x::bigint
    cast(2.5 as integer)
    log(x)
    dayofweek(x)
    isodow(x)
    extract(dow from x)
    date_part('isodow', x)
    dayname(x)
    date_trunc('day', cast(x as date))
    date_trunc('day', current_date)
"""
FAILING = """
    list_transform(l, x -> x + 1)
    quantile_cont(x, 0.5)
    list_reduce(l, lambda x, y: x + y)
    list_sum(l)
    list_zip(a, b)
    list_position(l, 1)
    list_extract(l, 1)
    list_slice(l, 1, 2)
    l[1:2]
    [x + 1 for x in l]
    len(l)
    l[-1]
    time_bucket(interval 1 day, x)
    to_minutes(3)
    epoch_ms(x)
    age(x, y)
    date_add(x, interval 1 month)
    * replace (1 as a)
    columns('x')
    sum(x) over (order by y groups between 1 preceding and current row)
    first(x order by y)
    entropy(x)
    histogram(x)
    regexp_full_match(x, 'a')
    regexp_matches(x, 'a(?=b)')
    regexp_extract(x, '(?<!a)b')
    x / y
    x // y
    x % y
    x / (y - 1)
    x / count(y)
    sum(x) over (w rows unbounded preceding)
"""
WHOLE_SELECTS = """
    select * from a asof join b on a.t >= b.t
    select * from unnest(l) with ordinality
    select *, row_number() over (order by x) as n from t qualify n = 1
    select a from t union by name select b from u
    select a from t union all by name select b from u
    with x as materialized (select 1) select * from x
    with x as not materialized (select 1) select * from x
    with recursive r as (select 1 union select 2 from r) select * from r
    select 1; select 2
    create table t as select 1
    select * from read_csv('file.csv')
"""
PORTABLE = """
    string_agg(x, ' > ' order by y, z)
    list_transform(list_sort(list({'t': y, 'x': x})), lambda s: s.x)
    list(distinct x) filter (where x is not null)
    arg_max(x, y) filter (where x is not null and z)
    date_diff('microsecond', a, b) / 1000000
    date_diff('day', date '1970-01-05', cast(x as date)) % 7 + 1
    a - b > interval 30 minute
    median(x)
    regexp_replace(x, 'a', 'b', 'g')
    cast(floor(x) as bigint)
    cast(x > 1 as integer)
    cast(sum(x) over w as bigint)
    cast(row_number() over w as bigint)
    ln(x) + log10(x) + log2(x)
    date_trunc('day', cast(x as timestamp))
    l[1]
    length(x)
    any_value(x)
    x / nullif(y, 0)
    x / sqrt(1 + y / 2)
    last_value(x ignore nulls) over (partition by a order by b rows unbounded preceding)
"""


def lines(text):
    return [line.strip() for line in text.strip().splitlines()]


@pytest.mark.parametrize("name", FILES)
def test_a_file_says_nothing_that_spark_fails_at_or_answers_differently(name):
    assert unportable(FILES[name].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("expression", lines(SILENTLY_DIFFERENT) + lines(FAILING))
def test_what_is_not_portable_is_caught(expression):
    assert unportable(f"select {expression} from t window w as (order by k)") != []


@pytest.mark.parametrize("sql", lines(WHOLE_SELECTS))
def test_a_select_that_is_not_portable_is_caught(sql):
    assert unportable(sql) != []


@pytest.mark.parametrize("expression", lines(PORTABLE))
def test_what_is_portable_is_left_alone(expression):
    assert unportable(f"select {expression} from t window w as (order by k)") == []


def test_a_divisor_is_followed_to_where_it_got_its_name():
    sql = "with c as (select {} as n from t group by k) select 1 / n from c"
    assert unportable(sql.format("count(*)")) == []
    assert unportable(sql.format("nullif(sum(x), 0)")) == []
    assert unportable(sql.format("sum(x)")) != []


def test_a_divisor_is_what_its_own_source_says_and_not_another_of_the_same_name():
    sources = "with c as (select count(*) as n from t group by k), d as (select x as n from t)"
    assert unportable(f"{sources} select 1 / c.n from c join d using (k)") == []
    assert unportable(f"{sources} select 1 / d.n from c join d using (k)") != []
    assert unportable(f"{sources} select 1 / n from c") == []


def test_a_divisor_is_followed_through_a_star():
    sql = "with c as (select count(*) as n from t group by k), d as (select *, 1 as x from c)"
    assert unportable(f"{sql} select x / n from d") == []
    assert unportable(f"{sql.replace('count(*)', 'sum(z)')} select x / n from d") != []


def reads_too_late(name, reads):
    """Tables of a schema that comes after the file's own; `run` may be read by all."""
    own = SCHEMAS.index(name.split(".")[0])
    later = set(SCHEMAS[own + 1 :])
    return sorted(table for table in reads if table.split(".")[0] in later)


@pytest.mark.parametrize("model", read_models(), ids=lambda model: model.name)
def test_a_file_reads_no_later_schema(model):
    assert reads_too_late(model.name, model.reads) == []


@pytest.mark.parametrize("model", read_models(), ids=lambda model: model.name)
def test_a_file_reads_tables_of_the_known_schemas_only(model):
    assert {table.split(".")[0] for table in model.reads} <= {*SCHEMAS, "run"}


def test_reading_a_later_schema_is_caught():
    reads = {"run.persona_assignments", "core.events", "personas.assignments", "graph.flows"}
    expected = ["graph.flows", "personas.assignments"]
    assert reads_too_late("journeys.moves", reads) == expected
    assert reads_too_late("findings.feelings", reads) == []


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_short_enough_to_be_read(name):
    assert len(FILES[name].read_text(encoding="utf-8").splitlines()) <= 110
