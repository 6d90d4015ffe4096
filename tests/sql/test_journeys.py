"""Journeys: one claim of DESIGN.md's borders each. The goal is `deal`, silence is 30 days."""

import pytest
from event_rows import Event, at, rows, warehouse


def journeys(events, columns="journey_id, steps", **parameters):
    connection = warehouse(events, **parameters)
    return rows(connection, columns, "journeys.journeys", "customer_id, journey_number")


def test_silence_longer_than_give_up_after_ends_a_journey():
    events = [(1, "03-01", "ad"), (1, "03-31 00:00:00.000001", "ad")]
    assert journeys(events) == [(1, 1), (2, 1)]


def test_silence_of_exactly_give_up_after_does_not():
    assert journeys([(1, "03-01", "ad"), (1, "03-31", "ad")]) == [(1, 2)]


def test_silence_is_from_the_end_of_a_step_to_the_start_of_the_next():
    events = [(1, "03-01 00:00", "ad"), (1, "03-01 00:20", "ad"), (1, "03-31 00:20", "demo")]
    assert journeys(events) == [(1, 2)]


def test_unmapped_events_do_not_break_the_silence():
    events = [(1, "03-01", "ad"), (1, "03-20", "scroll"), (1, "04-10", "ad")]
    assert journeys(events) == [(1, 1), (3, 1)]


def test_the_step_at_the_goal_is_its_journeys_last():
    events = [(1, "03-01", "ad"), (1, "03-02", "deal"), (1, "03-03", "demo")]
    assert journeys(events, "journey_id, steps, last_touchpoint") == [
        (1, 2, "deal"),
        (3, 1, "demo"),
    ]


def test_two_events_at_the_goal_in_one_session_are_one_step_and_end_one_journey():
    events = [(1, "03-01 10:00", "deal"), (1, "03-01 10:10", "deal")]
    assert journeys(events, "journey_id, steps, events") == [(1, 1, 2)]


def test_the_next_step_whatever_it_is_starts_a_new_journey():
    events = [(1, "03-01", "deal"), (1, "03-02", "ticket"), (1, "03-03", "deal")]
    assert journeys(events) == [(1, 1), (2, 2)]


def test_a_journey_can_begin_and_end_within_a_session():
    events = [(1, "03-01 10:00", "ad"), (1, "03-01 10:10", "deal"), (1, "03-01 10:20", "ad")]
    assert journeys(events, "journey_id, steps, sessions") == [(1, 2, 1), (3, 1, 1)]


# after_goal: first stage

FIRST_STAGE = {"after_goal": "first stage"}


def test_after_a_goal_only_a_touchpoint_of_the_first_stage_starts_a_new_journey():
    events = [
        (1, "03-01", "deal"),
        (1, "03-02", "ticket"),
        (1, "03-03", "site"),
        (1, "03-04", "demo"),
    ]
    assert journeys(events, **FIRST_STAGE) == [(1, 1), (3, 2)]


def test_what_comes_between_the_goal_and_the_first_stage_belongs_to_no_journey():
    events = [(1, "03-01", "deal"), (1, "03-02", "ticket"), (1, "03-03", "ad")]
    connection = warehouse(events, **FIRST_STAGE)
    assert rows(connection, "first_event_id", "journeys.steps") == [1, 3]
    assert rows(connection, "first_event_id", "journeys.all_steps") == [1, 2, 3]


def test_silence_does_not_end_the_waiting_for_the_first_stage():
    events = [(1, "03-01", "deal"), (1, "05-01", "ticket"), (1, "07-01", "demo")]
    assert journeys(events, **FIRST_STAGE) == [(1, 1)]


def test_a_second_goal_while_waiting_for_the_first_stage_is_no_journey():
    events = [(1, "03-01", "deal"), (1, "03-02", "deal"), (1, "03-03", "ad"), (1, "03-04", "deal")]
    assert journeys(events, **FIRST_STAGE) == [(1, 1), (3, 2)]


def test_a_step_of_the_first_stage_before_the_goal_does_not_open_the_way_after_it():
    events = [(1, "03-01", "ad"), (1, "03-02", "deal"), (1, "03-03", "demo")]
    assert journeys(events, **FIRST_STAGE) == [(1, 2)]


def test_a_silence_after_the_way_is_open_again_starts_a_journey_anywhere():
    events = [(1, "01-01", "deal"), (1, "01-02", "ad"), (1, "03-03", "demo")]
    assert journeys(events, **FIRST_STAGE) == [(1, 1), (2, 1), (3, 1)]


def test_a_first_journey_and_one_after_a_silence_start_anywhere():
    events = [(1, "01-01", "demo"), (1, "03-02", "ticket")]
    assert journeys(events, **FIRST_STAGE) == [(1, 1), (2, 1)]


# starts_with

SITE = {"starts_with": "site"}


