"""The step that makes run.texts: every text that a customer wrote, read for feelings.

A text is read once: what was read is kept from run to run for as long as the same packages read it.
"""

from collections.abc import Mapping
from typing import Any

import duckdb

from pipeline.database import has_table
from pipeline.feelings.reading import Reader
from pipeline.feelings.scrubbing import WORD, is_quotable, scrubbed
from pipeline.models import Step

MOST_QUOTED = 20_000  # unhappy texts that are made fit to be quoted, the newest
BATCH = 10_000  # texts that are written at once
READS = frozenset({"core.events", "core.identities", "run.scales"})
MAKES = ("run.read_texts", "run.texts", "run.quotes")

# Words of letters, as scrubbing.WORD has them; words of addresses are none.
KNOWN_WORDS = r"""
    with said as (
        select customer_id, unnest(string_split(regexp_replace(
            regexp_replace(text, '\S*[@/]\S*', ' ', 'g'), '[^\p{L}]+', ' ', 'g'), ' ')) as word
        from run.written
    )
    select word from said
    where word = lower(word) and word <> ''
    group by word having count(distinct customer_id) >= $min_group
"""
WRITTEN = """
    create or replace table run.written as
    select event_id, customer_id, occurred_at, text, md5(text) as text_key, score, score_scale
    from core.events
    where text is not null and trim(text) <> '' and not is_left_out
"""
READ_TEXTS = "text_key varchar, language varchar, sentiment double, reader varchar"
TEXTS = """
    create or replace table run.texts as
    select event_id, customer_id, language, sentiment,
        coalesce(score <= told.unhappy_to, sentiment <= felt.unhappy_to, false) as is_unhappy
    from run.written
    left join run.read_texts using (text_key)
    left join run.scales as told using (score_scale)
    left join run.scales as felt on felt.score_scale = 'sentiment'
"""
UNHAPPY = """
    select event_id, text, string_agg(distinct lower(identifier), ' ') as own
    from run.written
    inner join (select event_id from run.texts where is_unhappy) using (event_id)
    left join core.identities using (customer_id)
    group by event_id, occurred_at, text
    order by occurred_at desc, event_id
    limit $most
"""


def texts_step() -> Step:
    """The step that makes run.texts and run.quotes; without the extra, no text is read."""
    return Step("run.texts", READS, MAKES, _run)


def _run(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
    connection.execute(WRITTEN)
    _read_new(connection, Reader())
    connection.execute(TEXTS)
    connection.execute("create or replace table run.quotes (event_id bigint, quote varchar)")
    least = {"min_group": parameters["min_group"]}
    known = {word for (word,) in connection.execute(KNOWN_WORDS, least).fetchall()}
    quotes = [
        (event_id, scrubbed(text, known, set(WORD.findall(own or ""))))
        for event_id, text, own in connection.execute(UNHAPPY, {"most": MOST_QUOTED}).fetchall()
    ]
    if quotable := [(event_id, quote) for event_id, quote in quotes if is_quotable(quote)]:
        connection.executemany("insert into run.quotes values (?, ?)", quotable)
    connection.execute("drop table run.written")  # what is written stays in core.events only


def _read_new(connection: duckdb.DuckDBPyConnection, reader: Reader) -> None:
    """Read the texts that were not read before by these packages; forget those that are gone."""
    if not has_table(connection, "run.read_texts"):
        connection.execute(f"create table run.read_texts ({READ_TEXTS})")
    connection.execute(
        "delete from run.read_texts where reader <> $reader or text_key not in "
        "(select text_key from run.written)",
        {"reader": reader.version},
    )
    if not reader.version:
        return
    new = connection.execute(
        "select text_key, min(text) from run.written where text_key not in "
        "(select text_key from run.read_texts) group by text_key order by text_key"
    ).fetchall()
    for first in range(0, len(new), BATCH):
        rows = [
            (key, *reader.read(text), reader.version) for key, text in new[first : first + BATCH]
        ]
        connection.executemany("insert into run.read_texts values (?, ?, ?, ?)", rows)
