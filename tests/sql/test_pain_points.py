"""findings.drop_off_excesses and pain_points: what is lost beyond what is usual, and its rank."""

from typing import Any

import pytest
from graph_rows import made, warehouse

EXCESSES = "findings.drop_off_excesses"
TWO = [("p1", "Early", 0.5), ("p2", "Late", 0.5)]
Row = tuple[Any, ...]


def rate(
    persona: str, node: str, dropped: int, steps: int, level: str = "stage", chance: float = 0.5
) -> Row:
    """A row of graph.drop_offs, with an interval of a tenth to both sides."""
    share = dropped / steps
    return (
        level, persona, node, steps, steps, steps, dropped, share, max(0, share - 0.1),
        min(1, share + 0.1), chance,
    )  # fmt: skip


def pain_points(
    rows: list[Row], columns: str, names: list[Row] = TWO, min_group: int = 1, **tables: list[Row]
) -> list[Row]:
    connection = warehouse(
        {
            "graph.drop_offs": rows,
            "run.persona_names": names,
            "run.stages": [(1, "buy"), (2, "use")],
            "run.touchpoints": [(1, "shop", "buy"), (2, "call", "buy"), (3, "app", "use")],
            **{name.replace("__", "."): found for name, found in tables.items()},
        }
    )
    made(connection, EXCESSES)
    return made(connection, "findings.pain_points", columns, min_group=min_group)


def test_usual_is_the_rate_of_the_others_drawn_a_little_to_that_of_other_places() -> None:
    rows = [rate("p1", "buy", 50, 100), rate("p2", "buy", 10, 100), rate("p2", "use", 30, 100)]
    connection = warehouse({"graph.drop_offs": rows, "run.persona_names": TWO})
    found = made(connection, EXCESSES, "persona_id, node, usual_rate, excess")
    usual = (10 + 20 * 40 / 200) / (100 + 20)
    assert found[0] == ("p1", "buy", pytest.approx(usual), pytest.approx(0.5 - usual))


def test_everyone_and_the_unknown_are_no_others() -> None:
    rows = [rate("p1", "buy", 50, 100), rate("p2", "buy", 0, 80)]
    more = [rate("all", "buy", 99, 100), rate("unknown", "buy", 99, 100)]
    connection = warehouse({"graph.drop_offs": rows + more, "run.persona_names": TWO})
    found = made(connection, EXCESSES, "persona_id, usual_rate")
    assert found == [("p1", 0.0), ("p2", pytest.approx(0.5))]


def test_with_one_persona_usual_is_what_the_other_places_lose() -> None:
    rows = [rate("all", "buy", 50, 100), rate("all", "use", 10, 100), rate("p1", "buy", 1, 2)]
    connection = warehouse({"graph.drop_offs": rows, "run.persona_names": TWO[:1]})
    found = made(connection, EXCESSES, "persona_id, node, usual_rate")
    assert found == [("all", "buy", pytest.approx(0.1)), ("all", "use", pytest.approx(0.5))]


def test_steps_that_convert_are_not_among_those_that_could_be_lost() -> None:
    rows = [rate("all", "buy", 50, 100), rate("all", "use", 10, 100)]
    moves = [("stage", "all", "use", "CONVERTED", 80, 80, 80)]
    connection = warehouse(
        {"graph.drop_offs": rows, "graph.transitions": moves, "run.persona_names": TWO[:1]}
    )
    found = made(connection, EXCESSES, "node, usual_rate")
    assert found == [("buy", pytest.approx(0.5)), ("use", pytest.approx(0.5))]


# Newcombe, Statistics in Medicine 17 (1998), 873-890, table II: 56 of 70 against 48 of 80.
def test_the_interval_of_the_excess_is_newcombes_as_published() -> None:
    rows = [
        ("stage", "p1", "buy", 70, 70, 70, 56, 0.8, 0.691834, 0.876953, 0.5),  # Wilson's
        # With the 20 steps that draw to what is usual elsewhere, here the same, 48 of 80.
        ("stage", "p2", "buy", 60, 60, 60, 36, 0.6, 0.4, 0.8, 0.5),
    ]
    connection = warehouse({"graph.drop_offs": rows, "run.persona_names": TWO})
    found = made(connection, EXCESSES, "persona_id, excess, excess_low, excess_high")[0]
    assert found[1:] == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_what_is_lost_is_the_excess_times_visits_times_the_chance_of_those_who_go_on() -> None:
    rows = [rate("p1", "buy", 60, 100, chance=0.3), rate("p2", "buy", 0, 10_000)]
    [row, _] = pain_points(rows, "rank, persona_id, chance_to_convert, conversions_lost")
    assert row == (1, "p1", pytest.approx(0.75), pytest.approx(0.6 * 100 * 0.75))


def test_where_nobody_goes_on_the_chance_is_everyones() -> None:
    rows = [
        rate("p1", "buy", 50, 50, chance=0.0),
        rate("p2", "buy", 0, 50),
        rate("all", "buy", 50, 100, chance=0.2),
    ]
    assert pain_points(rows, "persona_id, chance_to_convert")[0] == ("p1", pytest.approx(0.4))


def test_it_is_beyond_usual_only_if_the_whole_interval_is() -> None:
    rows = [rate("p1", "buy", 105, 1000), rate("p1", "use", 300, 1000)]
    rows += [rate("p2", "buy", 10, 1000), rate("p2", "use", 10, 1000)]
    found = pain_points(rows, "rank, persona_id, stage, is_beyond_usual")
    assert found[:2] == [(1, "p1", "use", True), (2, "p1", "buy", False)]


def test_small_groups_are_withheld() -> None:
    rows = [rate("p1", "buy", 4, 100), rate("p1", "use", 5, 100), rate("p2", "buy", 2, 4)]
    found = pain_points(rows, "persona_id, stage, is_withheld", min_group=5)
    assert found == [("p1", "buy", True), ("p1", "use", False), ("p2", "buy", True)]


def test_the_touchpoint_is_the_one_after_which_most_are_lost_beyond_usual() -> None:
    rows = [rate("p1", "buy", 60, 100), rate("p2", "buy", 10, 100)]
    rows += [rate("p1", "shop", 10, 90, "touchpoint"), rate("p1", "call", 50, 90, "touchpoint")]
    rows += [rate("p2", "shop", 10, 90, "touchpoint"), rate("p2", "call", 10, 90, "touchpoint")]
    found = pain_points(rows, "persona_id, touchpoint, touchpoint_drop_off_rate")
    assert found[0] == ("p1", "call", pytest.approx(50 / 90))


def test_the_id_stays_when_all_numbers_change() -> None:
    first = pain_points([rate("p1", "buy", 60, 100), rate("p2", "buy", 1, 100)], "finding_id")
    second = pain_points([rate("p1", "buy", 10, 90), rate("p2", "buy", 9, 10)], "finding_id")
    assert first == second
    assert len(set(first)) == 2


def test_the_signs_of_a_stage_stand_beside_it() -> None:
    rows = [rate("p1", "buy", 60, 100), rate("p2", "buy", 1, 100)]
    signs = [("p1", "buy", 0.25, 0.1, 3600.0, 0.5, "nps", 9, 3.5, 8.0)]
    columns = "persona_id, repeat_share, median_wait_seconds, mean_score"
    found = pain_points(rows, columns, findings__stage_signs=signs)
    assert found == [("p1", 0.25, 3600.0, 3.5), ("p2", None, None, None)]


def test_one_place_alone_has_nothing_usual_beside_it() -> None:
    assert pain_points([rate("all", "buy", 60, 100)], "*", TWO[:1]) == []
