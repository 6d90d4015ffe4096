"""The same rows, however a file is written."""

import json

import pytest
from exports import EVENTS, at

TWO = [("page", at(1, 10)), ("order", at(2, 11))]
CSV = "at,what,who\n2025-01-01 10:00:00,page,a\n2025-01-02 11:00:00,order,a\n"
NDJSON = (
    '{"at": "2025-01-01T10:00:00", "what": "page", "who": "a"}\n'
    '{"at": "2025-01-02T11:00:00", "what": "order", "who": "a"}\n'
)


def bom(text):
    return b"\xef\xbb\xbf" + text.encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("web.csv", CSV),
        ("web.csv.gz", CSV),
        ("web.CSV.GZ".lower(), CSV),
        ("web.txt", CSV),
        ("web.csv", bom(CSV)),
        ("web.csv", bom('"at",what' + CSV.removeprefix("at,what"))),
        ("web.csv", CSV.replace(",", ";")),
        ("web.tsv", CSV.replace(",", "\t")),
        ("web.csv", CSV.replace(",", "|")),
        ("web.csv", CSV.replace("\n", "\r\n")),
        ("web.csv", CSV.rstrip("\n")),
        ("web.csv", CSV + "\n\n"),
        ("web.csv", CSV.replace("page", '"page"').replace("order", '"order"')),
        ("web.csv", CSV.encode("utf-16")),
        ("web.ndjson", NDJSON),
        ("web.jsonl", NDJSON),
        ("web.ndjson.gz", NDJSON),
        ("web.ndjson", bom(NDJSON)),
        ("web.ndjson", NDJSON.replace("\n", "\r\n")),
        ("web.ndjson", NDJSON.replace("\n", "\n\n")),
        ("web.ndjson", NDJSON.replace("\n", "\r\n", 1)),
    ],
    ids=range(21),
)
def test_the_same_two_events(exports, name, content):
    assert exports.log().write(name, content).load().rows(EVENTS) == TWO


def test_parquet_with_texts(exports):
    select = "select '2025-01-01 10:00:00' as at, 'page' as what, 'a' as who"
    assert exports.log().write_parquet("web.parquet", select).load().rows(EVENTS) == TWO[:1]


@pytest.mark.parametrize(
    "typed",
    [
        "timestamp '2025-01-01 10:00:00'",
        "timestamp_ns '2025-01-01 10:00:00'",
        "timestamp_s '2025-01-01 10:00:00'",
        "timestamptz '2025-01-01 11:00:00+01'",
        "1735725600",
        "1735725600000",
        "1735725600.0::double",
        "1735725600000000::hugeint",
    ],
)
def test_parquet_with_typed_times(exports, typed):
    select = f"select {typed} as at, 'page' as what, 7 as who"
    assert exports.log().write_parquet("web.parquet", select).load().rows(EVENTS) == TWO[:1]


def test_parquet_with_a_date(exports):
    select = "select date '2025-01-01' as at, 'page' as what, 'a' as who"
    exports.log(date_only="end").write_parquet("web.parquet", select).load()
    assert exports.rows("select cast(occurred_at as varchar) from landing.events") == [
        ("2025-01-01 23:59:59.999999",)
    ]


def test_typed_naive_times_are_in_the_zone_of_the_source(exports):
    select = "select timestamp '2025-07-01 12:00:00' as at, 'page' as what, 'a' as who"
    exports.log(timezone="Europe/Stockholm").write_parquet("web.parquet", select).load()
    assert exports.rows(EVENTS) == [("page", at(1, 10, month=7))]


def test_numbers_as_identifiers_are_written_whole(exports):
    for name, who in (("a", "9007199254740993::bigint"), ("b", "12.0::double")):
        select = f"select '2025-01-01' as at, 'page' as what, {who} as who"
        exports.write_parquet(f"web-{name}.parquet", select)
    exports.log().load()
    assert exports.rows("select identifier_visitor from landing.identifier_sets order by 1") == [
        ("12",), ("9007199254740993",),
    ]  # fmt: skip


def test_a_glob_reads_every_file(exports):
    rows = CSV.splitlines()
    exports.write("days/web-1.csv", f"{rows[0]}\n{rows[1]}\n")
    exports.write("days/web-2.csv", f"{rows[0]}\n{rows[2]}\n")
    assert exports.log(path="days/web-*.csv").load().rows(EVENTS) == TWO


def test_columns_may_come_in_another_order_in_the_next_file(exports):
    exports.write("web-1.csv", "at,what,who\n2025-01-01 10:00,page,a\n")
    exports.write("web-2.csv", "who;more;what;at\na;x;order;2025-01-02 11:00\n")
    assert exports.log().load().rows(EVENTS) == TWO


