"""Path queries: what is read from a text, and what matches, against trying every combination."""

from datetime import timedelta

import pytest
from walks import GIVE_UP, numbered, random_journeys, walk, warehouse

from pipeline.errors import JourneysError
from pipeline.questions.pattern import Pattern, Place, read_pattern
from pipeline.questions.search import Search, read_paths
from pipeline.questions.selection import Asked

NAMES = ["a", "b", "c", "d", "goal", "x|y", "fits within 7 days"]
DAYS = timedelta(days=180)


def answer(journeys, query, limit=20, least=1, within=None, personas=(), asked=None):
    search = Search(read_pattern(query, NAMES), "goal", GIVE_UP, DAYS, within, asked or Asked())
    return read_paths(warehouse(numbered(journeys), personas), search, limit, least)


def matching(query, *walks):
    """How many journeys match; walks are a day apart."""
    journeys = [walk(text, number) for number, text in enumerate(walks, 1)]
    return answer(journeys, query).loc[0, "journeys"]


# -- what is read


def test_a_query_reads_as_places_that_follow_on_each_other():
    assert read_pattern("a -> * -> b|c within 7 days -> d", NAMES) == Pattern((
        Place(("a",)),
        Place(("b", "c"), is_straight=False, within=timedelta(days=7)),
        Place(("d",)),
    ))  # fmt: skip


def test_an_exclusion_is_a_gap_without_something():
    [_, place] = read_pattern("a->!b|c->d", NAMES).places
    assert (place.is_straight, place.without) == (False, ("b", "c"))


