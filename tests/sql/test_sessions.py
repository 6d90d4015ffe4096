"""Sessions: one claim of DESIGN.md's borders each."""

from event_rows import Event, at, rows, warehouse


def sessions(events, columns="session_id, events", **parameters):
    return rows(warehouse(events, **parameters), columns, "core.sessions", "session_id")


def test_a_gap_longer_than_the_timeout_splits_a_session():
    events = [(1, "03-01 10:00", "ad"), (1, "03-01 10:30:00.000001", "ad")]
    assert sessions(events) == [(1, 1), (2, 1)]


def test_a_gap_of_exactly_the_timeout_stays_inside_the_session():
    assert sessions([(1, "03-01 10:00", "ad"), (1, "03-01 10:30", "ad")]) == [(1, 2)]


def test_the_gap_counts_from_the_last_event_and_not_from_the_start_of_the_session():
    events = [(1, "03-01 10:00", "ad"), (1, "03-01 10:20", "ad"), (1, "03-01 10:40", "ad")]
    assert sessions(events) == [(1, 3)]


def test_sessions_are_over_events_of_every_source():
    events = [
        Event(1, "03-01 10:00", "ad", source="web"),
        Event(1, "03-01 10:20", "demo", source="crm"),
        Event(1, "03-01 10:40", "ad", source="web"),
    ]
    assert sessions(events) == [(1, 3)]


def test_unmapped_events_hold_a_session_together():
    events = [(1, "03-01 10:00", "ad"), (1, "03-01 10:20", "scroll"), (1, "03-01 10:40", "ad")]
    assert sessions(events, "events, mapped_events") == [(3, 2)]


def test_left_out_events_belong_to_no_session_and_hold_none_together():
    events = [
        Event(1, "03-01 10:00", "ad"),
        Event(1, "03-01 10:20", "ad", is_left_out=True),
        Event(1, "03-01 10:40", "ad"),
    ]
    connection = warehouse(events)
    found = rows(connection, "event_id, event_number, session_id", "core.events", "event_id")
    assert found == [(1, 1, 1), (2, None, None), (3, 2, 3)]
    assert rows(connection, "session_id, events", "core.sessions") == [(1, 1), (3, 1)]


def test_one_customers_events_do_not_hold_anothers_session_together():
    events = [(1, "03-01 10:00", "ad"), (2, "03-01 10:20", "ad"), (1, "03-01 10:40", "ad")]
    assert sessions(events) == [(1, 1), (2, 1), (3, 1)]


def test_a_session_goes_on_past_midnight():
    assert sessions([(1, "03-01 23:50", "ad"), (1, "03-02 00:10", "ad")]) == [(1, 2)]


def test_events_at_the_same_instant_are_ordered_by_their_id():
    events = [Event(1, "03-01 10:00", "demo", id=9), Event(1, "03-01 10:00", "ad", id=4)]
    found = sessions(events, "session_id, first_touchpoint, last_touchpoint")
    assert found == [(4, "ad", "demo")]


def test_a_session_has_the_id_of_its_first_event():
    events = [
        Event(1, "03-01 10:00", "ad", id=70),
        Event(1, "03-01 09:50", "ad", id=80),
        Event(1, "03-02 10:00", "ad", id=60),
    ]
    assert sessions(events) == [(60, 1), (80, 2)]


def test_sessions_are_numbered_per_customer():
    events = [(1, "03-01 10:00", "ad"), (2, "03-01 10:00", "ad"), (1, "03-02 10:00", "ad")]
    found = sessions(events, "customer_id, session_number")
    assert found == [(1, 1), (2, 1), (1, 2)]


def test_two_identifier_sets_of_one_customer_share_a_session():
    tables = {"run.customer_sets": [(1, 5), (2, 5)], "run.customers": [(5,)]}
    events = [(1, "03-01 10:00", "ad"), (2, "03-01 10:20", "ad")]
    connection = warehouse(events, tables)
    assert rows(connection, "customer_id, events", "core.sessions") == [(5, 2)]


def test_a_sessions_channel_is_its_first_events_and_none_where_that_has_none():
    events = [
        Event(1, "03-01 10:00", "scroll"), Event(1, "03-01 10:10", "ad", channel="paid"),
        Event(1, "03-02 10:00", "ad", channel="mail"), Event(1, "03-02 10:10", "ad", channel="ads"),
    ]  # fmt: skip
    assert sessions(events, "session_number, channel") == [(1, None), (2, "mail")]


def test_a_session_tells_its_times_its_channel_and_the_first_device_known():
    events = [
        Event(1, "03-01 10:00", "scroll", channel="paid"),
        Event(1, "03-01 10:10", "ad"),
        Event(1, "03-01 10:20", "demo", channel="mail", device="phone"),
    ]
    columns = "started_at, ended_at, first_touchpoint, last_touchpoint, channel, device, is_engaged"
    assert sessions(events, columns) == [
        (at("03-01 10:00"), at("03-01 10:20"), "ad", "demo", "paid", "phone", True)
    ]


def test_a_session_of_one_event_is_not_engaged_and_may_have_no_touchpoint():
    found = sessions([(1, "03-01 10:00", "scroll")], "is_engaged, first_touchpoint")
    assert found == [(False, None)]