def test_with_starts_with_steps_before_it_belong_to_no_journey():
    events = [(1, "03-01", "ad"), (1, "03-02", "site"), (1, "03-03", "demo")]
    assert journeys(events, **SITE) == [(2, 2)]


def test_with_starts_with_a_customer_who_never_meets_it_has_no_journey():
    assert journeys([(1, "03-01", "ad"), (1, "03-02", "deal")], **SITE) == []


def test_with_starts_with_meeting_it_again_starts_no_new_journey():
    events = [(1, "03-01", "site"), (1, "03-02", "demo"), (1, "03-03", "site")]
    assert journeys(events, **SITE) == [(1, 3)]


@pytest.mark.parametrize(("last", "first"), [("deal", "03-03"), ("demo", "05-03")])
def test_with_starts_with_a_goal_and_a_silence_alike_wait_for_it(last, first):
    events = [(1, "03-01", "site"), (1, "03-02", last), (1, first, "demo"), (1, "05-04", "site")]
    assert journeys(events, **SITE) == [(1, 2), (4, 1)]


def test_with_starts_with_at_the_goal_a_journey_is_that_one_step():
    events = [(1, "03-01", "ad"), (1, "03-02", "deal"), (1, "03-03", "ad"), (1, "03-04", "deal")]
    assert journeys(events, starts_with="deal") == [(2, 1), (4, 1)]


def test_with_both_the_first_stage_opens_the_way_and_then_the_touchpoint_starts():
    events = [(1, "03-01", "demo"), (1, "03-02", "deal"), (1, "03-03", "demo"), (1, "03-04", "ad"),
              (1, "03-05", "pricing"), (1, "03-06", "demo")]  # fmt: skip
    assert journeys(events, starts_with="demo", **FIRST_STAGE) == [(1, 2), (6, 1)]


# outcome, start, value


def outcomes(events, **parameters):
    return journeys(events, "journey_id, outcome", **parameters)


def test_a_journey_whose_last_step_is_the_goal_is_converted():
    assert outcomes([(1, "03-01", "ad"), (1, "03-02", "deal")]) == [(1, "converted")]


def test_a_journey_is_dropped_when_the_next_step_came_later_than_give_up_after():
    events = [(1, "03-01", "ad"), (1, "04-15", "ad")]
    assert outcomes(events) == [(1, "dropped"), (2, "open")]


def test_a_next_step_that_belongs_to_no_journey_drops_one_as_well():
    tables = {"run.sources": [(1, "web", "web", at("03-05"))]}
    events = [(1, "03-01", "site"), (1, "04-15", "demo")]
    assert outcomes(events, tables=tables, **SITE) == [(1, "dropped")]


def test_a_journey_is_dropped_when_the_horizon_is_further_than_give_up_after():
    events = [(1, "03-01", "ad"), (2, "03-31 00:00:00.000001", "ad")]
    assert outcomes(events) == [(1, "dropped"), (2, "open")]


def test_a_journey_is_open_while_the_horizon_is_exactly_give_up_after_away():
    assert outcomes([(1, "03-01", "ad"), (2, "03-31", "ad")]) == [(1, "open"), (2, "open")]


def test_a_converted_journey_is_never_dropped():
    assert outcomes([(1, "03-01", "deal"), (1, "06-01", "ad")])[0] == (1, "converted")


def test_the_start_is_known_when_longer_than_give_up_after_after_the_datas_first_event():
    events = [
        Event(1, "02-01", "ad", is_left_out=True),
        Event(1, "03-01", "scroll"),
        Event(2, "03-31", "ad"),
        Event(3, "03-31 00:00:00.000001", "ad"),
    ]
    assert journeys(events, "customer_id, is_start_known") == [(2, False), (3, True)]


def test_a_journey_has_the_sum_of_its_steps_values():
    events = [Event(1, "03-01", "ad", value=0.1), Event(1, "03-02", "demo"),
              Event(1, "03-03", "deal", value=0.2), Event(2, "03-03", "ad")]  # fmt: skip
    assert journeys(events, "customer_id, value") == [(1, 0.3), (2, None)]


def test_a_journey_tells_its_ends_and_how_far_it_came():
    events = [(1, "03-01 10:00", "ad"), (1, "03-01 10:10", "ticket"), (1, "03-01 10:20:30", "demo")]
    columns = (
        "started_at, last_step_at, seconds, first_touchpoint, last_touchpoint,"
        " first_stage, last_stage, last_stage_number, furthest_stage_number"
    )
    assert journeys(events, columns) == [
        (at("03-01 10:00"), at("03-01 10:20:30"), 1230, "ad", "demo", "awareness", "consideration",
         2, 4)
    ]  # fmt: skip


def test_no_events_make_no_journeys():
    connection = warehouse([])
    assert rows(connection, "*", "journeys.journeys") == []
    assert rows(connection, "horizon, first_event_at", "core.horizon") == [(None, None)]
