"""What is around a touchpoint, and the step matrix: against loops over random journeys."""

from collections import Counter

import pytest
from walks import numbered, random_journeys, walk, warehouse

from pipeline.errors import JourneysError
from pipeline.questions.selection import Asked
from pipeline.questions.step_matrix import read_step_matrix
from pipeline.questions.surroundings import read_surroundings


def around(journeys, depth=3):
    return read_surroundings(warehouse(numbered(journeys)), "a", depth, Asked())


def surrounding(journeys, depth):
    """{(position, node): visits} by walking."""
    counts = Counter()
    for journey in journeys:
        line = ["START", *(step.touchpoint for step in journey.steps), journey.outcome.upper()]
        for at, step in enumerate(journey.steps, 1):
            if step.touchpoint == "a" and step.is_mature:
                for position in (*range(-depth, 0), *range(1, depth + 1)):
                    if 0 <= at + position < len(line):
                        counts[position, line[at + position]] += 1
    return dict(counts)


@pytest.mark.parametrize("depth", [1, 3])
def test_every_count_around_a_touchpoint_is_that_of_a_loop(depth):
    for seed in range(5):
        journeys = numbered(random_journeys(seed))
        found = around(journeys, depth)
        counts = dict(
            zip(zip(found["position"], found["node"], strict=True), found["visits"], strict=True)
        )
        assert counts == surrounding(journeys, depth)
        assert found.groupby("position")["share"].sum().to_numpy() == pytest.approx(1.0)
        assert (found["share_low"] <= found["share"]).all()


def test_times_are_between_the_end_of_the_earlier_and_the_start_of_the_later():
    found = around([walk("b c a d dropped")]).set_index(["position", "node"])["median_seconds"]
    assert found[-1, "c"] == found[1, "d"] == 23 * 3600
    assert found[-2, "b"] == 47 * 3600
    assert found[[(-3, "START"), (2, "DROPPED")]].isna().all()


def test_an_open_journey_shows_as_open_and_its_last_step_not_at_all():
    found = around([walk("a b open", first_day=88, gap=5)])
    assert list(found["node"]) == ["START", "b", "OPEN"]


@pytest.mark.parametrize("depth", [0, 4, "two"])
def test_a_depth_that_is_not_there_is_refused(depth):
    with pytest.raises(JourneysError, match="allowed are 1 to 3"):
        around([walk("a dropped")], depth)


@pytest.mark.parametrize("per", ["journey", "customer"])
def test_every_cell_of_the_step_matrix_is_that_of_a_loop(per):
    for seed in range(5):
        journeys = numbered(random_journeys(seed))
        units = {}
        for journey in journeys:
            key = journey.journey_id if per == "journey" else journey.customer_id
            names, _ = units.get(key, ([], ""))
            units[key] = ([*names, *(s.touchpoint for s in journey.steps)], journey.outcome.upper())
        expected = Counter(
            (step, names[step - 1] if step <= len(names) else end)
            for names, end in units.values()
            for step in range(1, 7)
        )
        found = read_step_matrix(warehouse(journeys), 6, Asked(per))
        cells = zip(found["step_number"], found["node"], strict=True)
        assert dict(zip(cells, found["units"], strict=True)) == expected
        assert (found["all_units"] == len(units)).all()


def test_a_matrix_of_no_steps_is_refused():
    with pytest.raises(JourneysError, match="allowed are 1 to 100"):
        read_step_matrix(warehouse([]), 0, Asked())
