"""run.next_steps and graph.next_steps: whether and when a next step follows."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from graph_rows import made, warehouse
from lifelines import AalenJohansenFitter

from pipeline.chain.next_steps import next_steps_step

HORIZON = datetime(2025, 7, 1)
DAY, GIVE_UP = 86400, 30
COLUMNS = "node, customers, steps, went_on, dropped, open, go_on_rate, median_seconds, p90_seconds"


def next_steps(steps, columns=COLUMNS):
    """Rows for everyone; steps are (days before the horizon at their end, what followed): a number
    of days, `dropped`, `open` or `converted`. Each is a customer's own, at a, an hour long.
    """
    moves = [
        ("stage", n, n, 1, "a", "b" if isinstance(what, (int, float)) else what.upper(),
         days > GIVE_UP, True, round(what * DAY) if isinstance(what, (int, float)) else None,
         HORIZON - timedelta(days=days, hours=1), 3600, False, False)
        for n, (days, what) in enumerate(steps)
    ]  # fmt: skip
    tables = {
        "journeys.moves": moves,
        "personas.assignments": [(n, "p") for n in range(len(steps))],
        "core.horizon": [(HORIZON,)],
    }
    connection = warehouse(tables)
    next_steps_step().run(connection, {"give_up_after": timedelta(days=GIVE_UP)})
    rows = made(connection, "graph.next_steps", f"persona_id, {columns}")
    assert {row[1:] for row in rows if row[0] == "p"} == {row[1:] for row in rows if row[0] != "p"}
    return [row[1:] for row in rows if row[0] == "all"]


def test_the_next_step_is_the_event_and_dropped_never_has_it():
    [row] = next_steps([(90, 2), (90, 4), (90, 10), (90, "dropped")])
    assert row == ("a", 4, 4, 3, 1, 0, pytest.approx(0.75), 4 * DAY, 10 * DAY)


def test_what_is_open_is_censored_and_not_lost():
    # Of four, one goes on after a day; one is last seen at two; of the two left, one goes on.
    [row] = next_steps([(90, 1), (2, "open"), (90, 3), (90, "dropped")])
    assert row == ("a", 4, 4, 2, 1, 1, pytest.approx(1 / 4 + 3 / 4 / 2), 3 * DAY, 3 * DAY)


def test_a_next_step_after_the_horizon_is_not_known_yet():
    [row] = next_steps([(90, 1), (2, 5), (90, "dropped")], "steps, went_on, open")
    assert row == (3, 1, 1)


def test_a_step_that_reached_the_goal_is_none_of_them():
    [row] = next_steps([(90, 1), (90, "converted")], "steps, go_on_rate")
    assert row == (1, 1.0)


def test_rate_interval_and_times_are_those_of_lifelines():
    dice = np.random.default_rng(1)
    steps = []
    for number in range(400):  # all at different times, as lifelines would shake equal ones
        seen, wait = dice.uniform(0, 60), dice.uniform(0, 28) + number * 1e-4
        goes_on = dice.random() < 0.7
        lost = "dropped" if seen > GIVE_UP else "open"
        steps.append((seen, wait if goes_on and wait <= seen else lost))
    shown = [
        (round(what * DAY), 1) if isinstance(what, float)
        else (GIVE_UP * DAY, 2) if what == "dropped"
        else (min(int(seen * DAY), GIVE_UP * DAY), 0)
        for seen, what in steps
    ]  # fmt: skip
    times, ends = (np.array(column, dtype=float) for column in zip(*shown, strict=True))
    shaken = times + np.where(ends == 2, np.arange(400) * 1e-6, 0)  # drops all come at one time
    curve = (
        AalenJohansenFitter().fit(shaken, ends, event_of_interest=1).cumulative_density_["CIF_1"]
    )
    columns = "go_on_rate, median_seconds, p90_seconds"
    [(rate, median, p90)] = next_steps(steps, columns)
    assert rate == pytest.approx(curve.iloc[-1])
    for found, part in ((median, 0.5), (p90, 0.9)):
        assert found == pytest.approx(curve.index[curve >= part * curve.iloc[-1]][0], abs=1)
