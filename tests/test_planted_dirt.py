"""What became of each dirt that is planted in the sample, after the whole pipeline."""

import json
from pathlib import Path

import pytest

from pipeline.database import open_readonly

pytestmark = pytest.mark.xdist_group("sample")
TRUTH = json.loads((Path(__file__).parent.parent / "data/sample/truth.json").read_text())
DIRT = TRUTH["dirt"]


@pytest.fixture(scope="module")
def rows(sample_warehouse):
    """A function from SQL to rows of the sample's warehouse."""
    connection = open_readonly(sample_warehouse)
    yield lambda sql, *values: connection.execute(sql, list(values)).fetchall()
    connection.close()


def one(rows, sql, *values):
    return rows(sql, *values)[0][0]


CUSTOMERS = """
    select count(distinct customer_id) from core.identities
    where identifier_kind = ? and list_contains(?, identifier)
"""


def test_events_delivered_twice_count_once(rows):
    balance = rows(
        "select rows_repeated, events_duplicate from landing.balances where source = 'web'"
    )
    by_source = one(rows, "select sum(rows_repeated) from landing.balances")
    assert by_source == DIRT["delivered_twice"]["count"]
    assert balance[0][0] == balance[0][1]


def test_crm_rows_delivered_again_give_way_to_the_newest_version(rows):
    superseded = dict(
        rows("select source, rows_superseded from landing.balances where rows_superseded > 0")
    )
    assert superseded["contacts"] == DIRT["contacts_again"]["count"]
    assert (
        DIRT["opportunities_again"]["count"]
        <= superseded["opportunities"]
        <= DIRT["opportunities_again"]["count"] + DIRT["revoked_deals"]["count"]
    )


def test_a_deal_that_the_newest_version_revokes_is_no_event(rows):
    ids = DIRT["revoked_deals"]["examples"]
    sql = """
        select count(*) from core.events
        where event = 'deal won' and event_id in (
            select cast('0x' || left(md5(concat_ws(chr(31), 'opportunities', id, 'deal won')), 15)
                as bigint)
            from unnest(cast(? as varchar[])) as ids (id))
    """
    assert one(rows, sql, ids) == 0


def test_bots_are_kept_and_marked_and_count_nowhere(rows):
    sql = """
        select count(*), count(*) filter (where is_left_out), count(session_id)
        from core.events where user_agent ilike '%bot%'
    """
    assert rows(sql) == [(DIRT["bots"]["count"], DIRT["bots"]["count"], 0)]


def test_own_staff_are_kept_and_marked(rows):
    sql = "select count(*) from core.events where is_left_out and not user_agent ilike '%bot%'"
    assert one(rows, sql) == DIRT["own_staff"]["count"]


def test_a_shared_device_joins_nobody(rows):
    assert rows(
        "select identifier, linked_identifiers from core.ignored_identifiers "
        "where identifier_kind = 'visitor' and reason like 'linked%'"
    ) == [("v-stand", DIRT["shared_device"]["emails"])]


def test_events_of_the_shared_device_alone_are_a_customer_of_their_own(rows):
    sql = """
        select count(*) from core.events
        join core.identities using (customer_id)
        where identifier_kind = 'visitor' and identifier = 'v-stand'
    """
    assert one(rows, sql) == DIRT["shared_device"]["events_alone"]


def test_visitors_who_sign_up_weeks_later_are_one_customer_with_what_they_did_before(rows):
    visitors = DIRT["late_sign_ups"]["examples"]
    sql = """
        select count(*) from (
            select customer_id from core.identities
            where customer_id in (
                select customer_id from core.identities
                where identifier_kind = 'visitor' and list_contains(?, identifier))
            group by customer_id
            having count(*) filter (where identifier_kind = 'email') > 0)
    """
    assert one(rows, sql, visitors) == len(visitors)


@pytest.mark.parametrize("first, second, email", DIRT["contacts_twice"]["examples"])
def test_contacts_entered_twice_with_other_letter_case_are_one_customer(rows, first, second, email):
    assert one(rows, CUSTOMERS, "contact", [first, second]) == 1
    assert one(rows, CUSTOMERS, "email", [email, email.upper()]) == 1


def test_unusable_times_are_rejected_with_their_reason(rows):
    sql = "select count(*) from landing.rejected_rows where column_name = 'occurred_at'"
    assert one(rows, sql) == DIRT["unusable_times"]["count"]


def test_events_without_a_usable_identifier_are_rejected_with_that_reason(rows):
    sql = "select count(*) from landing.rejected_rows where reason = 'no usable identifier'"
    assert one(rows, sql) == DIRT["empty_ids"]["count"]


def test_the_hour_that_the_clock_repeats_is_taken_as_its_second_occurrence(rows):
    local = sorted(time for _, time in DIRT["repeated_hour"]["examples"])
    sql = """
        select strftime(occurred_at, '%H:%M') from core.events
        where source = 'activities' and event = 'note added' and occurred_at > '2025-10-01'
        order by occurred_at
    """
    assert [time for (time,) in rows(sql)] == [f"01:{time[14:16]}" for time in local]


def test_the_hour_that_the_clock_leaves_out_is_moved_on_by_it(rows):
    local = sorted(time for _, time in DIRT["missing_hour"]["examples"])
    sql = """
        select strftime(occurred_at, '%H:%M') from core.events
        where source = 'activities' and event = 'note added' and occurred_at < '2025-10-01'
        order by occurred_at
    """
    assert [time for (time,) in rows(sql)] == [f"01:{time[14:16]}" for time in local]


def test_events_that_arrive_late_stand_where_they_happened(rows):
    ids = DIRT["arrives_late"]["examples"]
    sql = """
        select count(*) from core.events
        where session_id is not null and event_id in (
            select cast('0x' || left(md5(concat_ws(chr(31), 'web', id)), 15) as bigint)
            from unnest(cast(? as varchar[])) as ids (id))
    """
    assert one(rows, sql, ids) == len(ids)


def test_hostile_event_names_are_events_like_any_other(rows):
    names = DIRT["hostile_names"]["examples"]
    sql = "select event, sum(events) from core.unmapped_events where event in (?, ?) group by 1"
    found = dict(rows(sql, *names))
    assert set(found) == set(names)
    assert sum(found.values()) == DIRT["hostile_names"]["count"]
