"""findings.tests and findings.findings: one family of tests, and what is told of it first."""

from typing import Any

import pytest
from graph_rows import made, warehouse
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, norm

Row = tuple[Any, ...]


def difference(
    name: str, z: float, looks: int = 1, size: float = 0.2, kind: str = "difference", level="stage"
) -> Row:
    """A row of findings.differences."""
    return (name, kind, name, level, "buy", None, 90, 90, looks, z, size, size / 2, size * 2, 9.0)


def family(*rows: Row, columns: str = "finding_id, p_value, q_value, is_found") -> list[Row]:
    connection = warehouse({"findings.differences": rows})
    return made(connection, "findings.tests", columns, min_group=5)


@pytest.mark.parametrize("z", [0.0, 0.5, 1.96, -2.576, 4.0, 7.5, 12.0])
def test_a_p_value_is_that_of_the_normal_law(z: float) -> None:
    [(_, p_value, *_)] = family(difference("a", z))
    assert p_value == pytest.approx(2 * norm.sf(abs(z)), rel=2e-7)


def test_a_p_value_is_taken_as_often_as_was_looked() -> None:
    [(_, p_value, *_)] = family(difference("a", 3.0, looks=50))
    assert p_value == pytest.approx(50 * 2 * norm.sf(3), rel=1e-6)
    [(_, p_value, *_)] = family(difference("a", 1.0, looks=50))
    assert p_value == 1


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 12).map(lambda n: n / 2), min_size=1, max_size=30))
def test_all_tests_are_one_family_of_benjamini_and_hochberg(z_values: list[float]) -> None:
    rows = family(*(difference(f"{n:02d}", z) for n, z in enumerate(z_values)))
    adjusted = false_discovery_control([row[1] for row in rows])
    assert [row[2] for row in rows] == pytest.approx(list(adjusted))


def test_what_is_too_small_to_be_told_is_not_found_and_is_in_the_family() -> None:
    rows = family(difference("a", 9.0, size=0.02), difference("b", 0.0))
    assert [(row[0], row[3]) for row in rows] == [("a", False), ("b", False)]
    assert rows[0][2] == pytest.approx(2 * rows[0][1])


def test_a_loop_is_told_where_more_come_back_and_not_fewer() -> None:
    rows = [difference("more", 9.0, kind="loop", level="touchpoint"),
            difference("fewer", -9.0, kind="loop", level="touchpoint", size=-0.2)]  # fmt: skip
    assert [row[0] for row in family(*rows) if row[3]] == ["more"]


def test_a_pain_point_is_tested_by_the_distance_of_its_interval_from_none() -> None:
    pain = ("a", "p1", "buy", None, 90, 0.2, 0.1, 0.3, 9.0, 4.0, 14.0, False)
    connection = warehouse({"findings.pain_points": [pain]})
    [(kind, z_value)] = made(connection, "findings.tests", "kind, z_value", min_group=5)
    assert (kind, z_value) == ("pain_point", pytest.approx(2 * 1.959963984540054))


def test_less_lost_than_usual_is_a_bright_spot() -> None:
    spot = ("a", "p1", "buy", None, 90, -0.2, -0.3, -0.1, -9.0, -14.0, -4.0, False)
    connection = warehouse({"findings.pain_points": [spot]})
    columns = "kind, conversions, conversions_low, conversions_high, is_worse"
    assert made(connection, "findings.tests", columns, min_group=5) == [
        ("bright_spot", 9.0, 4.0, 14.0, False)
    ]


def test_what_is_withheld_is_in_no_test() -> None:
    pain = ("a", "p1", "buy", None, 4, 0.2, 0.1, 0.3, 9.0, 4.0, 14.0, True)
    assert made(warehouse({"findings.pain_points": [pain]}), "findings.tests", min_group=5) == []


@pytest.mark.parametrize(("size", "is_found"), [(0.2, True), (0.04, False), (-0.2, True)])
def test_unhappiness_is_of_the_family(size: float, is_found: bool) -> None:
    lost = 90 * size
    feeling = ("a", "buy", 90, 6.0 if size > 0 else -6.0, size, size / 2, size * 1.5, lost, True)
    few = ("b", "see", 4, 9.0, 0.5, 0.4, 0.6, 2.0, False)
    connection = warehouse({"findings.unhappy_leavers": [feeling, few]})
    columns = "finding_id, kind, theme, conversions, conversions_low, is_worse, is_found"
    expected = [("a", "feeling", "drop-off buy", abs(lost), abs(lost) / 2, size > 0, is_found)]
    assert made(connection, "findings.tests", columns, min_group=5) == [
        tuple(pytest.approx(cell) if isinstance(cell, float) else cell for cell in row)
        for row in expected
    ]


