"""findings.leaving_words and findings.quotes: what unhappy customers wrote before they left."""

from datetime import datetime, timedelta
from math import log, sqrt
from typing import Any

import duckdb
import pytest
from graph_rows import made, warehouse

START = datetime(2025, 3, 3, 12)
GIVE_UP = timedelta(days=30)


def written(*texts: tuple[Any, ...], least: int = 2) -> duckdb.DuckDBPyConnection:
    """Of texts `how many customers wrote it, text, is unhappy, outcome, hours after the step`."""
    each = [rest for count, *rest in texts for _ in range(count)]
    connection = warehouse({
        "core.events": [
            (n, n, START + timedelta(hours=hours), "web", False, None, text, None, None)
            for n, (text, _, _, hours) in enumerate(each)
        ],
        "run.texts": [(n, n, "en", -0.5, unhappy) for n, (_, unhappy, *_) in enumerate(each)],
        "run.quotes": [(n, text) for n, (text, unhappy, *_) in enumerate(each) if unhappy],
        "run.scales": [("sentiment", -1, 1, -0.1, 0.1)],
        "journeys.journeys": [
            (n, n, START, START, outcome) for n, (_, _, outcome, _) in enumerate(each)
        ],
        "journeys.steps": [
            (n, 1, n, "trial", START, START, None, None, 1, "try") for n in range(len(each))
        ],
        "personas.assignments": [(n, "p") for n in range(len(each))],
    })  # fmt: skip
    made(connection, "findings.answers", timezone="UTC")
    made(connection, "findings.leaving_words", min_group=least, give_up_after=GIVE_UP)
    made(connection, "findings.quotes", min_group=least, give_up_after=GIVE_UP)
    return connection


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(f"{sql} order by all").fetchall()


LATE = (30, "parcel never came", True, "dropped", 1)
GOOD = (60, "parcel came quickly", False, "converted", 1)


def test_the_statistic_is_that_of_monroe_by_hand() -> None:
    """The example of docs/how-numbers-are-made.md."""
    connection = written(LATE, GOOD)
    [row] = rows(
        connection,
        "select word, customers, rest_customers, log_odds, errors from findings.leaving_words "
        "where persona_id = 'all'",
    )
    assert row[:3] == ("never", 30, 0)
    words, rest = 30 * 3, 60 * 3
    prior = 500 * 30 / (words + rest)
    odds = log((30 + prior) / (words + 500 - 30 - prior)) - log(prior / (rest + 500 - prior))
    assert row[3:] == (
        pytest.approx(odds), pytest.approx(odds / sqrt(1 / (30 + prior) + 1 / prior)),
    )  # fmt: skip


def test_what_everybody_writes_is_not_typical() -> None:
    told = rows(written(LATE, GOOD), "select distinct word from findings.leaving_words")
    assert ("parcel",) not in told


@pytest.mark.parametrize(
    "other",
    [(30, "parcel never came", False, "dropped", 1),
     (30, "parcel never came", True, "converted", 1),
     (30, "parcel never came", True, "open", 1),
     (30, "parcel never came", True, "dropped", 24 * 31)],
    ids=["not unhappy", "converted", "open", "after they had left"],
)  # fmt: skip
def test_only_the_unhappy_and_only_before_they_left(other: tuple[Any, ...]) -> None:
    connection = written(other, GOOD)
    assert rows(connection, "select word from findings.leaving_words") == []
    assert rows(connection, "select quote from findings.quotes") == []


def test_a_word_of_few_customers_is_not_told() -> None:
    told = rows(written(LATE, GOOD, least=31), "select word from findings.leaving_words")
    assert told == []


def test_quotes_are_told_where_enough_customers_wrote() -> None:
    connection = written(LATE, GOOD, least=30)
    columns = "persona_id, stage, place, quote, customers, writers"
    assert rows(connection, f"select {columns} from findings.quotes") == [
        ("all", "try", 1, "parcel never came", 30, 30),
        ("p", "try", 1, "parcel never came", 30, 30),
    ]  # fmt: skip
    assert rows(written(LATE, GOOD, least=31), "select quote from findings.quotes") == []


def test_quotes_with_typical_words_come_first() -> None:
    connection = written(LATE, GOOD, (3, "what a day", True, "dropped", 1))
    told = rows(connection, "select place, quote from findings.quotes where persona_id = 'all'")
    assert told == [(1, "parcel never came"), (2, "what a day")]
