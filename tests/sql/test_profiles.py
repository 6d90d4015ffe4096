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