@pytest.mark.parametrize(("rate", "is_found"), [(0.7, True), (0.52, False)])
def test_a_place_that_most_go_past_is_of_the_family_and_loses_nothing(
    rate: float, is_found: bool
) -> None:
    rows = [("a", "buy", "call", 90, 8.0, rate, False), ("b", "buy", "shop", 4, 8.0, rate, True)]
    connection = warehouse({"findings.skipped_places": rows})
    columns = "finding_id, kind, theme, conversions, is_worse, is_found"
    assert made(connection, "findings.tests", columns, min_group=5) == [
        ("a", "conformance", "assumed map", 0.0, False, is_found)
    ]


def test_a_place_that_most_do_not_go_past_makes_no_other_finding_surer() -> None:
    rows = [("a", "buy", "call", 90, -8.0, 0.2, False)]
    connection = warehouse({"findings.skipped_places": rows})
    [(p_value, is_found)] = made(connection, "findings.tests", "p_value, is_found", min_group=5)
    assert (p_value, is_found) == (pytest.approx(1, rel=1e-6), False)


# -- which are told, and in which order


def story(
    name: str, theme: str, conversions: float, kind: str = "difference", is_found: bool = True,
    p_value: float = 0.0,
) -> Row:  # fmt: skip
    return (name, kind, theme, "all", "buy", None, 90, p_value, 0.0, 1, conversions, 1.0, 9.0, True,
            is_found)  # fmt: skip


def found(*rows: Row, columns: str = "rank, finding_id, told_with") -> list[Row]:
    return made(warehouse({"findings.tests": rows}), "findings.findings", columns)


def test_what_is_not_found_is_no_finding() -> None:
    assert found(story("a", "x", 9.0, is_found=False)) == []


def test_the_largest_story_comes_first() -> None:
    rows = found(story("small", "x", 2.0), story("large", "y", 9.0))
    assert rows == [(1, "large", None), (2, "small", None)]


def test_findings_of_one_theme_are_one_story() -> None:
    rows = found(story("a", "x", 9.0), story("b", "x", 5.0), story("c", "y", 7.0))
    assert rows == [(1, "a", None), (2, "b", "a"), (3, "c", None)]


def test_of_equal_findings_the_surest_tells_the_story() -> None:
    rows = found(story("a", "x", 0.0, p_value=0.01), story("b", "x", 0.0, p_value=0.001))
    assert rows == [(1, "b", None), (2, "a", "b")]


def test_a_pain_point_tells_the_story_even_if_smaller() -> None:
    rows = found(story("a", "x", 9.0), story("pain", "x", 5.0, kind="pain_point"))
    assert rows == [(1, "pain", None), (2, "a", "pain")]


def test_pain_points_of_two_personas_are_two_stories() -> None:
    pains = (story("a", "x", 9.0, kind="pain_point"), story("b", "x", 5.0, kind="pain_point"))
    assert found(*pains) == [(1, "a", None), (2, "b", None)]


def test_ten_stories_are_on_the_first_page() -> None:
    rows = [story(f"{n:02d}", f"{n}", float(n)) for n in range(12)]
    pages = found(*rows, columns="rank, is_first_page")
    assert [page for _, page in pages] == [True] * 10 + [False] * 2


@pytest.mark.parametrize(("lost", "is_found"), [(4.9, False), (5.1, True)])
def test_a_small_excess_is_told_where_it_costs_a_twentieth_of_all_conversions(
    lost: float, is_found: bool
) -> None:
    pain = ("a", "all", "buy", None, 900, 0.02, 0.01, 0.03, lost, lost / 2, 2 * lost, False)
    tables = {
        "findings.pain_points": [pain],
        "journeys.journeys": [(n, n, None, None, "converted", 1) for n in range(100)],
    }
    [(found,)] = made(warehouse(tables), "findings.tests", "is_found", min_group=5)
    assert found is is_found
