"""Moves and stage visits, which the graph counts. The goal is `deal`, silence is 30 days."""

from event_rows import at, rows, warehouse

MOVES = "from_node, to_node"
HORIZON = (9, "12-01", "ad")  # another customer, so late that all others' steps are mature


def moves(events, level="touchpoint", columns=MOVES, **parameters):
    table = f"(from journeys.moves where level = '{level}' and customer_id <> 9)"
    connection = warehouse(events, **parameters)
    return rows(connection, columns, table, "customer_id, journey_id, move_number")


def visits(events, columns, **parameters):
    connection = warehouse(events, **parameters)
    return rows(connection, columns, "journeys.stage_visits", "journey_id, visit_number")


def test_moves_go_from_start_over_the_steps_to_the_outcome():
    events = [(1, "03-01", "ad"), (1, "03-02", "ad"), (1, "03-03", "deal")]
    found = moves(events, columns=f"move_number, {MOVES}")
    assert found == [
        (1, "START", "ad"),
        (2, "ad", "ad"),
        (3, "ad", "deal"),
        (4, "deal", "CONVERTED"),
    ]


def test_a_journey_without_the_goal_moves_to_dropped_or_open():
    events = [(1, "03-01", "ad"), (2, "04-15", "ad")]
    found = moves(events)
    assert found == [("START", "ad"), ("ad", "DROPPED"), ("START", "ad"), ("ad", "OPEN")]


def test_at_stage_level_consecutive_steps_of_one_stage_are_one_visit_across_sessions():
    events = [(1, "03-01", "ad"), (1, "03-02", "site"), (1, "03-03", "demo"), (1, "03-04", "ad")]
    assert moves(events, "stage") == [
        ("START", "awareness"),
        ("awareness", "consideration"),
        ("consideration", "awareness"),
        ("awareness", "OPEN"),
    ]
    columns = "visit_number, stage, stage_number, steps, first_step_number, next_stage"
    assert visits(events, columns) == [
        (1, "awareness", 1, 2, 1, "consideration"),
        (2, "consideration", 2, 1, 3, "awareness"),
        (3, "awareness", 1, 1, 4, None),
    ]


def test_a_visit_does_not_reach_over_the_end_of_a_journey():
    events = [(1, "03-01", "ad"), (1, "05-01", "ad")]
    assert visits(events, "journey_id, steps") == [(1, 1), (2, 1)]


def test_the_times_of_a_visit_are_its_first_and_last_steps():
    events = [(1, "03-01", "ad"), (1, "03-02 10:00", "ad"), (1, "03-02 10:10", "ad")]
    assert visits(events, "started_at, ended_at") == [(at("03-01"), at("03-02 10:10"))]


def test_seconds_are_from_the_end_of_a_step_to_the_start_of_the_next():
    events = [(1, "03-01 10:00", "ad"), (1, "03-01 10:10", "ad"), (1, "03-01 10:12", "demo")]
    assert moves(events, columns="seconds") == [None, 120, None]


def test_seconds_at_stage_level_are_from_the_end_of_a_visit():
    events = [(1, "03-01 10:00", "ad"), (1, "03-01 10:10", "site"), (1, "03-01 10:12", "demo")]
    assert moves(events, "stage", "seconds") == [None, 120, None]


def test_a_move_is_mature_when_what_it_leaves_is_and_from_start_always():
    events = [(1, "03-01", "ad"), (1, "03-20", "demo"), (2, "04-10", "ad")]
    found = moves(events, columns="customer_id, from_node, is_mature")
    assert found == [(1, "START", True), (1, "ad", True), (1, "demo", False),
                     (2, "START", True), (2, "ad", False)]  # fmt: skip


def test_a_visit_is_mature_by_its_end():
    events = [(1, "03-01", "ad"), (1, "03-20", "ad"), (2, "04-10", "ad")]
    assert visits(events, "is_mature") == [False, False]


def test_moves_after_the_look_leave_a_step_after_the_customers_first_ones():
    events = [(1, "03-01", "ad"), (1, "03-02", "deal"), (1, "03-03", "ad"), (1, "03-04", "demo")]
    found = moves([*events, HORIZON], columns="from_node, is_after_look", look=2)
    assert found == [("START", True), ("ad", False), ("deal", False),
                     ("START", True), ("ad", True), ("demo", True)]  # fmt: skip


def test_a_visit_is_after_the_look_when_its_first_step_is():
    events = [(1, "03-01", "ad"), (1, "03-02", "site"), (1, "03-03", "demo")]
    assert visits(events, "stage, is_after_look", look=1) == [
        ("awareness", False),
        ("consideration", True),
    ]


def test_a_move_starts_when_the_step_it_leaves_did():
    events = [(1, "03-01", "ad"), (1, "03-02", "demo")]
    assert moves(events, columns="started_at") == [at("03-01"), at("03-01"), at("03-02")]
