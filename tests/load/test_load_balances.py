"""Every row and every candidate event is accounted for, over all loads."""

import pytest
from exports import DEALS, EVENTS, at

ROWS = ("rows_read", "rows_used", "rows_repeated", "rows_superseded", "rows_rejected", "rows_idle")
CANDIDATES = (
    "candidates", "events_made", "events_duplicate", "events_superseded", "events_rejected",
)  # fmt: skip
HEADER = "id,at,what,who\n"
FIRST = "1,2025-01-01,page,a\n2,2025-01-02,page,a\n"
SECOND = "3,2025-01-03,page,b\n"


@pytest.fixture(autouse=True)
def lenient(exports):
    exports.more["max_rejected_share"] = 1.0


def test_an_event_log(exports):
    rows = [
        "1,2025-01-01,page,a",  # used
        "1,2025-01-01,page,a",  # told again
        "2,2025-01-01,page,a",  # used, or superseded by the next
        "2,2025-01-02,page,a",
        "3,soon,page,a",  # no time: rejected, a candidate
        "4,,page,a",  # no time at all: rejected, no candidate
        "5,2025-01-01,page,null",  # nobody: rejected, a candidate
        "6,2025-01-01,other,a",  # not what the source is about
        "7",  # no row
    ]
    exports.log(event_id="id", where="what = 'page'")
    exports.write("web.csv", HEADER + "\n".join(rows) + "\n").load()
    assert exports.balance(*ROWS) == [(9, 2, 1, 1, 4, 1)]
    assert exports.balance(*CANDIDATES) == [(6, 2, 1, 1, 2)]


def test_wide_rows(exports):
    rows = [
        "1,1,a,2025-01-01,,open,",  # superseded by the next
        "1,2,a,2025-01-01,2025-01-05,won,7",  # used: two events
        "1,2,a,2025-01-01,2025-01-05,won,7",  # told again
        "2,1,b,soon,,open,",  # used, but its event cannot be
        "3,1,b,,2025-01-05,lost,",  # idle
        "4,1,null,2025-01-01,,open,",  # nobody
        "5,1",  # no row
    ]
    exports.wide().write("deals.csv", DEALS + "\n".join(rows) + "\n").load()
    assert exports.balance(*ROWS) == [(7, 2, 1, 1, 2, 1)]
    assert exports.balance(*CANDIDATES) == [(7, 2, 2, 1, 2)]


@pytest.mark.parametrize("is_turned", [False, True])
def test_versions_over_two_loads_in_either_order(exports, is_turned):
    rows = ["1,1,a,2025-01-01,,open,\n", "1,2,a,2025-01-01,2025-01-05,won,7\n"]
    exports.wide()
    for row in reversed(rows) if is_turned else rows:
        exports.write("deals.csv", DEALS + row).load()
    assert exports.balance(*ROWS) == [(2, 1, 0, 1, 0, 0)]
    assert exports.balance(*CANDIDATES) == [(3, 2, 0, 1, 0)]


@pytest.mark.parametrize("is_turned", [False, True])
def test_repeats_over_two_loads_in_either_order(exports, is_turned):
    exports.wide()
    row = "1,1,a,2025-01-01,,open,\n"
    for name in ("deals-2", "deals-1") if is_turned else ("deals-1", "deals-2"):
        exports.write(f"{name}.csv", DEALS + row + (f"{name},1,b,2025-01-01,,x,\n")).load()
    assert exports.balance(*ROWS) == [(4, 3, 1, 0, 0, 0)]
    assert exports.balance(*CANDIDATES) == [(4, 3, 1, 0, 0)]
    assert exports.rows("""
        select landing.rows.file, landing.events.file
        from landing.rows join landing.events using (row_key)
        join landing.identifier_sets as sets on sets.identifier_set_id = rows.identifier_set_id
        where identifier_contact = 'a'
    """) == [("deals-1.csv", "deals-1.csv")]


def test_an_idle_row_that_comes_to_life(exports):
    exports.wide()
    for row in ("1,1,a,,,open,\n", "1,2,a,2025-01-01,,open,\n"):
        exports.write("deals.csv", DEALS + row).load()
    assert exports.balance(*ROWS) == [(2, 1, 0, 1, 0, 0)]


def test_a_row_that_falls_idle_takes_its_events_away(exports):
    exports.wide()
    for row in ("1,1,a,2025-01-01,,open,\n", "1,2,a,,,open,\n"):
        exports.write("deals.csv", DEALS + row).load()
    assert exports.rows(EVENTS) == []
    assert exports.balance(*ROWS) == [(2, 0, 0, 1, 0, 1)]
    assert exports.balance(*CANDIDATES) == [(1, 0, 0, 1, 0)]


def test_sources_have_balances_of_their_own(exports):
    exports.log(event_id="id").write("web.csv", HEADER + FIRST)
    exports.wide().write("deals.csv", DEALS + "1,1,a,2025-01-01,,open,\n").load()
    assert exports.balance("source", "rows_read", "events_made") == [("deals", 1, 1), ("web", 2, 2)]


# -- files over time


def test_the_same_file_twice_changes_nothing(exports):
    exports.log(event_id="id").write("web.csv", HEADER + FIRST).load()
    before = exports.rows("from landing.balances"), exports.rows("from landing.files")
    exports.load()
    assert (exports.rows("from landing.balances"), exports.rows("from landing.files")) == before
    assert exports.rows("from run.touched_sets") == []


def test_nor_does_it_under_another_name(exports):
    exports.log(event_id="id").write("web-1.csv", HEADER + FIRST).load()
    exports.write("web-2.csv", HEADER + FIRST).load()
    assert exports.balance(*ROWS) == [(2, 2, 0, 0, 0, 0)]


def test_a_file_that_has_grown(exports):
    exports.log(event_id="id").write("web.csv", HEADER + FIRST).load()
    exports.write("web.csv", HEADER + FIRST + SECOND).load()
    assert exports.rows(EVENTS) == [("page", at(1)), ("page", at(2)), ("page", at(3))]
    assert exports.balance(*ROWS) == [(5, 3, 2, 0, 0, 0)]


def test_of_a_file_that_has_grown_only_what_is_new_is_touched(exports):
    exports.log(event_id="id").write("web.csv", HEADER + FIRST).load()
    exports.write("web.csv", HEADER + FIRST + SECOND).load()
    assert exports.rows("""
        select identifier_visitor from run.touched_sets
        join landing.identifier_sets using (identifier_set_id)
    """) == [("b",)]


def test_a_file_that_vanished_changes_nothing(exports):
    exports.log(event_id="id").write("web-1.csv", HEADER + FIRST)
    exports.write("web-2.csv", HEADER + SECOND).load()
    (exports.folder / "web-2.csv").unlink()
    assert len(exports.load().rows(EVENTS)) == 3


def test_what_was_read_of_each_file(exports):
    exports.log(event_id="id").write("web-1.csv", HEADER + FIRST)
    exports.write("web-2.csv", HEADER + "x\n" + SECOND).load()
    found = exports.rows("select source, file, rows_read, run_id from landing.files order by file")
    assert found == [("web", "web-1.csv", 2, "run"), ("web", "web-2.csv", 2, "run")]
