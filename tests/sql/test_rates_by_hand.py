"""The examples of docs/how-numbers-are-made.md that are about rates, times and intervals."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from graph_rows import made, moves, warehouse

from pipeline.chain.next_steps import next_steps_step
from pipeline.incidence import incidence, times_to
from pipeline.intervals import wilson

# Four journeys end on the days 1 to 4: converted, open, converted, dropped.
DAYS, CONVERTED, DROPPED, JOURNEYS = np.array(
    [[1, 2, 3, 4], [1, 0, 1, 0], [0, 0, 0, 1], [1, 1, 1, 1]]
)


def test_how_far_to_trust_a_share():
    rates, lows, highs = wilson([15, 0], [148, 20])
    assert [f"{rate:.1%}" for rate in rates] == ["10.1%", "0.0%"]
    assert [f"{low:.1%}" for low in lows] == ["6.2%", "0.0%"]
    assert [f"{high:.1%}" for high in highs] == ["16.0%", "16.1%"]


def test_what_counts_as_lost():
    walks = [(1, "a > b > a > DROPPED"), (2, "a > CONVERTED"), (3, "a > OPEN")]
    columns = "node, dropped, mature_steps, drop_off_low, drop_off_high, mature_journeys, steps"
    [row, _] = made(warehouse({"journeys.moves": [*moves(*walks)]}), "graph.drop_offs", columns)
    low, high = (pytest.approx(share, abs=5e-4) for share in (0.061, 0.792))
    assert row == ("a", 1, 3, low, high, 2, 4)


def test_what_became_of_those_who_entered_a_stage():
    walks = [("try > buy", "dropped"), ("try", "dropped"), ("try", "open")]
    day = datetime(2025, 3, 3)
    visits = [
        (n, at, n, stage, {"try": 1, "buy": 2}[stage], day, day, True, True)
        for n, (walk, _) in enumerate(walks)
        for at, stage in enumerate(walk.split(" > "))
    ]
    ends = [(n, n, day, day, outcome) for n, (_, outcome) in enumerate(walks)]
    connection = warehouse({"journeys.stage_visits": visits, "journeys.journeys": ends})
    made(connection, "graph.stage_fates")
    columns = "stage, entered, open, advanced_rate, dropped_rate"
    assert made(connection, "graph.stages", columns) == [
        ("buy", 1, 0, 0.0, 1.0),
        ("try", 3, 1, 0.5, 0.5),
    ]


def test_how_many_convert_in_time_and_when():
    assert incidence(DAYS, CONVERTED, DROPPED, JOURNEYS).rate == 5 / 8
    assert incidence(DAYS, DROPPED, CONVERTED, JOURNEYS).rate == 3 / 8
    assert times_to(DAYS, CONVERTED, DROPPED, JOURNEYS)[0] == 3


def test_the_time_to_the_next_step():
    horizon, hour, day = datetime(2025, 7, 1), timedelta(hours=1), 86400
    steps = [(90, "b", day), (2, "OPEN", None), (90, "b", 3 * day), (90, "DROPPED", None)]
    rows = [
        ("stage", n, n, 1, "a", to, ago > 30, True, seconds, horizon - timedelta(ago) - hour, 3600)
        for n, (ago, to, seconds) in enumerate(steps)
    ]
    connection = warehouse({
        "journeys.moves": [(*row, False, False) for row in rows],
        "personas.assignments": [(n, "p") for n in range(4)],
        "core.horizon": [(horizon,)],
    })  # fmt: skip
    next_steps_step().run(connection, {"give_up_after": timedelta(days=30)})
    [row, _] = made(connection, "graph.next_steps", "persona_id, go_on_rate, median_seconds")
    assert row == ("all", 5 / 8, 3 * day)
