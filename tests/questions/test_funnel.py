"""Funnels over touchpoints: against loops over random journeys, and one claim at a time."""

from datetime import timedelta
from itertools import product

import pytest
from walks import HORIZON, numbered, random_journeys, walk, warehouse

from pipeline.errors import JourneysError
from pipeline.questions.funnel import ORDERS, Funnel, read_funnel
from pipeline.questions.selection import Asked

COUNTS = ("reached", "known", "went_on", "open", "known_from_first", "reached_known")


def asked(journeys, *touchpoints, personas=(), **how):
    connection = warehouse(numbered(journeys), personas)
    return read_funnel(connection, Funnel(touchpoints, **how))


def reached(journeys, *touchpoints, **how):
    return list(asked(journeys, *touchpoints, **how)["reached"])


# -- the loop


def units_of(journeys, per):
    """[(steps in order, is open)] of each journey, or of each customer."""
    units = {}
    for journey in journeys:
        key = journey.journey_id if per == "journey" else journey.customer_id
        steps, is_open = units.get(key, ([], False))
        units[key] = ([*steps, *journey.steps], is_open or journey.outcome == "open")
    return [(sorted(steps, key=lambda step: step.number), flag) for steps, flag in units.values()]


def loop(journeys, touchpoints, order, per, within, without):
    """reached and the counts of the rates, by walking through each unit step by step."""
    places = len(touchpoints)
    counts = [dict.fromkeys(COUNTS, 0) for _ in range(places)]
    for steps, is_open in units_of(journeys, per):
        entry = next(
            (at for at, step in enumerate(steps) if step.touchpoint == touchpoints[0]), None
        )
        end = len(steps)
        stopped = False
        if entry is not None:
            for at in range(entry, len(steps)):
                if steps[at].touchpoint in without:
                    end, stopped = at, True
                    break
        in_time = [
            at
            for at in range(end)
            if not within or steps[at].started_at - steps[entry or 0].started_at <= within
        ]
        at_places = [fill(steps, in_time, touchpoints, order, place) for place in range(places)]
        for place in range(places):
            here = at_places[place]
            if here is not None:
                counts[place]["reached"] += 1
            if not place:
                continue
            for first, known, gone in (
                (place - 1, "known", "went_on"), (0, "known_from_first", "reached_known"),
            ):  # fmt: skip
                before = at_places[first]
                if before is None:
                    continue
                on = here is not None
                if order == "open":
                    on = any(step.touchpoint == touchpoints[place] for step in steps[before + 1 :])
                is_known = (
                    HORIZON - steps[entry].started_at >= within
                    if within
                    else steps[before].is_mature and (on or not is_open or stopped)
                )
                counts[place][known] += is_known
                counts[place][gone] += is_known and on
                counts[place]["open"] += known == "known" and not is_known and not on
    return counts


def fill(steps, allowed, touchpoints, order, place):
    """Where a unit first stands at this place; None where it never does."""
    names = [step.touchpoint for step in steps]
    if order == "open":
        return names.index(touchpoints[place]) if touchpoints[place] in names else None
    if order == "strict":
        wanted = list(touchpoints[: place + 1])
        ends = [at for at in allowed if at >= place and names[at - place : at + 1] == wanted]
        return ends[0] if ends else None
    at = -1
    for name in touchpoints[: place + 1]:
        at = next((later for later in allowed if later > at and names[later] == name), None)
        if at is None:
            return None
    return at


WAYS = [
    (order, per, within, without)
    for order, per, within, without in product(
        ORDERS, ("journey", "customer"), (None, timedelta(days=4)), ((), ("d",))
    )
    if order != "open" or not (within or without)
]


