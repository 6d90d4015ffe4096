"""findings.actions: what was there before an action and after it, beside what was not concerned."""

from datetime import timedelta
from typing import Any

import pytest
from graph_rows import START, made, warehouse

from pipeline.actions import read_actions
from pipeline.intervals import wilson

DAY = timedelta(days=1)
TAKEN = START + 100 * DAY
GIVEN_UP = 30 * DAY
COLUMNS = "side, measure, before_trials, before_events, after_trials, after_events, is_withheld"


def journey(number: int, day: int, touchpoint: str, outcome: str, converts_on: int = 0) -> Any:
    """One mature step at `touchpoint`, and the journey's last step at its day or `converts_on`."""
    at = START + day * DAY
    following = "buy" if outcome == "converted" else None
    step = (
        number, 1, number, touchpoint, at, at, None, None, 9, "try", following, None, True, True,
    )  # fmt: skip
    return step, (number, number, at, START + (converts_on or day) * DAY, outcome)


def actions(
    *journeys: Any, persona: str | None = None, horizon: int = 200, min_group: int = 1
) -> list[tuple[Any, ...]]:
    return made(
        connected(*journeys, persona=persona, horizon=horizon), "findings.actions", COLUMNS,
        give_up_after=GIVEN_UP, within=180 * DAY, look=3, min_group=min_group,
    )  # fmt: skip


def connected(*journeys: Any, persona: str | None = None, horizon: int = 200) -> Any:
    return warehouse(
        {
            "journeys.steps": [step for step, _ in journeys],
            "journeys.journeys": [row for _, row in journeys],
            "core.horizon": [(START + horizon * DAY,)],
            "run.touchpoints": [(1, "demo", "try"), (2, "call", "try")],
            "run.actions": [(1, TAKEN, TAKEN.date(), "demo", persona, "a new demo", "sales")],
            "run.persona_names": [("p1", "Start-ups")],
            "personas.assignments": [(1, "p1"), (2, "p2"), (3, "p1"), (4, "p2")],
        }
    )


def test_steps_before_and_after_it_are_compared_and_the_rest_of_the_stage_beside():
    found = actions(
        journey(1, 90, "demo", "dropped"), journey(2, 95, "demo", "converted", 96),
        journey(3, 101, "demo", "dropped"), journey(4, 99, "call", "dropped"),
        journey(5, 102, "call", "converted", 103),
    )  # fmt: skip
    assert found == [
        ("concerned", "conversion", 2, 1, 1, 0, False),
        ("concerned", "drop_off", 2, 1, 1, 1, False),
        ("others", "conversion", 1, 0, 1, 1, False),
        ("others", "drop_off", 1, 1, 1, 0, False),
    ]


@pytest.mark.parametrize("persona", ["p1", "Start-ups"])
def test_of_a_persona_the_others_are_all_other_personas_there(persona):
    found = actions(
        journey(1, 90, "demo", "dropped"), journey(2, 91, "demo", "dropped"),
        journey(3, 110, "demo", "open"), journey(4, 110, "demo", "dropped"),
        persona=persona,
    )  # fmt: skip
    drop_offs = [row for row in found if row[1] == "drop_off"]
    assert drop_offs == [
        ("concerned", "drop_off", 1, 1, 1, 0, False), ("others", "drop_off", 1, 1, 1, 1, False),
    ]  # fmt: skip


def test_both_periods_are_as_long_as_what_is_mature_after_it():
    """The horizon is 50 days after it, of which 20 are mature: 21 days before counts no more."""
    found = actions(
        journey(1, 79, "demo", "dropped"), journey(2, 81, "demo", "dropped"),
        journey(3, 105, "demo", "dropped"), horizon=150,
    )  # fmt: skip
    assert [row[2] for row in found if row[1] == "drop_off"] == [1]


def test_converting_late_is_not_counted_as_it_is_not_known_of_all():
    found = actions(
        journey(1, 90, "demo", "converted", 121), journey(2, 105, "demo", "converted", 135),
    )  # fmt: skip
    assert found[0] == ("concerned", "conversion", 1, 0, 1, 1, False)


def test_a_journey_that_came_twice_converts_once():
    again = journey(1, 92, "demo", "converted", 93)[0]
    found = actions(
        journey(1, 90, "demo", "converted", 93), (again, (9, 9, START, START, "open")),
        journey(2, 105, "demo", "dropped"),
    )  # fmt: skip
    assert found[0][:4] == ("concerned", "conversion", 1, 1)
    assert found[1][:4] == ("concerned", "drop_off", 2, 0)


def test_a_young_action_or_one_for_a_persona_that_is_not_there_has_no_row():
    journeys = journey(1, 90, "demo", "dropped"), journey(2, 105, "demo", "dropped")
    assert actions(*journeys, horizon=125) == []
    assert actions(*journeys, persona="Students") == []


def test_few_customers_are_withheld():
    journeys = journey(1, 90, "demo", "dropped"), journey(2, 105, "demo", "dropped")
    assert {row[-1] for row in actions(*journeys, min_group=2)} == {True}


def test_the_change_has_newcombes_interval():
    """Newcombe, Interval estimation for the difference between independent proportions, 1998,
    table II (a): 56 of 70 against 48 of 80 by method 10 is 0.2, from 0.0524 to 0.3339."""
    walks = [journey(n, 90, "demo", "dropped" if n < 48 else "open") for n in range(80)]
    walks += [journey(100 + n, 110, "demo", "dropped" if n < 56 else "open") for n in range(70)]
    connection = connected(*walks)
    [row] = made(
        connection, "findings.actions", "change, change_low, change_high, after_low",
        give_up_after=GIVEN_UP, within=180 * DAY, look=3, min_group=1,
    )[-1:]  # fmt: skip
    assert row[:3] == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    assert row[3] == pytest.approx(float(wilson(56, 70)[1]))


def test_it_is_told_in_a_sentence_with_the_others_beside():
    walks = [journey(n, 90, "demo", "dropped" if n < 10 else "open") for n in range(100)]
    walks += [journey(100 + n, 110, "demo", "dropped" if n < 40 else "open") for n in range(100)]
    walks += [journey(200 + n, 90 + 20 * (n % 2), "call", "dropped") for n in range(20)]
    connection = connected(*walks)
    connection.execute(
        "create table run.state as select 'give_up_after' as name, '30 days' as value"
    )
    made(
        connection, "findings.actions", give_up_after=GIVEN_UP, within=180 * DAY, look=3,
        min_group=5,
    )  # fmt: skip
    [taken] = read_actions(connection)
    assert taken["sentences"] == [
        "In the 70 days after it 40 of 100 visits to “demo” were the last (31 to 50), before it 10"
        " (6 to 17): 30 points more (18 to 41); at the other touchpoints of its stage no clear"
        " change (−28 to 28 points).",
        "In the 70 days after it 0 of 100 journeys that came to “demo” converted within 30 days"
        " (0 to 4), before it 0 (0 to 4): no clear change (−4 to 4 points); at the other"
        " touchpoints of its stage no clear change (−28 to 28 points).",
    ]