@pytest.mark.parametrize("name", ["web [1] it's.csv", 'web "q".csv', "web 100% *.csv"])
def test_a_path_is_what_it_says_whatever_is_in_it(exports, name):
    assert exports.log(path=name).write(name, CSV).load().rows(EVENTS) == TWO


def test_names_of_columns_may_hold_anything(exports):
    strange = "the \"time\", 'utc'; $1"
    header = '"the ""time"", \'utc\'; $1",event name,who?\n'
    exports.log(time=strange, event="event name", identifiers={"visitor": "who?"})
    exports.write("web.csv", header + "2025-01-01 10:00,page,a\n").load()
    assert exports.rows(EVENTS) == TWO[:1]


def test_line_breaks_and_quotes_within_quotes(exports):
    exports.log(text="said")
    exports.write("web.csv", 'at,what,who,said\n2025-01-01,page,a,"one\n""two"", three"\n').load()
    assert exports.rows("select text from landing.events") == [('one\n"two", three',)]


def test_quotes_that_come_late(exports):
    plain = "2025-01-01 10:00:00,page,a,x\n" * 30_000
    exports.log(text="said")
    exports.write("web.csv", "at,what,who,said\n" + plain + '2025-01-02,page,a,"b\nc, d"\n').load()
    assert exports.rows("select distinct text from landing.events order by 1") == [
        ("b\nc, d",), ("x",),
    ]  # fmt: skip


def test_latin_1(exports):
    exports.write("web.csv", "at,what,who\n2025-01-01 10:00,Malmö,a\n".encode("latin-1")).log()
    assert exports.load().rows("select event from landing.events") == [("Malmö",)]


def test_latin_1_that_begins_late(exports):
    plain = "2025-01-01 10:00:00,page,a\n" * 100_000
    content = f"at,what,who\n{plain}2025-01-02 10:00:00,köp,a\n".encode("latin-1")
    exports.log().write("web.csv", content).load()
    assert exports.rows("select distinct event from landing.events order by 1") == [
        ("köp",), ("page",),
    ]  # fmt: skip


def test_latin_1_in_the_header(exports):
    content = "at,what,wär\n2025-01-01 10:00,page,a\n".encode("latin-1")
    exports.log(identifiers={"visitor": "wär"}).write("web.csv", content)
    assert exports.load().rows(EVENTS) == TWO[:1]


@pytest.mark.parametrize("plain", [0, 100_000])
def test_utf_8_with_a_broken_line_stays_utf_8(exports, plain):
    rows = "2025-01-01 10:00:00,page,a\n" * plain + "2025-01-01,köp,a\n" * 2
    content = f"at,what,who\n{rows}".encode() + "2025-01-02,köp,a\n".encode("latin-1")
    exports.more["max_rejected_share"] = 0.5
    exports.log().write("web.csv", content).load()
    assert ("köp",) in exports.rows("select distinct event from landing.events")
    assert exports.balance("rows_rejected") == [(1,)]


def test_latin_1_by_the_settings(exports):
    exports.log(encoding="iso-8859-1")
    exports.write("web.csv", "at,what,who\n2025-01-01 10:00,Malmö,a\n".encode("latin-1"))
    assert exports.load().rows("select event from landing.events") == [("Malmö",)]


def test_the_delimiter_of_the_settings(exports):
    exports.log(delimiter="^").write("web.csv", CSV.replace(",", "^"))
    assert exports.load().rows(EVENTS) == TWO


def test_semicolons_with_decimal_commas_in_every_row(exports):
    exports.log().write("web.csv", "at;what;who;x;y\n2025-01-01 10:00;page;a;1,5;2,5\n")
    assert exports.load().rows(EVENTS) == TWO[:1]


def test_a_header_without_rows_is_fine(exports):
    exports.log().write("web.csv", "at,what,who\n").load()
    assert exports.balance("rows_read", "rows_used") == [(0, 0)]


def test_parquet_without_rows_is_fine(exports):
    select = "select '' as at, '' as what, '' as who where false"
    exports.log().write_parquet("web.parquet", select).load()
    assert exports.balance("rows_read", "rows_used") == [(0, 0)]


def test_a_file_of_one_column(exports):
    exports.wide(
        row_id=None, version=None, events=None, attributes={"known": "who"}, path="names.csv"
    )
    exports.write("names.csv", "who\na\nb\n").load()
    assert exports.rows("select value from landing.attributes order by 1") == [("a",), ("b",)]


