"""The horizon and the sources: one claim of DESIGN.md's borders each."""

import pytest
from event_rows import Event, at, rows, warehouse

EVENTS = [
    Event(1, "03-01", "ad", source="web"),
    Event(1, "03-20", "ad", source="web"),
    Event(1, "03-10", "ad", source="crm"),
    Event(1, "03-05", "ad", source="survey"),
]


def horizon(events, sources=(), columns="horizon", **parameters):
    listed = [(number, *source) for number, source in enumerate(sources, 1)]
    tables = {"run.sources": listed} if sources else {}
    return rows(warehouse(events, tables, **parameters), columns, "core.horizon")


def test_the_horizon_is_the_earliest_last_event_of_web_and_crm_sources():
    assert horizon(EVENTS) == [at("03-10")]


def test_the_horizon_is_of_all_sources_where_none_is_web_or_crm():
    sources = [("web", "other", None), ("crm", "other", None), ("survey", "survey", None)]
    assert horizon(EVENTS, sources) == [at("03-05")]


def test_a_source_covers_until_what_the_settings_say():
    sources = [("web", "web", at("04-02")), ("crm", "crm", at("04-01")), ("survey", "survey", None)]
    assert horizon(EVENTS, sources) == [at("04-01")]


def test_left_out_events_cover_nothing():
    late = Event(1, "06-01", "ad", is_left_out=True)
    early = Event(1, "01-01", "ad", is_left_out=True)
    columns = "horizon, first_event_at, last_event_at"
    found = horizon([early, *EVENTS[:2], late], columns=columns)
    assert found == [(at("03-20"), at("03-01"), at("03-20"))]


def test_a_source_without_a_counted_event_sets_no_horizon():
    sources = [("web", "web", None), ("contacts", "crm", None)]
    assert horizon(EVENTS[:2], sources) == [at("03-20")]


def test_where_web_and_crm_are_empty_the_others_set_the_horizon():
    sources = [("web", "web", None), ("survey", "survey", None)]
    assert horizon(EVENTS[3:], sources) == [at("03-05")]


@pytest.mark.parametrize(("until", "expected"), [("03-02", "03-02"), ("04-01", "03-10")])
def test_until_caps_the_horizon(until, expected):
    assert horizon(EVENTS, until=at(until)) == [at(expected)]


def test_events_after_the_horizon_count_as_any_other():
    events = [*EVENTS, Event(1, "03-21", "deal", source="web")]
    connection = warehouse(events)
    found = rows(connection, "outcome, last_step_at", "journeys.journeys")
    assert found == [("converted", at("03-21"))]


def test_a_source_tells_its_events_and_how_far_they_reach():
    events = [*EVENTS[:2], Event(1, "04-01", "ad", is_left_out=True)]
    columns = "source, kind, events, counted_events, first_event_at, last_event_at, covers_until"
    assert rows(warehouse(events), columns, "core.sources") == [
        ("web", "web", 3, 2, at("03-01"), at("03-20"), at("03-20"))
    ]


def test_a_source_more_than_a_week_behind_the_latest_is_told():
    events = [Event(1, "03-08 00:00:00.000001", "ad", source="web"),
              Event(1, "03-01 00:00:00.000001", "ad", source="crm"),
              Event(1, "03-01 00:00:00.000000", "ad", source="survey")]  # fmt: skip
    found = rows(warehouse(events), "source, is_behind", "core.sources")
    assert found == [("crm", False), ("survey", True), ("web", False)]


def test_a_source_that_covers_nothing_is_not_behind():
    tables = {"run.sources": [(1, "web", "web", None), (2, "contacts", "crm", None)]}
    found = rows(warehouse(EVENTS[:1], tables), "source, covers_until, is_behind", "core.sources")
    assert found == [("contacts", None, False), ("web", at("03-01"), False)]
