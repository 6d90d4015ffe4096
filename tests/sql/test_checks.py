"""Each check of `sql/checks/` is silent over sound tables and finds the data that breaks it."""

import pytest
import test_graph_checks as graph_checks
from event_rows import PARAMETERS, Event, warehouse

from pipeline.database import bind
from pipeline.models import sql_folder

EVENTS = [
    Event(1, "03-01 10:00", "ad"),
    Event(1, "03-01 10:10", "scroll"),
    Event(1, "03-01 10:20", "demo"),
    Event(1, "03-02 10:00", "deal"),
    Event(1, "03-03 10:00", "ticket"),
    Event(2, "03-01 10:00", "ad", is_left_out=True),
    Event(2, "05-01 10:00", "ad"),
]
BALANCED = ("web", 10, 5, 2, 1, 1, 1, 9, 5, 2, 1, 1)
TABLES = {"landing.balances": [BALANCED]}

# Each check, and statements of which each alone must make it find something.
BREAKS = {
    "rows_balance": ["update landing.balances set rows_read = 11"],
    "candidates_balance": ["update landing.balances set candidates = 10"],
    "events_kept": [
        "delete from core.events where event_id = 1",
        "insert into core.events select * from core.events where event_id = 1",
    ],
    "events_in_sessions": [
        "update core.events set session_id = null where event_id = 2",
        "update core.events set session_id = 7 where event_id = 6",
    ],
    "sessions_add_up": [
        "update core.sessions set events = 2 where session_id = 1",
        "delete from core.sessions where session_id = 4",
        "delete from core.events where session_id = 4",
        "update core.events set customer_id = 2 where event_id = 2",
        "update core.sessions set ended_at = started_at where session_id = 1",
    ],
    "session_gaps": [
        "update core.events set occurred_at = timestamp '2025-03-01 10:51' where event_id = 3",
        "update core.events set session_id = 3 where event_id = 3",
        "update core.events set session_id = 4 where event_id = 5",
    ],
    "events_in_steps": [
        "delete from journeys.all_steps where first_event_id = 3",
        "update journeys.all_steps set events = 2 where first_event_id = 3",
    ],
    "steps_add_up": [
        "update journeys.journeys set steps = 9 where journey_id = 1",
        "delete from journeys.journeys where journey_id = 5",
        "delete from journeys.steps where journey_id = 1 and step_number = 2",
        "update journeys.steps set step_number = 7 where journey_id = 1 and step_number = 2",
        "update journeys.steps set customer_id = 2 where journey_id = 1 and step_number = 2",
        "update journeys.steps set touchpoint = 'deal' where journey_id = 1 and step_number = 2",
        "update journeys.journeys set outcome = 'open' where journey_id = 1",
    ],
    "journeys_overlap": [
        "update journeys.journeys set last_step_at = timestamp '2025-03-04' where journey_id = 1"
    ],
    "moves_add_up": [
        "delete from journeys.moves where move_number = 2 and journey_id = 1 and level = 'stage'",
        "delete from journeys.moves where journey_id = 5",
        "update journeys.moves set to_node = 'OPEN' where to_node = 'CONVERTED'",
        "update journeys.moves set from_node = 'ad' where from_node = 'START'",
        "insert into journeys.moves select * from journeys.moves where move_number = 1",
    ],
}
OURS = [(check, broken) for check, all_broken in BREAKS.items() for broken in all_broken]


def offending(connection, check):
    sql = (sql_folder() / "checks" / f"{check}.sql").read_text(encoding="utf-8")
    return connection.execute(sql, bind(sql, PARAMETERS)).fetchall()


@pytest.fixture(scope="module")
def sound():
    return warehouse(EVENTS, TABLES)


@pytest.mark.parametrize("check", BREAKS)
def test_over_sound_tables_a_check_is_silent(check, sound):
    assert offending(sound, check) == []


@pytest.mark.parametrize(("check", "broken"), OURS)
def test_a_check_finds_the_data_that_breaks_it(check, broken, sound):
    sound.execute("begin")
    sound.execute(broken)
    found = offending(sound, check)
    sound.execute("rollback")
    assert found


def test_checks_are_silent_where_there_is_nothing():
    nothing = warehouse([])
    assert [check for check in BREAKS if offending(nothing, check)] == []


def test_every_check_of_the_house_is_tried():
    files = {path.stem for path in (sql_folder() / "checks").glob("*.sql")}
    assert files == {*BREAKS, *graph_checks.BREAKS}


def test_a_checks_first_line_says_what_a_row_of_it_means():
    for check in BREAKS:
        path = sql_folder() / "checks" / f"{check}.sql"
        assert path.read_text(encoding="utf-8").startswith("-- One row per ")
