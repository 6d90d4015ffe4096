"""graph.touch_credits and graph.attribution: credit of stages, touchpoints and channels."""

import random
from collections import Counter
from datetime import datetime, timedelta

import pandas as pd
import pytest
from event_rows import NUMBERS, PARAMETERS, Event, rows, warehouse
from graph_rows import made

from pipeline.chain.attribution import attribute
from pipeline.chain.counts import counts_step
from pipeline.chain.removal import removal_step

COMPLETE = {"run.sources": [(1, "web", "web", datetime(2026, 6, 1))]}  # no journey is open
METHODS = ("removal_effect", "credit", "first_touch", "last_touch", "linear", "position_based",
           "shapley")  # fmt: skip


def attributed(events, personas=None, tables=None, goal="deal"):
    """The warehouse of these events with graph.attribution; all of persona p unless told."""
    connection = warehouse(events, tables or COMPLETE, goal=goal)
    connection.execute("create table personas.assignments (customer_id bigint, persona_id varchar)")
    customers = rows(connection, "distinct customer_id", "core.events")
    assigned = [(customer, (personas or {}).get(customer, "p")) for customer in customers]
    connection.executemany("insert into personas.assignments values (?, ?)", assigned)
    made(connection, "graph.move_counts", **(PARAMETERS | {"goal": goal}))
    counts_step().run(connection, PARAMETERS)
    made(connection, "graph.touches", goal=goal)
    made(connection, "graph.touch_credits")
    removal_step().run(connection, PARAMETERS)
    made(connection, "graph.attribution")
    return connection


def credit(connection, level, method="credit", persona="all"):
    found = connection.execute(
        f"select node, {method} from graph.attribution where level = ? and persona_id = ? "
        "order by node",
        [level, persona],
    ).fetchall()
    return dict(found)


def test_the_goal_gets_no_credit_and_what_came_before_it_does():
    connection = attributed([(1, "03-01 10:00", "ad"), (1, "03-01 10:05", "deal")])
    assert credit(connection, "touchpoint") == {"ad": 1.0}
    assert credit(connection, "stage") == {"awareness": 1.0}


def test_a_stage_that_holds_the_goal_and_more_is_credited_for_the_more():
    events = [(1, "03-01 10:00", "ad"), (1, "03-01 10:05", "pricing"), (1, "03-01 10:10", "demo")]
    connection = attributed(events, goal="demo")
    assert credit(connection, "stage") == {"awareness": 0.5, "consideration": 0.5}
    assert credit(connection, "touchpoint") == {"ad": 0.5, "pricing": 0.5}


def test_a_journey_of_the_goal_alone_is_credited_to_none():
    connection = attributed([(1, "03-01 10:00", "deal"), (2, "03-01 10:00", "deal")])
    for level in ("stage", "touchpoint", "channel"):
        assert credit(connection, level) == {"none": 2.0}
        assert credit(connection, level, "linear") == {"none": 2.0}


def test_a_channel_is_that_of_the_session_and_an_empty_one_is_skipped():
    events = [
        Event(1, "03-01 10:00", "ad", channel="paid"), Event(1, "03-01 10:05", "site", channel="x"),
        Event(1, "03-02 10:00", "site"),
        Event(1, "03-03 10:00", "deal", channel="mail"),
    ]  # fmt: skip
    connection = attributed(events)
    assert credit(connection, "channel", "linear") == {"mail": 0.5, "paid": 0.5}
    assert credit(connection, "channel", "first_touch") == {"mail": 0.0, "paid": 1.0}


def test_time_decay_halves_with_every_week_before_the_goal():
    events = [(1, "03-01 10:00", "ad"), (1, "03-08 10:00", "site"), (1, "03-15 10:00", "deal")]
    found = credit(attributed(events), "touchpoint", "time_decay")
    assert found == pytest.approx({"ad": 1 / 3, "site": 2 / 3})  # 1/4 and 1/2, scaled to 1


