"""findings.before_after: the touchpoints around a drop-off, and where it went the other way."""

from typing import Any

from graph_rows import START, made, warehouse

STAGES = {"ad": "see", "shop": "buy", "call": "buy", "goal": "use"}
POINTS = {name: number for number, name in enumerate(STAGES, 1)}
NUMBERS = {"see": 1, "buy": 2, "use": 3}  # of the stages


def around(*journeys: tuple[int, str, str], is_mature: bool = True) -> list[tuple[Any, ...]]:
    """Rows for everyone, of journeys written (customer, "ad > shop", outcome), in order."""
    steps, rows = [], []
    for journey, (customer, walk, outcome) in enumerate(journeys, 1):
        names = walk.split(" > ")
        rows.append(
            (journey, customer, START, START, outcome, len(names), journey, names[0], True, None,
             POINTS[names[0]])
        )  # fmt: skip
        for number, name in enumerate(names, 1):
            following = names[number] if number < len(names) else None
            is_entry = number == 1 or STAGES[names[number - 2]] != STAGES[name]
            steps.append(
                (journey, number, customer, name, START, START, None, None, number, STAGES[name],
                 following, None, is_entry, is_mature, None, NUMBERS[STAGES[name]], POINTS[name],
                 POINTS.get(following), following and NUMBERS[STAGES[following]])
            )  # fmt: skip
    connection = warehouse(
        {
            "journeys.steps": steps,
            "journeys.journeys": rows,
            "run.touchpoints": [(number, name, STAGES[name]) for name, number in POINTS.items()],
            "run.stages": [(number, name) for name, number in NUMBERS.items()],
        }
    )
    columns = "stage, position, rank, touchpoint, journeys, share"
    return made(connection, "findings.before_after", columns)


def test_before_is_the_last_touchpoint_of_a_dropped_journey() -> None:
    rows = around((1, "ad > shop > call", "dropped"), (2, "ad > call > shop", "dropped"))
    assert [row for row in rows if row[1] == "before"] == [
        ("buy", "before", 1, "call", 1, 0.5),
        ("buy", "before", 2, "shop", 1, 0.5),
    ]


def test_after_is_where_the_same_customer_came_back() -> None:
    rows = around((1, "ad", "dropped"), (1, "call", "open"), (2, "ad", "dropped"))
    assert [row for row in rows if row[1] == "after"] == [("see", "after", 1, "call", 1, 0.5)]


def test_going_on_has_its_own_before_and_after() -> None:
    rows = around((1, "ad > shop > call > goal", "converted"))
    assert [row for row in rows if "going on" in row[1]] == [
        ("buy", "after going on", 1, "goal", 1, 1.0),
        ("buy", "before going on", 1, "call", 1, 1.0),
        ("see", "after going on", 1, "shop", 1, 1.0),
        ("see", "before going on", 1, "ad", 1, 1.0),
    ]


def test_before_converting_is_the_touchpoint_before_the_goal() -> None:
    rows = around((1, "ad > call > goal", "converted"), (2, "goal", "converted"))
    assert [row for row in rows if row[1] == "before converting"] == [
        ("use", "before converting", 1, "call", 1, 0.5)
    ]


def test_what_is_not_mature_says_nothing_yet() -> None:
    assert around((1, "ad > shop", "open"), is_mature=False) == []
