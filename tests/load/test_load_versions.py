"""Of several versions the highest (version, content digest) stands, whatever came first."""

from itertools import permutations

import pytest
from exports import DEALS, EVENTS, at

OPEN = "1,1,a,2025-01-01,,open,\n"
WON = "1,2,a,2025-01-01,2025-01-05,won,70\n"
LOST = "1,3,a,2025-01-01,2025-01-06,lost,\n"


def one_by_one(exports, *rows, **changes):
    """What stands after loads of one row each."""
    exports.sources = []
    exports.wide(**changes)
    for row in rows:
        exports.write("deals.csv", DEALS + row).load()
    return exports.rows(EVENTS)


@pytest.mark.parametrize("order", list(permutations([OPEN, WON])))
def test_the_newest_version_stands(exports, order):
    assert one_by_one(exports, *order) == [("created", at(1)), ("won", at(5))]
    assert exports.rows("select value from landing.events where event = 'won'") == [(70,)]


@pytest.mark.parametrize("order", list(permutations([OPEN, WON, LOST])))
def test_an_event_that_the_newest_version_no_longer_has_goes(exports, order):
    assert one_by_one(exports, *order) == [("created", at(1))]


@pytest.mark.parametrize("order", list(permutations([OPEN, WON, LOST])))
def test_within_one_file_the_order_does_not_matter(exports, order):
    exports.wide().write("deals.csv", DEALS + "".join(order)).load()
    assert exports.rows(EVENTS) == [("created", at(1))]
    assert exports.balance("rows_read", "rows_used", "rows_superseded") == [(3, 1, 2)]


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("9", "10"), ("9.5", "10"), ("-1", "0"), ("", "0"), ("v1", "v2"), ("v2", "1"), ("", "v1"),
        ("2025-01-02", "2025-01-10 09:00"), ("2025-01-02T10:00:00+02:00", "2025-01-02T09:00:00Z"),
        ("1735725600000000001", "1735725600000000002"), ("inf", "1"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_first", [True, False])
def test_versions_are_numbers_times_or_texts(exports, low, high, is_first):
    rows = [f"1,{low},a,2025-01-01,,x,\n", f"1,{high},a,2025-01-02,,x,\n"]
    found = one_by_one(exports, *(rows if is_first else reversed(rows)))
    assert found == [("created", at(2))]


@pytest.mark.parametrize("version", ["7", ""])
def test_of_equal_versions_one_content_stands_in_any_order(exports, version):
    rows = [f"1,{version},a,2025-01-0{day},,x,\n" for day in range(1, 6)]
    found = []
    for order in (rows, rows[::-1], rows[2:] + rows[:2]):
        (exports.folder / "w.duckdb").unlink(missing_ok=True)
        found.append(one_by_one(exports, *order))
    assert found[0] == found[1] == found[2] and len(found[0]) == 1


def test_without_a_version_column_the_content_decides(exports):
    rows = [f"1,,a,2025-01-0{day},,x,\n" for day in range(1, 4)]
    first = one_by_one(exports, *rows, version=None)
    (exports.folder / "w.duckdb").unlink()
    assert one_by_one(exports, *reversed(rows), version=None) == first


def test_rows_of_different_ids_do_not_meet(exports):
    rows = ["1,1,a,2025-01-01,,x,\n", "2,1,a,2025-01-01,,x,\n", " 1 ,2,a,2025-01-03,,x,\n"]
    assert one_by_one(exports, *rows) == [("created", at(1)), ("created", at(3))]


def test_without_an_id_rows_stand_side_by_side(exports):
    rows = ["1,1,a,2025-01-01,,x,\n", "1,1,b,2025-01-01,,x,\n", "1,1,a,2025-01-02,,x,\n"]
    assert len(one_by_one(exports, *rows, row_id=None)) == 3


def test_without_an_id_the_same_event_told_by_two_rows_is_one(exports):
    rows = ["1,1,a,2025-01-01,,x,\n", "2,2,a,2025-01-01,,y,\n"]
    found = one_by_one(exports, *rows, row_id=None, version=None)
    assert found == [("created", at(1))]
    assert exports.balance("candidates", "events_made", "events_duplicate") == [(2, 1, 1)]


def test_a_row_whose_id_is_empty_is_known_by_its_content(exports):
    rows = [",1,a,2025-01-01,,x,\n", ",2,a,2025-01-02,,x,\n"]
    assert len(one_by_one(exports, *rows)) == 2


def test_a_new_owner_takes_the_events_along(exports):
    one_by_one(exports, OPEN, OPEN.replace("1,1,a", "1,2,b"))
    assert exports.rows("""
        select identifier_contact from landing.events
        join landing.identifier_sets using (identifier_set_id)
    """) == [("b",)]
    assert exports.rows("""
        select distinct identifier_contact from run.touched_sets
        join landing.identifier_sets using (identifier_set_id) order by 1
    """) == [("a",), ("b",)]


def test_a_newer_row_without_identifier_changes_nothing(exports):
    exports.more["max_rejected_share"] = 1.0
    assert one_by_one(exports, OPEN, "1,9,,2025-01-09,,x,\n") == [("created", at(1))]


def test_attributes_are_those_of_the_newest_version(exports):
    one_by_one(
        exports, OPEN, LOST, WON, events=None, attributes={"stage": "stage", "amount": "amount"}
    )
    assert exports.rows("select name, value from landing.attributes order by 1") == [
        ("amount", None), ("stage", "lost"),
    ]  # fmt: skip


# -- event logs: the same rule by event_id

LOG = "id,rev,at,what,who\n"


def logged(exports, *rows, **changes):
    exports.sources = []
    exports.log(event_id="id", **changes)
    for row in rows:
        exports.write("web.csv", LOG + row).load()
    return exports.rows(EVENTS)


def test_the_same_id_with_other_content_ends_the_same_in_either_order(exports):
    rows = ["1,,2025-01-01,page,a\n", "1,,2025-01-02,page,a\n"]
    first = logged(exports, *rows)
    (exports.folder / "w.duckdb").unlink()
    assert logged(exports, *reversed(rows)) == first and len(first) == 1
    assert exports.balance("events_made", "events_superseded", "events_duplicate") == [(1, 1, 0)]


@pytest.mark.parametrize("is_first", [True, False])
def test_the_higher_version_of_an_event_stands(exports, is_first):
    rows = ["1,9,2025-01-01,page,a\n", "1,10,2025-01-02,page,a\n"]
    found = logged(exports, *(rows if is_first else reversed(rows)), version="rev")
    assert found == [("page", at(2))]


def test_the_same_contents_with_two_ids_are_two_events(exports):
    found = logged(exports, "1,,2025-01-01,page,a\n", "2,,2025-01-01,page,a\n")
    assert found == [("page", at(1))] * 2


def test_without_ids_the_same_contents_are_one_event(exports):
    exports.log().write("web.csv", LOG + "1,,2025-01-01,page,a\n2,,2025-01-01,page,a\n").load()
    assert exports.rows(EVENTS) == [("page", at(1))]
    assert exports.balance("rows_read", "rows_used", "rows_repeated") == [(2, 1, 1)]


def test_an_empty_id_is_none(exports):
    assert len(logged(exports, ",,2025-01-01,page,a\n", " ,,2025-01-02,page,a\n")) == 2


def test_the_same_id_in_two_sources_is_two_events(exports):
    exports.log(event_id="id").log(event_id="id", name="app", path="app*")
    for name in ("web", "app"):
        exports.write(f"{name}.csv", LOG + "1,,2025-01-01,page,a\n")
    assert exports.load().rows("select count(distinct event_id) from landing.events") == [(2,)]