def test_value_is_credited_too():
    events = [(1, "03-01 10:00", "ad"), Event(1, "03-01 10:05", "deal", value=90.0),
              (2, "03-01 10:00", "site"), Event(2, "03-01 10:05", "deal", value=10.0)]  # fmt: skip
    connection = attributed(events)
    assert credit(connection, "touchpoint", "credit_value") == pytest.approx({"ad": 90, "site": 10})
    assert credit(connection, "touchpoint", "linear_value") == {"ad": 90, "site": 10}


def test_personas_are_credited_with_their_own_conversions():
    events = [(1, "03-01 10:00", "ad"), (1, "03-01 10:05", "deal"),
              (2, "03-01 10:00", "site"), (2, "03-01 10:05", "deal")]  # fmt: skip
    connection = attributed(events, {1: "p", 2: "q"})
    assert credit(connection, "touchpoint", persona="p") == {"ad": 1.0}
    assert credit(connection, "touchpoint", persona="all") == {"ad": 1.0, "site": 1.0}


def test_while_no_move_is_known_by_removal_nothing_is_credited_and_rules_are():
    connection = attributed(
        [(1, "03-01 10:00", "ad"), (1, "03-01 10:05", "deal")],
        tables={"run.sources": [(1, "web", "web", datetime(2025, 3, 2))]},
    )
    assert credit(connection, "touchpoint", "linear") == {"ad": 1.0}
    assert credit(connection, "touchpoint") == {"ad": None}


def at_random(seed, customers=40):
    """Events of customers who wander for half a year, some with a channel, some with a value."""
    dice, start = random.Random(seed), datetime(2025, 2, 1, 9)
    for customer in range(1, customers + 1):
        now = start + timedelta(days=dice.randrange(60))
        for _ in range(dice.randrange(1, 12)):
            now += timedelta(minutes=dice.choice([3, 20, 90, 1500, 20000, 60000]))
            name = dice.choice([*NUMBERS, "ad", "site", "other"])
            yield Event(
                customer, f"{now:%m-%d %H:%M}", name, value=dice.choice([None, 5.0, 70.0]),
                channel=dice.choice([None, "paid", "mail", "search"]),
            )  # fmt: skip


def paths_by_hand(connection, level, goal):
    """Journeys as aggregated paths, by loops over the rows of steps: the oracle's input."""
    steps = connection.execute("""
        select journey_id, touchpoint, stage, sessions.channel, session_id, outcome, journeys.value
        from journeys.steps join journeys.journeys using (journey_id)
        join core.sessions as sessions using (session_id)
        order by journey_id, step_number
    """).fetchall()
    touches, ends, last = {}, {}, {}
    for journey, touchpoint, stage, channel, session, outcome, value in steps:
        path = touches.setdefault(journey, [])
        ends[journey] = (outcome == "converted", value or 0.0)
        if level == "channel":
            if channel and last.get(journey) != session:
                path.append(channel)
            last[journey] = session
        elif touchpoint != goal:
            node = touchpoint if level == "touchpoint" else stage
            if level == "touchpoint" or not path or last.get(journey) != node:
                path.append(node)
            last[journey] = node
    told = Counter()
    for journey, path in touches.items():
        won, value = ends[journey]
        told[" > ".join(path), "conversions"] += won
        told[" > ".join(path), "value"] += value if won else 0
        told[" > ".join(path), "nulls"] += not won
    names = ("conversions", "value", "nulls")
    paths = sorted({path for path, _ in told})
    table = [(path, *(told[path, name] for name in names)) for path in paths]
    return pd.DataFrame(table, columns=["path", *names])


@pytest.mark.parametrize("level", ["stage", "touchpoint", "channel"])
@pytest.mark.parametrize("seed, goal", [(0, "deal"), (1, "demo"), (2, "site")])
def test_the_table_is_what_the_aggregated_paths_come_to(seed, goal, level):
    connection = attributed(list(at_random(seed)), goal=goal)
    wanted = attribute(paths_by_hand(connection, level, goal)).set_index("node")
    for method in [*METHODS, *(f"{name}_value" for name in METHODS[1:])]:
        found = {node: value or 0.0 for node, value in credit(connection, level, method).items()}
        assert found == pytest.approx(wanted[method].fillna(0.0).to_dict()), method
