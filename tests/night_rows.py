"""Nights of a small shop, drawn by hypothesis: what may happen between one night and another.

An example is a list of nights, each a clock and the rows that its files bring. Besides plain rows
in any split and order, an example draws some of the `HAPPENINGS`; `happened` tells, by a reading of
the rows of its own, which situations an example really holds.
"""

import csv
import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import networkx as nx
from hypothesis import strategies as st

START = datetime(2025, 1, 1, tzinfo=UTC)
FIRST_CLOCK = START + timedelta(days=60)
MAX_IDENTIFIERS = 4
SETTINGS = f"""
title: A small shop
sources:
  - name: web
    kind: web
    path: "web-*.csv"
    time: at
    event: what
    event_id: id
    version: version
    identifiers: {{visitor: visitor, email: email}}
    columns: {{channel: channel}}
  - name: deals
    kind: crm
    path: "deals-*.csv"
    row_id: id
    version: version
    identifiers: {{email: email, contact: contact}}
    attributes: [size]
    events:
      - {{event: opened, time: opened}}
      - {{event: won, time: won, where: "state = 'won'"}}
stages:
  - stage: look
    touchpoints:
      - {{touchpoint: ad, where: "event = 'ad'"}}
      - {{touchpoint: page, where: "event = 'page'"}}
  - stage: buy
    touchpoints:
      - {{touchpoint: offer, where: "event = 'opened'"}}
      - {{touchpoint: deal, where: "event = 'won'"}}
journey: {{goal: deal, give_up_after: 20 days}}
personas: {{between: [2, 3]}}
segments: [channel, size]
max_identifiers: {MAX_IDENTIFIERS}
max_rejected_share: 1
"""
WEB = ("id", "version", "at", "what", "visitor", "email", "channel")
DEALS = ("id", "version", "email", "contact", "size", "state", "opened", "won")


@dataclass
class Night:
    """What one night finds: its clock, and the rows of its files."""

    clock: datetime
    web: list[dict]
    deals: list[dict]


def instant(hours: float) -> str:
    return (START + timedelta(hours=hours)).isoformat()


# -- plain rows, over few names, so that they meet

HOURS = st.integers(0, 24 * 90)
VISITORS = st.sampled_from([f"v{n}" for n in range(9)])
EMAILS = st.sampled_from([f"e{n}@x" for n in range(9)])


def web_row(number, hours, visitor="", email="", what="page", channel="", version=0):
    return {
        "id": number, "version": version, "at": instant(hours), "what": what,
        "visitor": visitor, "email": email, "channel": channel,
    }  # fmt: skip


def deal_row(number, hours, email, contact="", won=None, state="won", size="", version=0):
    return {
        "id": number, "version": version, "email": email, "contact": contact, "size": size,
        "state": state, "opened": instant(hours),
        "won": "" if won is None else instant(hours + 24 * won),
    }  # fmt: skip


WEB_ROWS = st.builds(
    web_row,
    number=st.integers(0, 60),
    hours=HOURS,
    visitor=st.just("") | VISITORS,
    email=st.just("") | st.just("") | EMAILS,
    what=st.sampled_from(["ad", "page", "page", "other"]),
    channel=st.sampled_from(["", "paid", "mail"]),
    version=st.integers(0, 2),
)
DEAL_ROWS = st.builds(
    deal_row,
    number=st.integers(0, 12),
    hours=HOURS,
    email=EMAILS,
    contact=st.sampled_from(["", "c1", "c2", "c3"]),
    won=st.none() | st.integers(0, 30),
    state=st.sampled_from(["won", "lost", "open"]),
    size=st.sampled_from(["", "small", "large"]),
    version=st.integers(0, 3),
)

# -- what may happen besides; each gives rows as (night, row), for an earlier and a later night


def late(draw, early, later, clocks):
    """A row of long ago comes after the customer's newer ones."""
    visitor = draw(VISITORS)
    yield early, web_row(100, 24 * 50, visitor)
    yield later, web_row(101, draw(st.integers(0, 24 * 49)), visitor)


