"""findings.pace and telling_segments: what cannot be compared, unseen or too telling."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from graph_rows import made, warehouse

Row = tuple[Any, ...]
MONDAY = datetime(2025, 1, 6)  # week 2870
DAY = timedelta(days=1)


def pace(*journeys: tuple[float, float, str]) -> Row:
    """recorded_week and settled_week, of journeys (day of start, days it took, outcome)."""
    rows = [
        (n, n, MONDAY + start * DAY, MONDAY + (start + took) * DAY, outcome, 2)
        for n, (start, took, outcome) in enumerate(journeys)
    ]
    columns = "recorded_week - 2870, settled_week - 2870"
    [row] = made(warehouse({"journeys.journeys": rows}), "findings.pace", columns)
    return row


def test_all_weeks_tell_where_the_first_conversion_came_in_time() -> None:
    converted = [(day, 7, "converted") for day in range(1, 91)]
    recorded, settled = pace(*converted)
    assert recorded <= 0
    assert settled == 2  # a week for nine in ten conversions, after the first day


def test_before_a_late_first_conversion_nothing_was_recorded() -> None:
    dropped = [(day, 1, "dropped") for day in range(1, 91)]
    converted = [(day, 7, "converted") for day in range(50, 91)]
    assert pace(*dropped, *converted) == (9, 10)  # the first is on day 57


def test_where_nobody_converts_all_weeks_tell() -> None:
    recorded, settled = pace(*[(day, 1, "dropped") for day in range(1, 91)])
    assert (recorded <= 0, settled) == (True, 1)


def telling(**values: tuple[int, int]) -> list[Row]:
    """Of one segment, for each value (journeys, converted): is it telling, of how many journeys."""
    journeys, groups = [], []
    for value, (of, converted) in values.items():
        for number in range(of):
            n = len(journeys)
            outcome = "converted" if number < converted else "dropped"
            journeys.append((n, n, MONDAY, MONDAY, outcome, 2))
            groups.append((n, n, "status", value))
    connection = warehouse({"journeys.journeys": journeys})
    connection.execute(
        "create table findings.journey_groups (journey_id bigint, customer_id bigint,"
        " segment varchar, segment_value varchar)"
    )
    connection.executemany("insert into findings.journey_groups values (?, ?, ?, ?)", groups)
    return made(connection, "findings.telling_segments", "journeys, told, is_telling")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"won": (50, 50), "lost": (150, 0)}, (200, 200, True)),
        ({"delivered": (600, 598), "shipped": (100, 0), "invoiced": (40, 4)}, (740, 700, True)),
        ({"mail": (50, 0), "paid": (100, 40), "social": (100, 30)}, (250, 50, False)),
        ({"a": (50, 20), "b": (150, 70)}, (200, 0, False)),
        ({"x": (29, 0), "y": (29, 29)}, (58, 0, False)),
    ],
)  # fmt: skip
def test_a_segment_is_telling_where_most_of_it_says_the_outcome(
    values: dict[str, tuple[int, int]], expected: Row
) -> None:
    assert telling(**values) == [expected]


def test_where_nobody_converts_no_segment_tells() -> None:
    assert telling(a=(50, 0), b=(50, 0)) == []


def test_by_what_is_telling_nobody_is_compared() -> None:
    connection = warehouse({
        "findings.telling_segments": [("status", True), ("state", False)],
        "journeys.journeys": [(n, n, MONDAY, MONDAY, "dropped", 2) for n in range(9)],
    })  # fmt: skip
    connection.execute(
        "create table findings.journey_groups as select range as journey_id,"
        " range as customer_id, unnest(['status', 'state']) as segment, 'a' as segment_value"
        " from range(9)"
    )
    found = made(connection, "findings.groups", "segment", min_group=5)
    assert found == [("all",), ("state",)]
