"""The example of docs/how-numbers-are-made.md that is about questions of one's own."""

from datetime import timedelta

import pytest
from walks import GIVE_UP, numbered, walk, warehouse

from pipeline.questions.funnel import Funnel, read_funnel
from pipeline.questions.pattern import read_pattern
from pipeline.questions.search import Search, read_paths
from pipeline.questions.selection import Asked
from pipeline.questions.step_matrix import read_step_matrix


@pytest.fixture
def connection():
    return warehouse(numbered([
        walk("a b converted"), walk("a dropped", 2), walk("a open", 3, first_day=93),
    ]))  # fmt: skip


def test_a_funnel(connection):
    first, second = read_funnel(connection, Funnel(("a", "b"))).to_dict("records")
    assert (first["reached"], second["reached"]) == (3, 1)
    assert (second["known"], second["rate"], second["open"]) == (2, 0.5, 1)


def test_a_path_query(connection):
    search = Search(read_pattern("a -> b", ["a", "b"]), "goal", GIVE_UP, timedelta(days=180))
    row = read_paths(connection, search, 1, 1).loc[0]
    assert (row["journeys"], row["known"], row["match_rate"]) == (1, 2, 0.5)


def test_the_step_matrix(connection):
    rows = read_step_matrix(connection, 3, Asked()).itertuples()
    shares = {(row.step_number, row.node): row.share for row in rows}
    third = pytest.approx(1 / 3)
    assert shares == {
        (1, "a"): 1.0, (2, "b"): third, (2, "DROPPED"): third, (2, "OPEN"): third,
        (3, "CONVERTED"): third, (3, "DROPPED"): third, (3, "OPEN"): third,
    }  # fmt: skip
