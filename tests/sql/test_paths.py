"""What is told of journeys as a whole: paths, milestones, segments."""

from event_rows import Event, rows, warehouse


def test_a_path_joins_touchpoints_and_tells_repeats_in_a_row_once():
    events = [(1, "03-01", "ad"), (1, "03-02", "ad"), (1, "03-03", "demo"), (1, "03-04", "ad")]
    found = rows(warehouse(events), "path, steps, journeys", "journeys.paths")
    assert found == [("ad > demo > ad", 3, 1)]


def test_a_path_counts_journeys_by_outcome_and_customers_once():
    events = [(1, "03-01", "ad"), (1, "05-01", "ad"), (2, "05-01", "ad"),
              (3, "05-01", "ad"), (3, "05-02", "deal")]  # fmt: skip
    columns = "path, journeys, customers, converted, dropped, open"
    assert rows(warehouse(events), columns, "journeys.paths", "rowid") == [
        ("ad", 3, 2, 0, 1, 2),
        ("ad > deal", 1, 1, 1, 0, 0),
    ]


def milestone(events, columns, touchpoint="demo"):
    tables = {"run.milestones": [(1, touchpoint)]}
    return rows(warehouse(events, tables), columns, "journeys.milestones")


RATES = "journeys, closed_journeys, closed_reached, converted, reached_rate, converted_rate"


def test_rates_of_a_milestone_are_over_journeys_that_are_not_open():
    events = [(1, "03-01", "demo"), (1, "03-02", "deal"), (2, "03-01", "demo"), (3, "03-01", "ad"),
              (4, "03-01", "ad"), (5, "05-01", "demo")]  # fmt: skip
    assert milestone(events, RATES) == [(3, 4, 2, 1, 0.5, 0.5)]


def test_the_time_to_a_milestone_is_the_median_to_the_first_step_there():
    events = [(1, "03-01 10:00", "ad"), (1, "03-01 10:01", "demo"), (1, "03-02", "demo"),
              (2, "03-01 10:00", "ad"), (2, "03-01 10:03", "demo"), (3, "05-01", "ad")]  # fmt: skip
    assert milestone(events, "median_seconds") == [120]


def test_a_milestone_that_nobody_reached_is_told_without_a_rate_where_none_can_be():
    assert milestone([(1, "03-01", "ad")], RATES) == [(0, 0, 0, 0, None, None)]
    assert milestone([(1, "03-01", "deal")], RATES) == [(0, 1, 0, 0, 0.0, None)]


def segment(events, kind="column", name="channel", attributes=()):
    tables = {"run.segments": [(name, kind)], "landing.attributes": attributes}
    columns = "journey_id, segment_value"
    return rows(warehouse(events, tables), columns, "journeys.segments")


def test_a_column_segment_is_of_the_first_event_of_the_session_where_the_journey_began():
    events = [
        Event(1, "03-01 10:00", "scroll", channel="paid"),
        Event(1, "03-01 10:10", "ad", channel="mail"),
    ]
    assert segment(events) == [(2, "paid")]


def test_a_column_segment_falls_back_to_the_first_value_told_in_the_journey():
    events = [
        Event(1, "03-01", "ad"),
        Event(1, "03-02", "ad", channel="mail"),
        Event(1, "03-03", "ad", channel="paid"),
        Event(1, "06-01", "ad", channel="direct"),
    ]
    assert segment(events) == [(1, "mail"), (4, "direct")]


def test_any_column_that_is_carried_along_can_be_a_segment():
    events = [Event(1, "03-01", "ad", campaign="it's spring")]
    assert segment(events, name="campaign") == [(1, "it's spring")]


def test_a_segment_that_is_not_told_is_unknown():
    assert segment([(1, "03-01", "ad")]) == [(1, "unknown")]
    assert segment([(1, "03-01", "ad")], "attribute", "industry") == [(1, "unknown")]


def test_an_attribute_segment_is_the_customers():
    attributes = [(1, "contacts", "industry", "steel", 1, 1.0)]
    found = segment([(1, "03-01", "ad")], "attribute", "industry", attributes)
    assert found == [(1, "steel")]


def test_without_segments_there_are_none():
    assert rows(warehouse([(1, "03-01", "ad")]), "*", "journeys.segments") == []
