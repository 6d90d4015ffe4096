"""What customers wrote: its language and sentiment, and what may be quoted of it."""

import subprocess
import sys
from datetime import datetime, timedelta

import pytest

from pipeline.database import open_warehouse
from pipeline.feelings import NOT_READ, UNKNOWN, Reader, scrubbed, texts_step
from pipeline.feelings import reading as packages
from pipeline.feelings.scrubbing import is_quotable

START = datetime(2025, 3, 3, 12)


@pytest.fixture(scope="module")
def reader():
    return Reader()


@pytest.mark.parametrize(
    ("text", "language"),
    [("The workshop was nice but the toolbox is confusing.", "en"),
     ("Ainda não recebi o produto e ninguém responde.", "pt"),
     ("Das Werkzeug war leider nicht zu gebrauchen.", "de"),
     ("Jag blev besviken och vill avsluta mitt konto.", "sv"),
     ("ok", UNKNOWN), ("👍👍", UNKNOWN), ("12345", UNKNOWN)],
)  # fmt: skip
def test_the_language_is_told_or_said_to_be_unknown(reader, text, language):
    assert reader.read(text).language == language


def test_sentiment_is_read_by_the_lexicon_of_the_language(reader):
    assert reader.read("I am disappointed and ask you to cancel.").sentiment < -0.5
    assert reader.read("We would recommend it, it was the best day.").sentiment > 0.5


def test_a_language_without_a_lexicon_has_no_sentiment(reader):
    assert reader.read("Ainda não recebi o produto e ninguém responde.").sentiment is None


def test_a_text_without_a_word_of_feeling_has_no_sentiment_rather_than_nought(reader):
    assert reader.read("How do I invite a colleague to this?").sentiment is None


def test_without_the_packages_nothing_is_read_and_that_is_said(monkeypatch):
    monkeypatch.setattr(packages, "PACKAGES", ("a-package-that-nobody-has",))
    assert Reader().read("I am disappointed and ask you to cancel.") == (NOT_READ, None)


def test_the_packages_are_loaded_only_when_there_is_a_text_to_read():
    code = (
        "import sys; from pipeline.feelings import Reader; Reader(); print('nltk' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


KNOWN = {
    "the", "was", "very", "late", "and", "nobody", "called", "me", "back", "i", "we", "waited",
    "days", "for", "a", "reply",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "quote"),
    [("The reply was late.", "The reply was late."),
     ("Anna was very late", "… was very late"),
     ("Anna Berg and Nils called", "… and … called"),
     ("we waited 14 days", "we waited … days"),
     ("call me: +46 70 123 45 67, anna", "… me: …"),
     ("a.berg@fjord.example called me", "… called me"),
     ("see https://fjord.example/a?b=c the reply", "… the reply"),
     ("I waited", "I waited"),
     ("I\nwaited   days", "I waited days")],
)  # fmt: skip
def test_names_addresses_and_numbers_are_taken_out(text, quote):
    assert scrubbed(text, KNOWN) == quote


def test_what_the_writers_own_identifiers_are_made_of_is_taken_out_however_common():
    assert scrubbed("the reply was late, may", KNOWN | {"may"}, {"may", "berg"}) == (
        "the reply was late, …"
    )


def test_what_is_mostly_gone_or_too_long_or_too_short_is_not_quoted():
    assert is_quotable("nobody called me back")
    assert not is_quotable("… me … back …")
    assert not is_quotable("late")
    assert not is_quotable("late " * 41)


# -- the step


def texts(*written, least=2, before=None):
    """The connection after the step, of texts `customer, text, score`; scores are nps."""
    connection = before or open_warehouse(":memory:")
    connection.execute(
        "create or replace table core.events (event_id bigint, customer_id bigint, "
        "occurred_at timestamp, text varchar, score double, score_scale varchar, "
        "is_left_out boolean)"
    )
    connection.execute(
        "create or replace table core.identities (customer_id bigint, identifier varchar)"
    )
    connection.execute(
        "create or replace table run.scales as select * from (values ('nps', 6), "
        "('sentiment', -0.1)) as scales (score_scale, unhappy_to)"
    )
    for number, (customer, text, score) in enumerate(written):
        row = [number, customer, START + timedelta(hours=number), text, score]
        connection.execute("insert into core.events values (?, ?, ?, ?, ?, 'nps', false)", row)
        connection.execute(
            "insert into core.identities values (?, ?)", [customer, f"ida{customer}"]
        )
    texts_step().run(connection, {"min_group": least})
    return connection


def rows(connection, sql):
    return connection.execute(sql).fetchall()


def test_its_own_score_says_whether_a_text_is_unhappy_or_else_its_sentiment():
    connection = texts(
        (1, "I am disappointed by all of this.", 10), (2, "We were so happy with this day.", 2),
        (3, "I am disappointed by all of this.", None), (4, "Ainda não recebi o produto.", None),
    )  # fmt: skip
    sql = "select is_unhappy from run.texts order by event_id"
    assert rows(connection, sql) == [(False,), (True,), (True,), (False,)]


def test_a_word_is_quoted_that_enough_customers_wrote():
    connection = texts(
        (1, "nobody called me back", 2), (2, "nobody called me back, olga", 2),
        (2, "olga nobody called me back", 2),
    )  # fmt: skip
    assert rows(connection, "select quote from run.quotes order by event_id") == [
        ("nobody called me back",), ("nobody called me back, …",), ("… nobody called me back",),
    ]  # fmt: skip


def test_a_text_is_read_once_and_forgotten_when_it_is_gone():
    first = texts((1, "I am disappointed by all of this.", None))
    first.execute("update run.read_texts set sentiment = -0.9")  # what was read before is kept
    again = texts(
        (1, "I am disappointed by all of this.", None), (2, "It was the best day.", None),
        before=first,
    )  # fmt: skip
    assert rows(again, "select sentiment from run.texts order by event_id") == [(-0.9,), (1.0,)]
    gone = texts((2, "It was the best day.", None), before=again)
    assert rows(gone, "select count(*) from run.read_texts") == [(1,)]


def test_what_is_written_stays_where_it_is():
    connection = texts((1, "nobody called me back", 2))
    kept = rows(connection, "select table_name from duckdb_tables() where schema_name = 'run'")
    assert ("written",) not in kept
