"""Identifiers, numbers and scores as they are read."""

import pytest
from exports import DEALS

SETS = "select identifier_visitor from landing.identifier_sets order by 1"


def visitors(exports, *texts, kind="visitor"):
    rows = "".join(f'2025-01-01,page,"{text}"\n' for text in texts)
    exports.more["max_rejected_share"] = 1.0
    exports.log(identifiers={kind: "who"}).write("web.csv", "at,what,who\n" + rows).load()
    return [row[0] for row in exports.rows(SETS.replace("visitor", kind))]


def test_emails_are_compared_without_case_and_outer_spaces(exports):
    assert visitors(exports, "Bob@x.com ", " bob@X.com", "bob@x.com", kind="email") == ["bob@x.com"]


def test_so_are_other_kinds_of_email(exports):
    assert visitors(exports, "Bob@x.com ", kind="work_email") == ["bob@x.com"]


def test_the_case_of_other_identifiers_counts(exports):
    assert visitors(exports, "aB", " aB", "ab") == ["aB", "ab"]


def test_words_that_stand_for_nobody(exports):
    words = ["", " ", "null", "NULL", "None", "undefined", "Anonymous", "0", "n/a", "NA", "test@x"]
    assert visitors(exports, *words, "a") == ["a"]
    assert exports.rows(
        "select identifier_kind, sum(rows) from landing.placeholders group by 1"
    ) == [("visitor", 9)]


def test_a_case_may_be_called_na(exports):
    assert visitors(exports, "NA", "null", "", kind="case") == ["NA", "null"]


def test_a_kind_may_have_its_own_placeholders(exports):
    exports.more["placeholders"] = {"visitor": ["unknown", "tmp-…"]}
    assert visitors(exports, "Unknown", "TMP-7", "null", "tmp") == ["null", "tmp"]


def test_an_event_with_one_usable_identifier_is_used(exports):
    exports.log(identifiers={"visitor": "who", "email": "mail"})
    exports.write("web.csv", "at,what,who,mail\n2025-01-01,page,null,a@x\n").load()
    assert exports.rows(
        "select identifier_visitor, identifier_email from landing.identifier_sets"
    ) == [(None, "a@x")]


def test_no_text_passes_for_two_identifiers(exports):
    exports.log(identifiers={"visitor": "who", "email": "mail"})
    rows = "2025-01-01,page,a,b@x\n2025-01-01,page,visitor:a\x1femail:b@x,\n"
    exports.write("web.csv", "at,what,who,mail\n" + rows).load()
    sets = "select count(*), count(distinct identifier_set_id) from landing.identifier_sets"
    assert exports.rows(sets) == [(2, 2)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234.5", 1234.5), ("1,234.50", 1234.5), ("-1,234,567", -1234567.0), (" 7 ", 7.0),
        ("1e3", 1000.0), ("", None), ("12,5", None), ("1.234,50", None), ("5 EUR", None),
        ("inf", None), ("nan", None), ("1,23", None),
    ],
)  # fmt: skip
def test_numbers(exports, text, number):
    exports.log(value="much").write("web.csv", f'at,what,who,much\n2025-01-01,page,a,"{text}"\n')
    assert exports.load().rows("select value from landing.events") == [(number,)]


@pytest.mark.parametrize("typed", ["12.5::decimal(9, 2)", "12.5::double", "'12.5'"])
def test_typed_numbers(exports, typed):
    select = f"select '2025-01-01' as at, 'page' as what, 'a' as who, {typed} as much"
    exports.log(value="much").write_parquet("web.parquet", select).load()
    assert exports.rows("select value from landing.events") == [(12.5,)]


def test_scores_are_on_their_scale(exports):
    exports.log(score={"column": "nps", "scale": "nps"})
    rows = "".join(f"2025-01-01,s{n},a,{n}\n" for n in ("0", "10", "11", "-1", "great", ""))
    exports.write("web.csv", "at,what,who,nps\n" + rows).load()
    found = (
        "select event, score, score_scale from landing.events where score is not null order by 1"
    )
    assert exports.rows(found) == [("s0", 0, "nps"), ("s10", 10, "nps")]


UNREAD = "select source, column_name, value, rows from landing.unread_values order by all"


def test_what_is_no_number_is_counted(exports):
    exports.log(value="much", score={"column": "nps", "scale": "nps"})
    rows = ["page,a,x,5", "page,b,x,99", "page,c,,", "page,d,12.5,great", "page,null,y,y"]
    content = "at,what,who,much,nps\n" + "".join(f"2025-01-01,{row}\n" for row in rows)
    exports.more["max_rejected_share"] = 1.0
    exports.write("web.csv", content).load()
    assert exports.rows(UNREAD) == [
        ("web", "much", "x", 2), ("web", "nps", "99", 1), ("web", "nps", "great", 1),
    ]  # fmt: skip


def test_of_wide_rows_only_what_belongs_to_an_event_is_counted(exports):
    rows = "1,1,a,2025-01-01,2025-01-02,won,much\n2,1,b,2025-01-01,2025-01-02,lost,more\n"
    exports.wide().write("deals.csv", DEALS + rows).load()
    assert exports.rows(UNREAD) == [("deals", "amount", "much", 1)]
    assert exports.rows("select value from landing.events where event = 'won'") == [(None,)]


def test_counts_add_up_over_loads(exports):
    for number in (1, 2):
        row = f"2025-01-01,page {number},a,x\n2025-01-01,page,null,1\n"
        exports.more["max_rejected_share"] = 1.0
        exports.sources = []
        exports.log(value="much").write(f"web-{number}.csv", "at,what,who,much\n" + row).load()
    assert exports.rows(UNREAD) == [("web", "much", "x", 2)]
    assert exports.rows("select * from landing.placeholders") == [("visitor", "null", 2)]


def test_a_true_or_false_column_is_text(exports):
    exports.log(columns={"page": "flag"}, where="flag = 'true'")
    row = "select '2025-01-01' as at, 'page' as what, 'a' as who, {} as flag"
    exports.write_parquet("web.parquet", f"{row.format(True)} union all {row.format(False)}").load()
    assert exports.rows("select page from landing.events") == [("true",)]
    assert exports.balance("rows_read", "rows_used", "rows_idle") == [(2, 1, 1)]


def test_rules_read_numbers_of_parquet(exports):
    exports.log(where="much > 3 and what = 'page'")
    select = "select '2025-01-01' as at, 'page' as what, 'a' as who, unnest([1, 5]) as much"
    exports.write_parquet("web.parquet", select).load()
    assert exports.balance("rows_used", "rows_idle") == [(1, 1)]