@pytest.mark.parametrize("text", ['"x|y" -> a', "fits within 7 days -> a"])
def test_a_name_with_signs_in_it_is_still_a_name(text):
    assert len(read_pattern(text, NAMES).places[0].touchpoints) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing stands on one side"),
        ("a -> ", "nothing stands on one side of an arrow"),
        ("a | -> b", "nothing stands on one side of an arrow or a bar"),
        ("*", "names no touchpoint"),
        ("START -> CONVERTED", "names no touchpoint"),
        ("a -> * -> * -> b", "two gaps stand next to each other"),
        ("a within 2 days -> b", "before the first there is none"),
        ("a -> b within 2", "'2' is no length of time"),
        ("a -> b within 3 parsecs", "'parsecs' is no unit of time"),
        ("a -> b within 2 days|c", "after the last of the alternatives"),
        ("!a -> b", "an exclusion needs a place to begin"),
        ("CONVERTED -> a", "CONVERTED can only come last"),
        ("a -> START", "START can only come first"),
        ("a -> gaol", r"no touchpoint 'gaol'\. Did you mean goal\? There are: a, b"),
        ("a -> !gaol -> b", r"Did you mean goal\?"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(text, words):
    with pytest.raises(JourneysError, match=words):
        read_pattern(text, NAMES)


# -- what matches, one claim at a time


def test_without_a_gap_places_come_straight_after_each_other():
    assert matching("a -> b", "a b dropped", "a c b dropped", "b a dropped") == 1


def test_a_gap_is_any_number_of_steps_none_too():
    assert matching("a -> * -> b", "a b dropped", "a c c b dropped", "b a dropped") == 2


def test_an_alternative_is_either():
    assert matching("a|c -> b", "a b dropped", "c b dropped", "d b dropped") == 2


def test_an_exclusion_lets_another_way_through():
    assert matching("a -> !c -> b", "a c b dropped", "a c a d b dropped", "c a b c dropped") == 2


def test_start_and_outcome_tie_both_ends():
    walks = ("a b dropped", "c a b dropped", "a b c dropped", "a b converted")
    assert matching("START -> a -> b -> DROPPED", *walks) == 1
    assert matching("START -> * -> a -> * -> DROPPED", *walks) == 3
    assert matching("START -> !c -> b -> !c -> DROPPED", *walks) == 1


def test_a_limit_in_time_is_from_end_to_start():
    assert matching("a -> * -> b within 47 hours", "a c b dropped") == 1
    assert matching("a -> * -> b within 46 hours", "a c b dropped") == 0


def test_a_limit_on_the_whole_takes_the_nearest_beginning():
    journeys = [walk("a a c b dropped")]
    assert answer(journeys, "a -> * -> b", within=timedelta(days=2)).loc[0, "journeys"] == 1
    assert answer(journeys, "a -> * -> b", within=timedelta(hours=47)).loc[0, "journeys"] == 0


# -- every combination, tried


def matches(places, steps, at=0, last=None, start=None, whole=None):
    """Whether steps can be chosen for the places from `at` on, by trying all."""
    if at == len(places):
        return not whole or steps[last].started_at - steps[start].started_at <= whole
    place = places[at]
    for here, step in enumerate(steps):
        if step.touchpoint not in place.touchpoints:
            continue
        if at:
            between = {other.touchpoint for other in steps[last + 1 : here]}
            if here <= last or (place.is_straight and here != last + 1):
                continue
            if between & set(place.without):
                continue
            if place.within and step.started_at - steps[last].ended_at > place.within:
                continue
        if matches(places, steps, at + 1, here, here if not at else start, whole):
            return True
    return False


QUERIES = (
    "a -> b", "a -> * -> b -> c", "a -> !c -> b", "a|b -> !d -> c -> * -> a",
    "a -> * -> a -> * -> a",
    "a -> !a -> b within 36 hours", "a -> b within 30 hours -> * -> c within 3 days",
    "a -> !b|c -> d|a -> !a -> b",
)  # fmt: skip


@pytest.mark.parametrize("whole", [None, timedelta(days=3)])
@pytest.mark.parametrize("query", QUERIES)
def test_a_journey_matches_if_any_combination_does(query, whole):
    places = read_pattern(query, NAMES).places
    for seed in range(3):
        journeys = numbered(random_journeys(seed, 80))
        expected = {
            outcome: sum(
                matches(places, journey.steps, whole=whole)
                for journey in journeys
                if journey.outcome == outcome
            )
            for outcome in ("converted", "dropped", "open")
        }
        assert sum(expected.values()) > 0 or whole
        found = answer(journeys, query, within=whole).loc[0]
        assert found[list(expected)].to_dict() == expected


# -- what is told of them


def test_the_first_row_is_all_that_match_and_the_others_their_paths():
    journeys = [
        walk("a a b dropped", 1),
        walk("a b converted", 2),
        walk("a c b open", 3),
        walk("c d", 4),
    ]
    found = answer(journeys, "a -> * -> b")
    columns = ["path", "journeys", "converted", "dropped", "open"]
    assert found[columns].values.tolist() == [
        ["all that match", 3, 1, 1, 1],
        ["a > b", 2, 1, 1, 0],
        ["a > c > b", 1, 0, 0, 1],
    ]


def test_paths_of_too_few_customers_are_no_examples():
    journeys = [walk("a b dropped", 1), walk("a b dropped", 2), walk("a c b dropped", 3)]
    assert list(answer(journeys, "a -> * -> b", least=2)["path"]) == ["all that match", "a > b"]


def test_the_match_rate_is_over_journeys_of_which_it_is_known():
    journeys = [walk("a b dropped", 1), walk("a dropped", 2), walk("b dropped", 3),
                walk("a open", 4, first_day=98), walk("a b open", 5, first_day=97)]  # fmt: skip
    row = answer(journeys, "a -> b").loc[0]
    assert (row["journeys"], row["began"], row["known"]) == (2, 4, 2)
    assert row["match_rate"] == 0.5


def test_conversion_is_counted_from_the_match_on():
    journeys = [walk("a b goal converted", 1), walk("a b dropped", 2), walk("goal converted", 3)]
    row = answer(journeys, "a -> b").loc[0]
    assert row["conversion_rate"] == pytest.approx(0.5)
    assert row["conversion_low"] < 0.5 < row["conversion_high"]


@pytest.mark.parametrize("query", ["a -> b -> * -> CONVERTED", "a -> b -> * -> goal"])
def test_where_the_query_says_the_outcome_there_is_no_rate_of_it(query):
    row = answer([walk("a b goal converted", 1)], query).loc[0]
    assert row["journeys"] == 1
    assert row[["conversion_rate", "conversion_low"]].isna().all()


def test_times_are_from_the_first_place_to_the_last():
    assert answer([walk("a a c b dropped")], "a -> * -> b").loc[0, "median_seconds"] == 2 * 86400


def test_a_personas_places_come_after_its_look():
    how = {"personas": [(1, "p1")], "asked": Asked("journey", "p1", look=1)}
    journeys = [walk("a b a b dropped", 1), walk("a b dropped", 2)]
    assert answer(journeys, "a -> b", **how).loc[0, "journeys"] == 1


def test_nothing_that_matches_is_an_answer():
    row = answer([walk("a dropped")], "b -> c").loc[0]
    assert (row["journeys"], row["began"]) == (0, 0)


def test_a_query_leaves_nothing_behind():
    connection = warehouse(numbered([walk("a b dropped")]))
    search = Search(read_pattern("a -> b", NAMES), "goal", GIVE_UP, DAYS)
    read_paths(connection, search, 1)
    assert connection.execute(
        "select count(*) from duckdb_tables() where temporary"
    ).fetchone() == (0,)
