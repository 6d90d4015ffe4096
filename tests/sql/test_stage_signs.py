"""findings.stage_signs: what else is wrong at a stage."""

from datetime import timedelta
from typing import Any

from graph_rows import START, made, warehouse

HOUR = timedelta(hours=1)


def signs(columns: str, min_group: int = 1, **tables: Any) -> list[tuple[Any, ...]]:
    given = {name.replace("__", "."): rows for name, rows in tables.items()}
    stages = [("all", "buy", 0.25, len(tables.get("journeys__stage_visits", ())))]
    connection = warehouse({"graph.stages": stages, **given})
    return made(connection, "findings.stage_signs", columns, min_group=min_group)


def test_repeats_are_the_share_of_mature_steps_with_the_same_touchpoint_next() -> None:
    moves = [
        ("touchpoint", "all", "shop", "shop", 9, 9, 3),
        ("touchpoint", "all", "shop", "call", 9, 9, 1),
        ("touchpoint", "all", "call", "DROPPED", 9, 9, 2),
        ("stage", "all", "buy", "buy", 9, 9, 5),
    ]
    touchpoints = [(1, "shop", "buy"), (2, "call", "buy")]
    found = signs(
        "repeat_share, went_back_rate", graph__transitions=moves, run__touchpoints=touchpoints
    )
    assert found == [(0.5, 0.25)]


def test_the_wait_is_the_median_to_the_next_stage() -> None:
    moves = [
        ("stage", n, n, 2, "buy", "use", n < 4, True, seconds, START)
        for n, seconds in enumerate([60, 120, 600, 9999], 1)
    ]
    assert signs("median_wait_seconds", journeys__moves=moves) == [(120.0,)]


def test_support_counts_from_the_entry_to_the_end_of_the_journey() -> None:
    found = signs(
        "support_share",
        journeys__stage_visits=[
            (n, 1, n, "buy", 1, START + HOUR, START + HOUR, True, True) for n in (1, 2, 3, 4)
        ],
        journeys__journeys=[(n, n, START, START + 3 * HOUR, "dropped") for n in (1, 2, 3, 4)],
        run__sources=[(1, "desk", "support"), (2, "web", "web")],
        core__events=[
            (1, 1, START + 2 * HOUR, "desk", False), (2, 2, START, "desk", False),
            (3, 3, START + 2 * HOUR, "web", False), (4, 4, START + 2 * HOUR, "desk", True),
        ],
    )  # fmt: skip
    assert found == [(0.25,)]


def test_support_of_fewer_than_the_least_group_is_not_told() -> None:
    given = {
        "journeys__stage_visits": [(1, 1, 1, "buy", 1, START, START, True, True)],
        "journeys__journeys": [(1, 1, START, START + HOUR, "dropped")],
        "run__sources": [(1, "desk", "support")],
        "core__events": [(1, 1, START, "desk", False)],
    }
    assert signs("support_share", 1, **given) == [(1.0,)]
    assert signs("support_share", 2, **given) == [(None,)]


def test_the_score_is_of_the_scale_with_most_answers_beside_that_of_the_others() -> None:
    feelings = [
        ("stage", "all", "buy", "nps", 10, 9, 6.0), ("stage", "p1", "buy", "nps", 4, 4, 3.0),
        ("stage", "all", "buy", "csat", 3, 3, 1.0), ("stage", "p1", "buy", "csat", 3, 3, 1.0),
        ("stage", "all", "buy", "sentiment", 99, 9, 1.0), ("all", "p1", "all", "nps", 99, 9, 1.0),
        ("stage", "p1", "buy", "sentiment", 99, 9, 1.0), ("all", "all", "all", "nps", 99, 9, 1.0),
    ]  # fmt: skip
    stages = [("p1", "buy", 0.0)]
    found = signs(
        "score_scale, scores, mean_score, usual_score",
        graph__stages=stages,
        findings__feelings=feelings,
    )
    assert found == [("nps", 4, 3.0, 8.0)]
