"""personas.profiles and personas.traits: who they are, beside the others."""

from datetime import timedelta

import pytest
from graph_rows import START, made, warehouse

NAMES = [("p1", "Early", 0.5), ("p2", "Late", 0.5)]


def test_a_profile_counts_customers_journeys_and_outcomes() -> None:
    day = timedelta(days=1)
    connection = warehouse(
        {
            "run.persona_names": NAMES,
            "personas.assignments": [(1, "p1"), (2, "p1"), (3, "p2"), (4, "unknown")],
            "journeys.journeys": [
                (n, n, START, START + day, outcome)
                for n, outcome in enumerate(["converted", "dropped", "open"], 1)
            ],
            "run.conversion": [("p1", "all", 0.5, 0.1, 0.9), ("p1", "2025-03", 0.2, 0.1, 0.3)],
            "personas.features": [
                (1, "channel", "channel: paid", 1), (2, "channel", "channel: a: b", 1),
                (3, "device", "device: tv", 1),
            ],
        }
    )  # fmt: skip
    columns = (
        "persona_id, name, customers, customer_share, journeys, converted, dropped, open,"
        " converted_rate, top_channel, top_channel_share, top_device"
    )
    assert made(connection, "personas.profiles", columns) == [
        ("p1", "Early", 2, 0.5, 2, 1, 1, 0, 0.5, "a: b", 0.5, None),
        ("p2", "Late", 1, 0.25, 1, 0, 0, 1, None, None, None, "tv"),
    ]


def test_a_persona_that_has_no_customer_left_is_told_as_that() -> None:
    connection = warehouse({"run.persona_names": NAMES, "personas.assignments": [(1, "p1")]})
    assert made(connection, "personas.profiles", "persona_id, customers, customer_share") == [
        ("p1", 1, 1.0),
        ("p2", 0, 0.0),
    ]


def test_a_trait_is_the_mean_inside_beside_that_of_the_other_personas() -> None:
    connection = warehouse(
        {
            "personas.assignments": [(1, "p1"), (2, "p1"), (3, "p2"), (4, "p2"), (5, "unknown")],
            "personas.features": [
                (1, "channel", "channel: paid", 1), (2, "channel", "channel: paid", 1),
                (3, "channel", "channel: paid", 1), (1, "device", "device: tv", 1),
            ],
        }
    )  # fmt: skip
    columns = "persona_id, feature, value_in, value_out, lift"
    assert made(connection, "personas.traits", columns, min_group=3) == [
        ("p1", "channel: paid", 1.0, 0.5, 2.0),
        ("p2", "channel: paid", 0.5, 1.0, 0.5),
    ]


def test_a_pace_is_the_mean_of_those_who_came_back() -> None:
    connection = warehouse(
        {
            "personas.assignments": [(1, "p1"), (2, "p1"), (3, "p2"), (4, "p2")],
            "personas.features": [
                (1, "pace", "days before step 2", 2), (3, "pace", "days before step 2", 4),
                (4, "pace", "days before step 2", 6),
            ],
        }
    )  # fmt: skip
    columns = "persona_id, value_in, value_out, lift"
    assert made(connection, "personas.traits", columns, min_group=1) == [
        ("p1", 2.0, 5.0, pytest.approx(0.4)),
        ("p2", 5.0, 2.0, 2.5),
    ]


def test_traits_have_a_lift_with_its_interval_and_a_direction() -> None:
    """Katz' interval of a ratio of shares: 30 of 40 against 15 of 60."""
    rows = [(n, "p1" if n <= 40 else "p2") for n in range(1, 101)]
    holders = [*range(1, 31), *range(41, 56)]
    connection = warehouse({
        "personas.assignments": rows,
        "personas.features": [(n, "channel", "channel: paid", 1) for n in holders],
    })  # fmt: skip
    columns = "persona_id, lift, lift_low, lift_high, direction"
    (_, *first), (_, *second) = made(connection, "personas.traits", columns, min_group=5)
    assert first == [
        pytest.approx(3.0),
        pytest.approx(1.869, abs=1e-3),
        pytest.approx(4.816, abs=1e-3),
        "over",
    ]
    assert second[-1] == "under"


def test_a_refused_attribute_is_no_trait() -> None:
    connection = warehouse({
        "personas.assignments": [(1, "p1"), (2, "p2")],
        "personas.features": [(1, "attribute", "kind: cat", 1), (1, "attribute", "kinder: yes", 1)],
        "personas.attributes": [("kind", 1.0, 0.0, True)],
    })  # fmt: skip
    found = made(connection, "personas.traits", "distinct feature", min_group=1)
    assert found == [("kinder: yes",)]


def test_notes_go_by_id_or_name() -> None:
    connection = warehouse({
        "run.persona_names": NAMES, "personas.assignments": [(1, "p1"), (2, "p2")],
        "run.persona_notes": [("p1", "They ask."), ("Late", "They wait."), ("p1", "Twice.")],
    })  # fmt: skip
    assert made(connection, "personas.profiles", "persona_id, notes") == [
        ("p1", "They ask. Twice."), ("p2", "They wait."),
    ]  # fmt: skip


def event(number: int, customer: int, text: str | None = None, score: float | None = None):
    return (number, customer, START, "survey", False, None, text, score, "nps" if score else None)


def test_scores_are_those_of_a_persona_beside_the_rest() -> None:
    connection = warehouse({
        "personas.assignments": [(1, "p1"), (2, "p2"), (3, "unknown")],
        "core.events": [event(1, 1, score=4), event(2, 1, score=6), event(3, 2, score=9),
                        event(4, 3, score=1)],
    })  # fmt: skip
    columns = "persona_id, scores, customers, mean_score, rest_score"
    assert made(connection, "personas.scores", columns) == [
        ("p1", 2, 1, 5.0, 9.0), ("p2", 1, 1, 9.0, 5.0),
    ]  # fmt: skip


def said(*groups):
    """personas.assignments and core.events where so many customers of each persona say a text."""
    people = [(persona, text) for persona, count, text in groups for _ in range(count)]
    return {
        "personas.assignments": [(n, persona) for n, (persona, _) in enumerate(people)],
        "core.events": [event(n, n, text) for n, (_, text) in enumerate(people)],
    }


def test_words_are_those_used_more_than_by_the_others_and_by_enough() -> None:
    connection = warehouse(said(
        ("p1", 9, "Too EXPENSIVE, expensive!"), ("p1", 9, "expensive; really"),
        ("p2", 9, "really good"), ("p2", 6, "really fine"), ("p2", 3, "well done"),
    ))  # fmt: skip
    columns = "persona_id, word, customers, share, rest_share"
    assert made(connection, "personas.words", columns, min_group=7) == [
        ("p1", "expensive", 18, 1.0, 0.0), ("p2", "good", 9, 0.5, 0.0),
    ]  # fmt: skip


def test_a_word_that_chance_puts_ahead_is_not_told() -> None:
    """54 of 454 against 93 of 970, as the sample once had it: 1.3 standard errors."""
    connection = warehouse(said(
        ("p1", 54, "business"), ("p1", 400, "thanks"),
        ("p2", 93, "business"), ("p2", 877, "thanks"),
    ))  # fmt: skip
    assert made(connection, "personas.words", "word", min_group=5) == []
