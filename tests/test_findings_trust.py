"""pipeline/findings/trust.py: how far to trust the map, and what would help most."""

from typing import Any

import pytest

from pipeline.database import open_warehouse
from pipeline.findings import tell_trust

MAPPED = ("events", "share of the counted ones that a touchpoint's rule maps")
SEEN = ("customers", "share of the dropped who were still seen on events that no rule maps")
REJECTED = ("rows", "share rejected")
GOOD = {MAPPED: 0.9, SEEN: 0.01, REJECTED: 0.001}


def told(figures: dict[tuple[str, str], float | None], alone: int = 0) -> tuple[str, str]:
    """With these measures of findings.trust, and so many of ten customers in one source only."""
    connection = open_warehouse(":memory:")
    connection.execute("create table findings.trust (subject text, measure text, figure double)")
    rows: list[Any] = [(*place, figure) for place, figure in figures.items()]
    connection.executemany("insert into findings.trust values (?, ?, ?)", rows)
    connection.execute(f"""
        create table findings.blind_spots as from (values
            ('all', 'all', 0.3), ('web', 'chat', 0.2), ('web', 'faq', 0.3))
            as spots (source, event, share);
        create table core.sources as select unnest(['web', 'shop']) as source;
        create table findings.lone_sources as
            select 'shop' as source, {alone} / 10 as share where {alone} > 0
    """)
    return tell_trust(connection)


def test_where_nothing_speaks_against_it_the_map_can_be_trusted() -> None:
    assert told(GOOD) == (
        "The map can be trusted: 90 of 100 events that count are on the map, and nothing speaks "
        "against it.",
        "",
    )


@pytest.mark.parametrize(
    ("changed", "words", "helps"),
    [
        ({REJECTED: 0.02}, "2 of 100 rows could not be used", "see which rows were rejected"),
        ({SEEN: 0.3}, "30 of 100 customers who count as dropped were still seen",
         "map the event “faq” of “web”"),
        ({MAPPED: 0.5}, "but 50 of 100 are not", "map more events"),
    ],
)  # fmt: skip
def test_the_largest_doubt_says_what_would_help(changed: Any, words: str, helps: str) -> None:
    sentence, help_ = told(GOOD | changed)
    assert sentence.startswith("Take the map with care: ")
    assert words in sentence
    assert help_.startswith(f"Most would help: {helps}")


def test_a_source_that_knows_most_customers_alone_should_be_stitched() -> None:
    sentence, help_ = told(GOOD, alone=6)
    assert "60 of 100 customers are known to “shop” alone" in sentence
    assert help_ == "Most would help: give “shop” an identifier that the other sources have."
    assert told(GOOD, alone=5)[1] == ""


def test_where_nothing_was_read_there_is_nothing_to_trust() -> None:
    assert told({MAPPED: None})[0] == "There is nothing to trust yet: no event counts."


@pytest.mark.parametrize(("least", "is_told"), [(10, True), (11, False)])
def test_of_fewer_customers_than_min_group_nothing_is_told(least: int, is_told: bool) -> None:
    connection = open_warehouse(":memory:")
    connection.execute(f"""
        create table findings.outcomes as select 'all' as persona_id, 10 as customers;
        create table run.state as select 'min_group' as name, '{least}' as value;
        create table findings.trust (subject text, measure text, figure double);
        create table findings.blind_spots (source text, event text, share double);
        create table core.sources (source text);
        create table findings.lone_sources (source text, share double);
    """)
    assert (tell_trust(connection) != ("", "")) is is_told