@pytest.mark.parametrize(("order", "per", "within", "without"), WAYS)
def test_every_count_is_that_of_a_loop(order, per, within, without):
    for seed in range(4):
        journeys = numbered(random_journeys(seed))
        connection = warehouse(journeys)
        for touchpoints in (("a", "b", "c"), ("b", "b", "a"), ("c", "a")):
            funnel = Funnel(touchpoints, order, within, without, Asked(per))
            found = read_funnel(connection, funnel)
            expected = loop(journeys, touchpoints, order, per, within, without)
            for place, row in enumerate(expected):
                wanted = list(row) if place else ["reached"]
                assert found.loc[place, wanted].to_dict() == {name: row[name] for name in wanted}


# -- one claim at a time


def test_one_visit_cannot_fill_two_places():
    assert reached([walk("a dropped"), walk("a b a dropped", 2)], "a", "a") == [2, 1]


def test_anything_may_come_in_between_but_not_when_strict():
    journeys = [walk("a x b dropped"), walk("a b dropped", 2)]
    assert reached(journeys, "a", "b") == [2, 2]
    assert reached(journeys, "a", "b", order="strict") == [2, 1]


def test_strict_takes_any_attempt_not_only_the_first():
    assert reached([walk("a x a b dropped")], "a", "b", order="strict") == [1, 1]


def test_open_is_entered_anywhere():
    assert reached([walk("b dropped"), walk("a dropped", 2)], "a", "b", order="open") == [1, 1]


def test_the_limit_counts_from_the_first_visit_to_the_first_touchpoint():
    journeys = [walk("a a x b dropped")]  # a day apart
    assert reached(journeys, "a", "b", within=timedelta(days=3)) == [1, 1]
    assert reached(journeys, "a", "b", within=timedelta(days=2, hours=23)) == [1, 0]


def test_what_comes_after_an_excluded_touchpoint_does_not_count():
    journeys = [walk("a x b dropped"), walk("x a b x dropped", 2)]
    assert reached(journeys, "a", "b", without=("x",)) == [2, 1]


def test_per_customer_the_way_may_lead_over_two_journeys():
    journeys = [walk("a dropped"), walk("b dropped", first_day=40)]
    assert reached(journeys, "a", "b") == [1, 0]
    assert reached(journeys, "a", "b", asked=Asked("customer")) == [1, 1]


def test_an_open_journey_is_not_lost():
    journeys = [walk("a b converted"), walk("a dropped", 2), walk("a open", 3, first_day=95)]
    row = asked(journeys, "a", "b").loc[1]
    assert (row["known"], row["went_on"], row["open"]) == (2, 1, 1)
    assert row["rate"] == 0.5


def test_one_that_went_on_quickly_does_not_count_before_the_slow_ones_can():
    journeys = [walk("a dropped"), walk("a b open", 2, first_day=97)]
    row = asked(journeys, "a", "b").loc[1]
    assert (row["reached"], row["known"], row["went_on"]) == (1, 1, 0)


def test_times_are_from_the_end_of_the_visit_before():
    row = asked([walk("a x b dropped")], "a", "b").loc[1]
    assert row["median_seconds"] == (48 - 1) * 3600


def test_a_personas_funnel_begins_after_its_look():
    journeys = [walk("a b a b dropped"), walk("a b dropped", 2)]
    how = {"personas": [(1, "p1"), (2, "p1")], "asked": Asked("journey", "p1", look=2)}
    assert list(asked(journeys, "a", "b", **how)["reached"]) == [1, 1]


def test_where_nobody_came_nothing_is_known():
    found = asked([walk("a dropped")], "b", "a")
    assert list(found["reached"]) == [0, 0]
    assert found["rate"].isna().all()


@pytest.mark.parametrize(
    ("touchpoints", "how", "words"),
    [
        ((), {}, "needs touchpoints"),
        (("a", "b"), {"order": "open", "within": timedelta(days=1)}, "'within' counts from the fi"),
        (("a", "b"), {"order": "open", "without": ("c",)}, "'without' counts from the first"),
        (("a", "b"), {"without": ("b",)}, "'b' cannot be both in the funnel and excluded"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(touchpoints, how, words):
    with pytest.raises(JourneysError, match=words):
        asked([walk("a dropped")], *touchpoints, **how)
