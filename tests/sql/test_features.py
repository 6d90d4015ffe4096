"""personas.features: what is known at entry and of the first steps, and nothing later."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from graph_rows import made, warehouse

SATURDAY = datetime(2025, 3, 1, 23, 30)  # in Stockholm half past midnight, a Sunday
MONDAY = datetime(2025, 3, 3, 7, 15)
Row = tuple[Any, ...]


def step(
    number: int,
    touchpoint: str,
    started_at: datetime = MONDAY,
    channel: str | None = None,
    device: str | None = None,
    customer: int = 1,
) -> Row:
    """A step of ten minutes; customers have one journey each."""
    ended_at = started_at + timedelta(minutes=10)
    return (customer, number, customer, touchpoint, started_at, ended_at, channel, device, number)


def features(
    steps: list[Row], columns: str = "feature, value", attributes: list[Row] | None = None,
    customers: list[Row] | None = None, read: str = "entry", method: str = "k-means",
) -> list[Row]:  # fmt: skip
    connection = warehouse(
        {
            "journeys.steps": steps,
            "core.attributes": attributes or [],
            "run.persona_attributes": [("industry",), ("channel",)],
            "run.customers": customers or [(1,)],
        }
    )
    bound = {
        "goal": "goal", "look": 3, "timezone": "Europe/Stockholm", "persona_features": read,
        "persona_method": method,
    }  # fmt: skip
    for table in ("personas.walks", "personas.behaviour"):
        made(connection, table, **bound)
    return made(connection, "personas.features", columns, **bound)


def test_a_single_step_tells_how_a_customer_came_in() -> None:
    assert features([step(1, "ad", MONDAY, "paid", "mobile")], "*") == [
        (1, "channel", "channel: paid", 1.0),
        (1, "device", "device: mobile", 1.0),
        (1, "first steps", "among the first steps: ad", 1.0),
        (1, "first touchpoint", "begins with: ad", 1.0),
        (1, "hour", "hour of the first step", 8.25),
        (1, "weekday", "weekday: Monday", 1.0),
    ]


def test_hour_and_weekend_are_those_of_the_reports_time_zone() -> None:
    rows = dict(features([step(1, "ad", SATURDAY)]))
    assert rows["hour of the first step"] == pytest.approx(0.5)
    assert rows["first step at a weekend"] == 1.0
    assert rows["weekday: Sunday"] == 1.0
    assert "weekday: Saturday" not in rows


def test_shares_and_pace_are_of_the_first_steps_only() -> None:
    later = [MONDAY + timedelta(days=day, minutes=10 * day) for day in range(5)]
    steps = [step(n, name, later[n - 1]) for n, name in enumerate("aabcd", 1)]
    assert [
        row for row in features(steps) if not row[0].startswith(("begins", "hour", "weekday"))
    ] == [
        ("among the first steps: a", pytest.approx(2 / 3)),
        ("among the first steps: b", pytest.approx(1 / 3)),
        ("days before step 2", pytest.approx(1.0)),
        ("days before step 3", pytest.approx(1.0)),
    ]


def test_the_first_channel_and_device_that_are_told_count() -> None:
    steps = [step(1, "a"), step(2, "b", channel="mail"), step(3, "c", channel="paid", device="tv")]
    names = {name for name, _ in features(steps)}
    assert {"channel: mail", "device: tv"} <= names
    assert "channel: paid" not in names


def test_goal_and_what_follows_never_count() -> None:
    before = [step(1, "a", MONDAY)]
    after = [
        step(2, "goal", MONDAY + timedelta(hours=1), "paid", "mobile"),
        step(3, "b", MONDAY + timedelta(hours=2), "mail", "tv"),
    ]
    assert features(before + after) == features(before)


def test_who_begins_with_the_goal_has_no_features() -> None:
    steps = [step(1, "goal", MONDAY, "paid"), step(2, "a", MONDAY + timedelta(hours=1))]
    assert features(steps) == []


def test_attributes_are_those_of_the_settings_and_of_customers_with_steps() -> None:
    attributes = [(1, "industry", "retail"), (1, "country", "Sweden"), (2, "industry", "health")]
    rows = features([step(1, "a")], "feature_group, feature", attributes, [(1,), (2,)])
    assert [row for row in rows if row[0] == "attribute"] == [("attribute", "industry: retail")]


def test_an_attribute_may_be_called_as_a_column_is() -> None:
    rows = features([step(1, "a", channel="paid")], "*", [(1, "channel", "paid")])
    assert [row[1] for row in rows if row[2] == "channel: paid"] == ["attribute", "channel"]


def test_only_the_customers_to_rebuild_are_made() -> None:
    steps = [step(1, "a"), step(1, "a", customer=2)]
    assert {row[0] for row in features(steps, "customer_id", None, [(2,)])} == {2}