def test_a_column_may_be_used_twice(exports):
    exports.log(columns={"page": "who", "channel": "what"}, event_id="who", text="what")
    exports.write("web.csv", CSV.replace("order,a", "order,b")).load()
    assert exports.rows("select event, page, channel, text from landing.events order by 1") == [
        ("order", "b", "order", "order"), ("page", "a", "page", "page"),
    ]  # fmt: skip


def test_nested_keys(exports):
    exports.log(time="meta.at", identifiers={"visitor": "user.id"}, columns={"page": "page.url"})
    exports.write(
        "web.ndjson",
        '{"meta": {"at": "2025-01-01"}, "what": "page", "user": {"id": 7}, "page.url": "/x"}\n',
    ).load()
    assert exports.rows("""
        select event, page, identifier_visitor
        from landing.events join landing.identifier_sets using (identifier_set_id)
    """) == [("page", "/x", "7")]


def test_json_values_of_each_kind(exports):
    exports.log(columns=dict.fromkeys("abcdefg") | {name: name for name in "abcdefg"})
    line = (
        '{"at": 1735725600, "what": "page", "who": 12345678901234567890, "a": null, "b": true,'
        ' "c": "", "d": [1, 2], "e": {"x": 1}, "f": "\\u00f6\\n\\"", "g": 1.5}'
    )
    exports.write("web.ndjson", line + "\n").load()
    found = exports.rows("select a, b, d, e, f, g from landing.events")
    assert found == [(None, "true", "[1,2]", '{"x":1}', 'ö\n"', "1.5")]
    assert exports.rows("select identifier_visitor from landing.identifier_sets") == [
        ("12345678901234567890",)
    ]


@pytest.mark.parametrize("ending", ["csv", "ndjson", "parquet"])
def test_empty_text_and_nothing_are_the_same_event(exports, ending):
    exports.log(columns={"page": "url"})
    row = "select '2025-01-01' as at, 'page' as what, 'a' as who, "
    if ending == "parquet":
        exports.write_parquet("web.parquet", f"{row} '' as url union all {row} null")
    if ending == "csv":
        exports.write("web.csv", 'at,what,who,url\n2025-01-01,page,a,""\n2025-01-01,page,a,\n')
    if ending == "ndjson":
        line = '{"at": "2025-01-01", "what": "page", "who": "a", "url": %s}\n'
        exports.write("web.ndjson", line % '""' + line % "null")
    exports.load()
    assert exports.rows("select event, page from landing.events") == [("page", None)]
    assert exports.balance("rows_read", "rows_used", "rows_repeated") == [(2, 1, 1)]


def test_a_source_may_be_of_several_formats(exports):
    exports.write("web.csv", CSV.splitlines()[0] + "\n" + CSV.splitlines()[1] + "\n")
    exports.write("web.ndjson", NDJSON.splitlines()[1] + "\n")
    assert exports.log().load().rows(EVENTS) == TWO


def test_rows_of_a_large_file_keep_their_numbers(exports):
    good = "2025-01-01 10:00:00,page,a\n" * 400_000
    exports.log().write("web.csv", f"at,what,who\n{good}soon,page,a\n{good}").load()
    assert exports.rows("select row_number from landing.rejected_rows") == [(400_001,)]


def test_rows_keep_their_numbers_where_a_rule_lists_much(exports):
    names = ", ".join(f"'{name}'" for name in "abcdefghijklmnopqrstuvwxyz")
    good = "2025-01-01 10:00:00,a,b\n2025-01-01 10:00:00,no,b\n" * 100_000
    exports.log(where=f"what in ({names})")
    exports.write("web.csv", f"at,what,who\n{good}soon,a,b\n{good}").load()
    assert exports.rows("select row_number from landing.rejected_rows") == [(200_001,)]
    assert exports.balance("rows_idle") == [(200_000,)]


def test_quotes_after_a_backslash(exports):
    exports.log(text="said")
    content = 'at,what,who,said\n2025-01-01,page,a,"so \\"they\\", said"\n'
    exports.write("web.csv", content).load()
    assert exports.rows("select text from landing.events") == [('so "they", said',)]


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>", "'; drop table landing.events; --", "=HYPERLINK(1)",
        "\u202egnp.exe", "x" * 10_000, "🎉 naïve", "{}", "$1", "%s",
    ],
    ids=range(9),
)  # fmt: skip
@pytest.mark.parametrize("ending", ["csv", "ndjson"])
def test_hostile_names_are_only_text(exports, name, ending):
    line = f'at,what,who\n2025-01-01,"{name}",a\n'
    if ending == "ndjson":
        line = json.dumps({"at": "2025-01-01", "what": name, "who": "a"})
    exports.log().write(f"web.{ending}", line).load()
    assert exports.rows("select event from landing.events") == [(name,)]
