"""Steps: one claim of DESIGN.md's borders each. The goal is `deal`, silence is 30 days."""

from event_rows import Event, at, rows, warehouse


def steps(events, columns="touchpoint, events", **parameters):
    connection = warehouse(events, **parameters)
    return rows(connection, columns, "journeys.steps", "customer_id, customer_step_number")


def test_consecutive_events_of_one_touchpoint_in_one_session_are_one_step():
    events = [(1, "03-01 10:00", "ad"), (1, "03-01 10:10", "ad"), (1, "03-01 10:20", "demo")]
    assert steps(events) == [("ad", 2), ("demo", 1)]


def test_an_unmapped_event_in_between_does_not_end_a_step():
    events = [(1, "03-01 10:00", "ad"), (1, "03-01 10:10", "scroll"), (1, "03-01 10:20", "ad")]
    assert steps(events) == [("ad", 2)]


def test_a_left_out_event_in_between_does_not_end_a_step_and_is_in_none():
    events = [
        Event(1, "03-01 10:00", "ad"),
        Event(1, "03-01 10:10", "demo", is_left_out=True),
        Event(1, "03-01 10:20", "ad"),
    ]
    assert steps(events) == [("ad", 2)]


def test_a_change_of_touchpoint_ends_a_step():
    events = [(1, "03-01 10:00", "ad"), (1, "03-01 10:10", "demo"), (1, "03-01 10:20", "ad")]
    assert steps(events) == [("ad", 1), ("demo", 1), ("ad", 1)]


def test_a_change_of_session_ends_a_step():
    assert steps([(1, "03-01 10:00", "ad"), (1, "03-01 11:00", "ad")]) == [("ad", 1), ("ad", 1)]


def test_a_step_may_begin_after_unmapped_events_of_its_session():
    events = [(1, "03-01 10:00", "scroll"), (1, "03-01 10:10", "ad")]
    assert steps(events, "session_id, first_event_id, started_at") == [(1, 2, at("03-01 10:10"))]


def test_the_times_of_a_step_are_its_first_and_last_events():
    events = [(1, "03-01 10:00", "ad"), (1, "03-01 10:10", "ad"), (1, "03-01 10:20", "scroll")]
    found = steps(events, "started_at, ended_at")
    assert found == [(at("03-01 10:00"), at("03-01 10:10"))]


def test_an_event_without_a_touchpoint_makes_no_step():
    assert steps([(1, "03-01 10:00", "scroll")]) == []


def test_a_step_has_the_sum_of_values_the_lowest_score_and_its_first_events_channel():
    events = [
        Event(1, "03-01 10:00", "ad", value=0.1, score=9, channel="paid"),
        Event(1, "03-01 10:10", "ad", value=0.2, score=2, channel="mail"),
    ]
    assert steps(events, "value, score, channel, device") == [(0.3, 2, "paid", None)]


def test_a_step_without_values_has_none():
    assert steps([(1, "03-01 10:00", "ad")], "value, score") == [(None, None)]


def test_steps_are_numbered_within_the_journey_and_within_the_customer():
    events = [(1, "03-01", "ad"), (1, "03-02", "deal"), (1, "03-03", "ticket")]
    found = steps(events, "journey_id, step_number, customer_step_number")
    assert found == [(1, 1, 1), (1, 2, 2), (3, 1, 3)]


def test_a_step_knows_the_next_of_its_journey_and_when_the_customers_next_begins():
    events = [(1, "03-01", "ad"), (1, "03-02", "deal"), (1, "03-03", "ticket")]
    assert steps(events, "touchpoint, next_touchpoint, next_started_at") == [
        ("ad", "deal", at("03-02")),
        ("deal", None, at("03-03")),
        ("ticket", None, None),
    ]


def test_a_step_is_mature_when_it_ended_longer_than_give_up_after_before_the_horizon():
    events = [(1, "03-01 00:00", "ad"), (2, "03-01 00:00:00.000001", "ad"), (3, "03-31", "ad")]
    assert steps(events, "customer_id, is_mature") == [(1, False), (2, False), (3, False)]
    events[2] = (3, "03-31 00:00:00.000001", "ad")
    assert steps(events, "customer_id, is_mature") == [(1, True), (2, False), (3, False)]


def test_steps_at_the_same_instant_follow_the_ids_of_their_events():
    events = [Event(1, "03-01", "demo", id=9), Event(1, "03-01", "ad", id=4)]
    assert steps(events, "step_number, touchpoint") == [(1, "ad"), (2, "demo")]


def test_an_event_of_another_touchpoint_at_the_same_instant_parts_a_step_by_its_id():
    events = [Event(1, "03-01", "ad", id=n) for n in (1, 3)] + [Event(1, "03-01", "demo", id=2)]
    assert steps(events) == [("ad", 1), ("demo", 1), ("ad", 1)]
