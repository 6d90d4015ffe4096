"""How far to trust the map, in one sentence, and what would help most."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import duckdb

from pipeline.database import has_table, one
from pipeline.findings.finding import CHANCE, hundredths

FIGURES = "select subject || ': ' || measure as measure, figure from findings.trust"
UNMAPPED = """
    select source, event, share from findings.blind_spots
    where source <> 'all' order by share desc, source, event limit 1
"""
TOO_FEW = """
    select customers < (select value::bigint from run.state where name = 'min_group')
    from findings.outcomes where persona_id = 'all'
"""
ALONE = """
    select source, share from findings.lone_sources
    where (select count(*) from core.sources) > 1
    order by share desc, source limit 1
"""


class Doubt(NamedTuple):
    """A reason to trust the map less: its size (a share), in words, and what would help."""

    size: float
    words: str
    help: str


# measure of findings.trust, the share from which on it is a reason to doubt, the words, the help
LIMITS = (
    ("rows: share rejected", 0.01, "{} of 100 rows could not be used",
     "see which rows were rejected, and why: landing.rejected_rows"),
    ("journeys: share still open", 0.3,
     "of {} of 100 journeys it is not known yet what becomes of them",
     "wait until they are known, before young months are judged"),
    ("journeys: share that may have begun before the data does", 0.25,
     "{} of 100 journeys may have begun before the data does", "load older exports"),
    ("customers: share too little known for a persona", 0.3,
     "of {} of 100 customers too little is known for a persona", "carry more columns along"),
    ("forecasts: share of figures that the first 70 % of the time missed", 0.2,
     "{} of 100 figures came out otherwise than the first 70 % of the time foretold",
     "look at what changed (differences over time) before anything is forecast"),
)  # fmt: skip
LOST_TRACK, MAPPED_LEAST, ALONE_MOST = 0.05, 0.6, 0.6


def tell_trust(connection: duckdb.DuckDBPyConnection) -> tuple[str, str]:
    """One sentence on how far to trust the map, and one on what would help most ('' if nothing).

    Nothing is told where there are fewer customers than `min_group` in all.
    """
    if not has_table(connection, "findings.trust") or _is_of_too_few(connection):
        return "", ""
    figures = dict(connection.execute(FIGURES).fetchall())
    doubts = sorted(_doubts(connection, figures), reverse=True)
    mapped = figures.get("events: share of the counted ones that a touchpoint's rule maps")
    if mapped is None:
        return "There is nothing to trust yet: no event counts.", ""
    base = f"{hundredths(mapped)} of {CHANCE} events that count are on the map"
    if not doubts:
        return f"The map can be trusted: {base}, and nothing speaks against it.", ""
    words = "; ".join(doubt.words for doubt in doubts[:2])
    return f"Take the map with care: {base}, but {words}.", f"Most would help: {doubts[0].help}."


def _is_of_too_few(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether there are fewer customers than `min_group` in all, so that no share is told."""
    return bool(one(connection, TOO_FEW)) if has_table(connection, "findings.outcomes") else False


def _doubts(connection: duckdb.DuckDBPyConnection, figures: dict[str, Any]) -> Iterator[Doubt]:
    for measure, limit, words, helps in LIMITS:
        if (share := figures.get(measure) or 0) >= limit:
            yield Doubt(share, words.format(hundredths(share)), helps)
    yield from _unseen(connection, figures)
    if not has_table(connection, "findings.lone_sources"):  # made by an earlier version
        return
    for source, share in connection.execute(ALONE).fetchall():
        if share >= ALONE_MOST:
            yield Doubt(
                share,
                f"{hundredths(share)} of {CHANCE} customers are known to “{source}” alone",
                f"give “{source}” an identifier that the other sources have",
            )


def _unseen(connection: duckdb.DuckDBPyConnection, figures: dict[str, Any]) -> Iterator[Doubt]:
    """What the rules do not map, and whether customers who count as dropped do it."""
    seen = "customers: share of the dropped who were still seen on events that no rule maps"
    mapped = figures.get("events: share of the counted ones that a touchpoint's rule maps")
    share = figures.get(seen) or 0
    worst = connection.execute(UNMAPPED).fetchall()
    if share >= LOST_TRACK and worst:
        [(source, event, _)] = worst
        yield Doubt(
            share,
            f"{hundredths(share)} of {CHANCE} customers who count as dropped were still seen on "
            "events that no rule maps",
            f"map the event “{event}” of “{source}”",
        )
    elif mapped is not None and mapped < MAPPED_LEAST:
        yield Doubt(
            1 - mapped,
            f"{hundredths(1 - mapped)} of {CHANCE} are not",
            "map more events: core.unmapped_events lists the most frequent ones",
        )
