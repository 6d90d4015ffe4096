"""findings.blind_spots: what the dropped still did, and no rule maps."""

from datetime import timedelta
from typing import Any

from graph_rows import START, made, warehouse

HOUR = timedelta(hours=1)


def spots(*events: tuple[int, str, int, str | None], outcome: str = "dropped") -> list[Any]:
    """Of two customers whose only journey ended so at START, and these events: customer, event,
    hours after START, touchpoint."""
    connection = warehouse(
        {
            "journeys.journeys": [
                (each, each, START, START, outcome, 1, 1, "ad", True) for each in (1, 2)
            ],
            "core.events": [
                (number, customer, START + hours * HOUR, "web", False, touchpoint, None, None,
                 None, number, number, event)
                for number, (customer, event, hours, touchpoint) in enumerate(events)
            ],
        }
    )  # fmt: skip
    return made(
        connection, "findings.blind_spots", "source, event, customers, events, share",
        session_timeout=HOUR,
    )  # fmt: skip


def test_what_a_dropped_customer_still_did_is_counted() -> None:
    assert spots((1, "chat", 2, None), (1, "chat", 3, None)) == [
        ("all", "all", 1, 2, 0.5),
        ("web", "chat", 1, 2, 0.5),
    ]


def test_what_is_on_the_map_or_in_the_last_session_is_no_blind_spot() -> None:
    assert spots((1, "ad", 2, "ad"), (2, "chat", 1, None)) == [("all", "all", 0, 0, 0.0)]


def test_who_is_not_dropped_has_no_blind_spot() -> None:
    found = spots((1, "chat", 2, None), outcome="open")
    assert found == [("all", "all", 0, 0, 0.0)]