def new_version(draw, early, later, clocks):
    """A CRM row comes again, changed: other events, another customer, or both."""
    hours, emails = draw(HOURS), draw(st.lists(EMAILS, min_size=2, max_size=2))
    yield early, deal_row(20, hours, emails[0], won=draw(st.none() | st.integers(0, 9)), size="a")
    yield later, deal_row(20, hours, emails[1], won=draw(st.none() | st.integers(0, 9)), version=1)


def duplicate(draw, early, later, clocks):
    """The same rows come in two nights."""
    web, deal = draw(WEB_ROWS) | {"id": 102}, draw(DEAL_ROWS) | {"id": 21}
    for night in (early, later):
        yield from ((night, web), (night, deal))


def old_version(draw, early, later, clocks):
    """What a row was before comes after what it is."""
    yield early, deal_row(22, draw(HOURS), draw(EMAILS), won=draw(st.integers(0, 9)), version=2)
    yield later, deal_row(22, draw(HOURS), draw(EMAILS), won=draw(st.integers(0, 9)), version=1)
    yield early, web_row(107, draw(HOURS), draw(VISITORS), version=1)
    yield later, web_row(107, draw(HOURS), draw(VISITORS))


def conflict(draw, early, later, clocks):
    """The same id and version come again with other content."""
    hours = draw(st.lists(HOURS, min_size=2, max_size=2, unique=True))
    for night, hour, name in zip((early, later), hours, ("k1", "k2"), strict=True):
        yield night, web_row(108, hour, name)
        yield night, deal_row(23, hour, f"{name}@x")


def late_merge(draw, early, later, clocks):
    """Two who were customers of their own turn out to be one."""
    yield early, web_row(103, draw(HOURS), "m1", channel="paid")
    yield early, web_row(104, draw(HOURS), email="m@x")
    yield later, web_row(105, draw(HOURS), "m1", "m@x")


def late_guard(draw, early, later, clocks):
    """An address that joined people turns out to be shared by too many, and parts them."""
    for n in range(MAX_IDENTIFIERS + 2):
        night = early if n < MAX_IDENTIFIERS - 1 else later
        yield night, web_row(110 + n, draw(HOURS), f"g{n}", "shared@x")


def guard_lifted(draw, early, later, clocks):
    """An address that was shared by too many is not, once rows have new versions."""
    for n in range(MAX_IDENTIFIERS + 1):
        yield early, deal_row(30 + n, draw(HOURS), "lifted@x", contact=f"l{n}")
    for n in range(2):
        yield later, deal_row(30 + n, draw(HOURS), f"own{n}@x", contact=f"l{n}", version=1)


def future(draw, early, later, clocks):
    """A row is later than its night's clock, and its time has come at a later one."""
    at = clocks[early] + timedelta(hours=draw(st.integers(2, 23)))  # beyond the tolerance of one
    yield early, web_row(106, (at - START) / timedelta(hours=1), draw(VISITORS), draw(EMAILS))


HAPPENINGS = (
    late, new_version, old_version, conflict, duplicate, late_merge, late_guard, guard_lifted,
    future,
)  # fmt: skip


@st.composite
def splits(draw, rows=30):
    """A few nights: any rows in any split and any order, and some of the happenings."""
    count = draw(st.integers(2, 4))
    gaps = draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))
    clocks = [FIRST_CLOCK + timedelta(days=sum(gaps[: n + 1])) for n in range(count)]
    delivered = draw(
        st.lists(
            st.tuples(st.integers(0, count - 1), WEB_ROWS | DEAL_ROWS), min_size=5, max_size=rows
        )
    )
    for happening in draw(st.sets(st.sampled_from(HAPPENINGS), min_size=3).map(in_order)):
        later = draw(st.integers(1, count - 1))
        early = draw(st.integers(0, later - 1))
        delivered.extend(happening(draw, early, later, clocks))
    delivered = draw(st.permutations(delivered))
    nights = [Night(clock, [], []) for clock in clocks]
    for number, row in delivered:
        night = nights[number]
        (night.web if "visitor" in row else night.deals).append(row)
    return nights


