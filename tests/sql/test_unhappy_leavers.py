"""findings.settled_answers and unhappy_leavers: who was unhappy at a stage, and left."""

from datetime import timedelta
from typing import Any

import pytest
from graph_rows import START, made, warehouse
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

Row = tuple[Any, ...]
ANSWERS = (
    "create table findings.answers (event_id bigint, customer_id bigint, journey_id bigint,"
    " stage varchar, score_scale varchar, is_unhappy boolean, occurred_at timestamp)"
)
HOUR = timedelta(hours=1)


def settled(
    outcome: str, *answers: tuple[int, bool], scale: str = "nps", stage: str | None = "use"
) -> list[Row]:
    """Of a customer with one journey, whose last step is at hour 10: whether unhappy, and whether
    dropped; of answers (hour, whether unhappy). Two hours later a journey is given up."""
    connection = warehouse({"journeys.journeys": [(1, 7, START, START + 10 * HOUR, outcome, 3)]})
    connection.execute(ANSWERS)
    rows = [(n, 7, 1, stage, scale, unhappy, START + hour * HOUR)
            for n, (hour, unhappy) in enumerate(answers)]  # fmt: skip
    connection.executemany("insert into findings.answers values (?, ?, ?, ?, ?, ?, ?)", rows)
    columns = "is_unhappy, is_dropped"
    return made(connection, "findings.settled_answers", columns, give_up_after=2 * HOUR)


def test_the_last_answer_of_a_customer_counts() -> None:
    assert settled("dropped", (3, True), (4, False)) == [(False, True)]


@pytest.mark.parametrize(
    ("outcome", "hour", "counts"),
    [("dropped", 12, True), ("dropped", 13, False), ("converted", 9, True),
     ("converted", 10, False), ("open", 3, False)],
)  # fmt: skip
def test_an_answer_counts_that_came_before_it_was_settled(
    outcome: str, hour: int, counts: bool
) -> None:
    expected = [(True, outcome == "dropped")] if counts else []
    assert settled(outcome, (hour, True)) == expected


def test_what_texts_say_and_answers_at_no_stage_do_not_count() -> None:
    assert settled("dropped", (3, True), scale="sentiment") == []
    assert settled("dropped", (3, True), stage=None) == []


def leavers(unhappy: tuple[int, int], others: tuple[int, int], columns: str) -> list[Row]:
    """A row of findings.unhappy_leavers, of (how many left, of how many) on both sides."""
    sides = [(True, *unhappy), (False, *others)]
    flags = [(is_unhappy, number < left) for is_unhappy, left, of in sides for number in range(of)]
    answers = [("use", "nps", customer, *each) for customer, each in enumerate(flags)]
    connection = warehouse(
        {"findings.settled_answers": answers, "run.scales": [("nps", 0.0, 10.0, 6.0, 9.0)]}
    )
    return made(connection, "findings.unhappy_leavers", columns, min_group=5)


def test_who_is_unhappy_stands_beside_the_others_who_answered_there() -> None:
    columns = "stage, score_scale, unhappy_to, customers, dropped, other_customers, other_dropped"
    assert leavers((12, 20), (20, 80), columns) == [("use", "nps", 6.0, 20, 12, 80, 20)]
    [(difference, lost)] = leavers((12, 20), (20, 80), "difference, conversions_lost")
    assert (difference, lost) == (pytest.approx(0.35), pytest.approx(7.0))


def test_z_is_that_of_two_shares_and_the_interval_newcombes() -> None:
    [(z, low, high)] = leavers((12, 20), (20, 80), "z_value, difference_low, difference_high")
    assert z == pytest.approx(proportions_ztest([12, 20], [20, 80])[0])
    newcombe = confint_proportions_2indep(12, 20, 20, 80, method="newcomb")
    assert (low, high) == pytest.approx(newcombe)


@pytest.mark.parametrize(
    ("unhappy", "others", "is_enough"),
    [((12, 20), (20, 80), True), ((3, 4), (20, 80), False), ((1, 40), (2, 80), False)],
)
def test_few_are_not_enough(
    unhappy: tuple[int, int], others: tuple[int, int], is_enough: bool
) -> None:
    assert leavers(unhappy, others, "is_enough") == [(is_enough,)]


def test_where_all_are_unhappy_there_is_nobody_to_stand_beside() -> None:
    assert leavers((5, 9), (0, 0), "difference, z_value, is_enough") == [(None, None, False)]
