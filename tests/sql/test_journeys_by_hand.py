"""The SQL of sessions, steps and journeys against a plain loop, and what must not change it.

Times are few and round, so that ties and silences of exactly the limits happen all the time.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product

import pytest
from event_rows import PARAMETERS, TOUCHPOINTS, Event, landed, parts, remake, rows
from journeys_by_hand import journeys_of, outcome_of, sessions_of, steps_of

from pipeline.build import create

STAGE_NUMBERS = {touchpoint: number for touchpoint, _, number in TOUCHPOINTS}
NAMES = [*STAGE_NUMBERS, "ad", "demo", "scroll", "scroll"]
LIMITS = {"session_timeout": timedelta(minutes=30), "give_up_after": timedelta(days=2)}
PER_CUSTOMER = {
    "core.events": "event_id",
    "core.sessions": "session_id",
    "journeys.all_steps": "first_event_id",
    "journeys.steps": "first_event_id",
    "journeys.journeys": "journey_id",
    "journeys.stage_visits": "journey_id, visit_number",
    "journeys.segments": "journey_id, segment",
    "journeys.moves": "level, journey_id, move_number",
}
TABLES = {"run.segments": [("channel", "column")], "run.milestones": [(1, "demo")]}
WAYS = list(product(["any", "site", "deal"], ["any", "first stage"], ["deal", "ad"]))


def random_events(seed, customers=120, length=14):
    """Events of customers whose silences are often exactly the limits, and ids in random order."""
    dice = random.Random(seed)
    ids = iter(dice.sample(range(10**6), customers * length))
    return [
        Event(
            customer, f"{moment:%m-%d %H:%M}", dice.choice(NAMES), id=next(ids),
            is_left_out=dice.random() < 0.1, channel=dice.choice([None, "paid", "mail"]),
            value=dice.choice([None, 0.1, 0.7]),
        )
        for customer in range(1, customers + 1)
        for moment in random_moments(dice, dice.randint(1, length))
    ]  # fmt: skip


def random_moments(dice, count):
    moment = datetime(2025, 3, 1) + timedelta(days=dice.randint(0, 12))
    for _ in range(count):
        moment += timedelta(minutes=dice.choice([0, 10, 30, 30, 40, 60, 1440, 2880, 2880, 2890]))
        yield moment


@dataclass(frozen=True)
class Plain:
    """An event as the loop reads it."""

    id: int
    at: datetime
    touchpoint: str | None
    stage_number: int | None
    is_left_out: bool


def by_customer(events):
    found = defaultdict(list)
    for event in events:
        moment = datetime.fromisoformat(f"2025-{event.at}")
        stage_number = STAGE_NUMBERS.get(event.touchpoint)
        touchpoint = event.touchpoint if stage_number else None
        found[event.customer].append(
            Plain(event.id, moment, touchpoint, stage_number, event.is_left_out)
        )
    return found


def by_hand(events, goal, starts_with, after_goal):
    """Sessions, steps and journeys as the loop finds them, in the shape of the SQL's rows."""
    sessions, steps, journeys = [], [], []
    horizon = max(
        event.at for found in by_customer(events).values() for event in found
        if not event.is_left_out
    )  # fmt: skip
    give_up_after = LIMITS["give_up_after"]
    for customer, found in by_customer(events).items():
        own = sessions_of(found, LIMITS["session_timeout"])
        sessions += [(run[0].id, customer, run[0].at, run[-1].at, len(run)) for run in own]
        for journey in journeys_of(steps_of(own), goal, give_up_after, starts_with, after_goal):
            journey_id = journey.steps[0].first_event_id
            outcome = outcome_of(journey, goal, give_up_after, horizon)
            last_step_at = journey.steps[-1].ended_at
            journeys.append((journey_id, customer, outcome, len(journey.steps), last_step_at))
            steps += [
                (journey_id, number, step.touchpoint, step.session_id, step.first_event_id,
                 step.started_at, step.ended_at, step.events,
                 horizon - step.ended_at > give_up_after)
                for number, step in enumerate(journey.steps, 1)
            ]  # fmt: skip
    return sorted(sessions), sorted(steps), sorted(journeys)


def by_sql(connection):
    sessions = "session_id, customer_id, started_at, ended_at, events"
    steps = (
        "journey_id, step_number, touchpoint, session_id, first_event_id, started_at, ended_at,"
        " events, is_mature"
    )
    journeys = "journey_id, customer_id, outcome, steps, last_step_at"
    return (
        rows(connection, sessions, "core.sessions"),
        rows(connection, steps, "journeys.steps"),
        rows(connection, journeys, "journeys.journeys"),
    )


def made(events, **parameters):
    connection = landed(events, TABLES)
    remake(connection, **LIMITS, **parameters)
    return connection


@pytest.mark.parametrize(("starts_with", "after_goal", "goal"), WAYS)
def test_sql_and_loop_find_the_same_sessions_steps_and_journeys(starts_with, after_goal, goal):
    way = {"starts_with": starts_with, "after_goal": after_goal, "goal": goal}
    events = random_events(seed=f"{starts_with} {after_goal} {goal}")
    expected = by_hand(events, **way)
    assert all(expected)
    assert by_sql(made(events, **way)) == expected


def test_the_random_events_meet_every_border():
    """Ties, silences of exactly the limits and longer ones, all outcomes, steps in no journey."""
    connection = made(random_events(seed=1), starts_with="site", after_goal="first stage")
    gaps = "select occurred_at - lag(occurred_at) over (partition by customer_id order by" \
        " event_number) from core.events where not is_left_out"  # fmt: skip
    found = {row[0] for row in connection.execute(gaps).fetchall()}
    assert {timedelta(0), *LIMITS.values(), timedelta(minutes=2890)} <= found
    outcomes = rows(connection, "distinct outcome", "journeys.journeys")
    assert outcomes == ["converted", "dropped", "open"]
    in_none = "(from journeys.all_steps anti join journeys.steps using (first_event_id))"
    assert rows(connection, "count(*) > 20", in_none) == [True]


def everything(connection):
    return {
        part.name: connection.execute(f"select * from {part.name} order by all").fetchall()
        for part in parts()
        if not part.name.startswith("run.")
    }


def test_the_order_in_which_events_arrive_changes_nothing():
    events = random_events(seed=2)
    shuffled = random.Random(3).sample(events, len(events))
    assert everything(made(shuffled)) == everything(made(events))


@pytest.mark.parametrize("table", PER_CUSTOMER)
def test_a_table_made_for_some_customers_has_their_rows_of_the_whole(table, whole):
    order = PER_CUSTOMER[table]
    expected = rows(
        whole, "*", f"(from {table} semi join run.customers using (customer_id))", order
    )
    model = next(part for part in parts() if part.name == table)
    create(whole, replace(model, name="run.remade"), PARAMETERS | LIMITS)
    assert rows(whole, "*", "run.remade", order) == expected != []


@pytest.fixture(scope="module")
def whole():
    """Made for all customers, and then only some of them are to be made anew."""
    connection = made(random_events(seed=4))
    connection.execute("delete from run.customers where customer_id % 3 > 0")
    return connection