def in_order(happenings):
    return sorted(happenings, key=HAPPENINGS.index)


# -- what an example holds, told from its rows


def happened(nights: list[Night]) -> set[str]:
    """The names of the situations that came about."""
    rows = [(n, row) for n, night in enumerate(nights) for row in [*night.web, *night.deals]]
    pairs = [
        (one, other)
        for place, (first, one) in enumerate(rows)
        for second, other in rows[place + 1 :]
        if second > first
        and ("visitor" in one) == ("visitor" in other)
        and one["id"] == other["id"]
    ]
    found = {
        "late": _is_late(nights),
        "new version": any("opened" in a and a["version"] < b["version"] for a, b in pairs),
        "old version after the new": any(a["version"] > b["version"] for a, b in pairs),
        "conflict": any(a["version"] == b["version"] and a != b for a, b in pairs),
        "duplicate": any(a == b for a, b in pairs),
        "future": _is_due_later(nights),
    }
    befores = [_people(nights[:n]) for n in range(1, len(nights) + 1)]
    for (crowded, before), (crowded_now, now) in pairwise(befores):
        together = {(a, b) for a, b in _pairs(before) if any({a, b} <= group for group in now)}
        known = {a for group in before for a in group}
        found["late merge"] = found.get("late merge", False) or any(
            (a, b) not in _pairs(before) for a, b in _pairs(now) if {a, b} <= known
        )
        found["guard crossed late"] = found.get("guard crossed late", False) or bool(
            crowded_now - crowded and _pairs(before) - together
        )
        found["guard lifted"] = found.get("guard lifted", False) or bool(crowded - crowded_now)
    return {name for name, is_there in found.items() if is_there}


def _is_late(nights: list[Night]) -> bool:
    """A row is older than all that its visitor told before."""
    seen: dict[str, str] = {}
    for night in nights:
        told = [row for row in night.web if row["visitor"]]
        if any(row["at"] < seen.get(row["visitor"], "") for row in told):
            return True
        for row in told:
            seen[row["visitor"]] = min(row["at"], seen.get(row["visitor"], row["at"]))
    return False


def _is_due_later(nights: list[Night]) -> bool:
    tolerance = timedelta(hours=1)
    return any(
        night.clock + tolerance < datetime.fromisoformat(row["at"]) <= nights[-1].clock + tolerance
        for night in nights
        for row in night.web
    )


def _people(nights: list[Night]) -> tuple[set[str], list[set[str]]]:
    """Who is shared by too many, and who belongs together, by networkx; the clock left aside."""
    winners: dict[tuple[bool, int], dict] = {}
    for night in nights:
        for row in [*night.web, *night.deals]:
            key = ("visitor" in row, row["id"])
            newest = max(winners.get(key, row), row, key=lambda r: (r["version"], json.dumps(r)))
            winners[key] = newest
    graph = nx.Graph()
    for row in winners.values():
        kinds = ("visitor", "email") if "visitor" in row else ("email", "contact")
        names = [f"{kind}:{row[kind]}" for kind in kinds if row[kind]]
        graph.add_nodes_from(names)
        graph.add_edges_from([names] if len(names) == 2 else [])
    crowded = {node for node, links in graph.degree if links > MAX_IDENTIFIERS}
    graph.remove_nodes_from(crowded)
    return crowded, list(nx.connected_components(graph))


def _pairs(groups: list[set[str]]) -> set[tuple[str, str]]:
    return {(a, b) for group in groups for a in group for b in group if a < b}


def counted(examples: list[list[Night]]) -> dict[str, int]:
    """In how many examples each situation came about."""
    return dict(sorted(Counter(name for nights in examples for name in happened(nights)).items()))


# -- as files


def write(folder: Path, number: int, night: Night) -> None:
    """The files that a night brings."""
    for name, columns, rows in (("web", WEB, night.web), ("deals", DEALS, night.deals)):
        with (folder / f"{name}-{number}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
