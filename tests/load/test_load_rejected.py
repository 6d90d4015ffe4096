"""Rows that cannot be used: each listed with its number and reason, the others used."""

import pytest
from exports import DEALS, EVENTS, NOW, at

HEADER = "at,what,who\n"
GOOD = "2025-01-01 10:00,page,a\n"
LISTED = "select row_number, column_name, reason, value from landing.rejected_rows order by all"


@pytest.fixture(autouse=True)
def lenient(exports):
    exports.more["max_rejected_share"] = 1.0


def test_each_reason_of_an_event_log(exports):
    rows = ["soon,page,a", "2025-01-01,,a", "2025-01-01,page,", "2025-01-01,page,null", ",page,a"]
    exports.log().write("web.csv", HEADER + GOOD + "\n".join(rows) + "\n").load()
    assert exports.rows(LISTED) == [
        (2, "at", "the time cannot be read", "soon"),
        (3, "what", "the event has no name", None),
        (4, "who", "no usable identifier", None),
        (5, "who", "no usable identifier", "null"),
        (6, "at", "the time is empty", None),
    ]


def test_ragged_lines_and_the_numbers_of_rows_after_them(exports):
    rows = [GOOD.strip(), "2025-01-01", "soon,page,a", "2025-01-01,page,a,b", "later,page,a"]
    exports.log().write("web.csv", HEADER + "\n".join(rows) + "\n").load()
    assert exports.rows(LISTED) == [
        (2, None, "fewer columns than the header", "2025-01-01"),
        (3, "at", "the time cannot be read", "soon"),
        (4, None, "more columns than the header", "2025-01-01,page,a,b"),
        (5, "at", "the time cannot be read", "later"),
    ]


def test_ragged_lines_in_one_of_two_files(exports):
    exports.write("web-1.csv", HEADER + "x\ny\n" + GOOD).write(
        "web-2.csv", HEADER + "soon,page,a\n"
    )
    exports.log().load()
    assert exports.rows("select file, row_number from landing.rejected_rows order by all") == [
        ("web-1.csv", 1), ("web-1.csv", 2), ("web-2.csv", 1),
    ]  # fmt: skip
    assert exports.rows("select row_number from landing.events") == [(3,)]


def test_a_quote_that_is_not_closed_takes_lines_with_it(exports):
    exports.log().write("web.csv", HEADER + GOOD + '2025-01-01,"page,a\nx,y,z\n').load()
    reason = "a quote that is not closed"
    assert [row[::2] for row in exports.rows(LISTED)] == [(2, reason), (3, reason)]
    assert exports.balance("rows_read", "rows_used", "rows_rejected") == [(3, 1, 2)]


def test_the_header_again(exports):
    exports.log().write("web.csv", HEADER + GOOD + HEADER + GOOD.replace("a", "b")).load()
    assert exports.rows(LISTED) == [(2, None, "the header again", None)]


def test_lines_that_are_no_json_objects(exports):
    good = '{"at": "2025-01-01", "what": "page", "who": "a"}'
    lines = [good, "{'at': 1}", "[1, 2]", "7", '{"at": "2025-01-01"', good, "null"]
    exports.log().write("web.ndjson", "\n".join(lines)).load()
    assert [row[::2] for row in exports.rows(LISTED)] == [
        (number, "the line is no JSON object") for number in (2, 3, 4, 5, 7)
    ]


def test_lines_that_are_not_in_the_encoding(exports):
    good = b'{"at": "2025-01-01", "what": "page", "who": "a"}\n'
    exports.log().write("web.ndjson", good + good.replace(b"page", b"k\xf6p") + good).load()
    reason = "characters that are not in the encoding of the file"
    assert [row[::2] for row in exports.rows(LISTED)] == [(2, reason)]


def test_an_event_of_a_wide_row_whose_time_cannot_be_read(exports):
    exports.wide().write("deals.csv", DEALS + "1,1,a,2025-01-01,soon,won,5\n").load()
    assert exports.rows(EVENTS) == [("created", at(1))]
    assert exports.rows(LISTED) == [(1, "closed", "the time cannot be read", "soon")]
    assert exports.balance("candidates", "events_made", "events_rejected") == [(2, 1, 1)]


def test_what_was_listed_is_not_listed_again_when_its_file_has_grown(exports):
    exports.log().write("web.csv", HEADER + GOOD + "soon,page,a\n").load()
    exports.write("web.csv", HEADER + GOOD + "soon,page,a\nlater,page,a\n").load()
    assert exports.rows("select row_number from landing.rejected_rows order by 1") == [(2,), (3,)]
    assert exports.balance("rows_read", "rows_used", "rows_repeated", "rows_rejected") == [
        (5, 1, 1, 3)
    ]


def test_future_events_are_set_aside_and_taken_up_later(exports):
    exports.log().write("web.csv", HEADER + GOOD + "2025-06-01 02:00,page,a\n").load()
    reason = "later than the run's clock, set aside until then"
    assert exports.rows(LISTED) == [(2, None, reason, "2025-06-01 02:00:00")]
    exports.load(now=NOW.replace(hour=3))
    assert exports.rows(LISTED) == []


def test_the_clock_may_be_wrong_by_the_tolerance(exports):
    exports.log().write("web.csv", HEADER + "2025-06-01 01:00:00,page,a\n").load()
    assert exports.rows(LISTED) == []
