"""Nightly runs over what is new give the tables that one full run over the same rows gives."""

import csv
import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import proofs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import runs, touched
from pipeline.database import open_readonly
from pipeline.settings import read_settings
from pipeline.warehouse import Options

START = datetime(2025, 1, 1, tzinfo=UTC)
SETTINGS = """
title: A small shop
sources:
  - name: web
    kind: web
    path: "web-*.csv"
    time: at
    event: what
    event_id: id
    version: version
    identifiers: {visitor: visitor, email: email}
    columns: {channel: channel}
  - name: deals
    kind: crm
    path: "deals-*.csv"
    row_id: id
    version: version
    identifiers: {email: email, contact: contact}
    attributes: [size]
    events:
      - {event: opened, time: opened}
      - {event: won, time: won, where: "state = 'won'"}
stages:
  - stage: look
    touchpoints:
      - {touchpoint: ad, where: "event = 'ad'"}
      - {touchpoint: page, where: "event = 'page'"}
  - stage: buy
    touchpoints:
      - {touchpoint: offer, where: "event = 'opened'"}
      - {touchpoint: deal, where: "event = 'won'"}
journey: {goal: deal, give_up_after: 20 days}
segments: [channel, size]
max_identifiers: 4
max_rejected_share: 1
"""
WEB = ("id", "version", "at", "what", "visitor", "email", "channel")
DEALS = ("id", "version", "email", "contact", "size", "state", "opened", "won")
PUBLIC = ("core", "journeys", "personas", "graph", "findings")
# What a run says of itself, not of the data.
NOT_COMPARED = {"findings.rejections", "findings.trust"}


def web_row(rng):
    return {
        "id": rng.randrange(60),
        "version": rng.randrange(3),
        "at": (START + timedelta(hours=rng.randrange(24 * 90))).isoformat(),
        "what": rng.choice(["ad", "page", "page", "other"]),
        "visitor": rng.choice(["", *(f"v{n}" for n in range(9))]),
        "email": rng.choice(["", "", "", *(f"e{n}@x" for n in range(9))]),
        "channel": rng.choice(["", "paid", "mail"]),
    }


def deal_row(rng):
    opened = START + timedelta(hours=rng.randrange(24 * 90))
    return {
        "id": rng.randrange(12),
        "version": rng.randrange(4),
        "email": rng.choice([f"e{n}@x" for n in range(9)]),
        "contact": rng.choice(["", "c1", "c2", "c3"]),
        "size": rng.choice(["", "small", "large"]),
        "state": rng.choice(["won", "lost", "open"]),
        "opened": opened.isoformat(),
        "won": rng.choice(["", (opened + timedelta(days=rng.randrange(30))).isoformat()]),
    }


def write(folder: Path, name: str, columns, rows) -> None:
    with (folder / name).open("w", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def night(folder: Path, number: int, web, deals, now: datetime, **options):
    write(folder, f"web-{number}.csv", WEB, web)
    write(folder, f"deals-{number}.csv", DEALS, deals)
    return run(folder, now, **options)


def run(folder: Path, now: datetime, **options):
    return runs.run(
        read_settings(folder / "journeys.yml"), folder / "w.duckdb", Options(now=now, **options)
    )


def tables(folder: Path):
    """{table: its rows, in order} of everything public."""
    connection = open_readonly(folder / "w.duckdb")
    try:
        names = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_catalog = 'warehouse' order by 1"
        ).fetchall()
        wanted = [n for (n,) in names if n.split(".")[0] in PUBLIC and n not in NOT_COMPARED]
        return {n: connection.execute(f"from {n} order by all").fetchall() for n in wanted}
    finally:
        connection.close()


def differing(folder: Path, now: datetime):
    """The tables that a full run with the same persona model makes differently."""
    nightly = tables(folder)
    run(folder, now, full=True)
    full = tables(folder)
    return [name for name in full if repr(nightly[name]) != repr(full[name])]


def nights(folder: Path, seed: int, count: int):
    """Random rows in `count` nights, in any order, with late rows, new versions and a clock that
    passes events set aside before."""
    rng = random.Random(seed)
    now = START + timedelta(days=60)
    for number in range(count):
        now += timedelta(days=rng.randrange(8), hours=1)
        web = [web_row(rng) for _ in range(rng.randrange(30))]
        deals = [deal_row(rng) for _ in range(rng.randrange(4))]
        night(folder, number, web, deals, now)
    return now


def shop(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "journeys.yml").write_text(SETTINGS)
    return folder


@pytest.fixture(autouse=True)
def only_touched(monkeypatch):
    """However many customers a night touches, only they are made anew: that is what is tried."""
    monkeypatch.setattr(touched, "ALL_ABOVE", 1.0)


FEW, MANY = 10, 60  # examples in a test, and in a proof


def test_nightly_runs_equal_one_full_run(tmp_path, prove):
    tried = 0

    @settings(max_examples=MANY if prove else FEW, deadline=None, derandomize=True)
    @given(seed=st.integers(0, 10**6), count=st.integers(2, 4))
    def equal(seed, count):
        nonlocal tried
        tried += 1
        folder = shop(tmp_path / str(tried))
        now = nights(folder, seed, count)
        assert differing(folder, now) == []
        shutil.rmtree(folder)

    equal()
    if prove:
        proofs.write("nightly runs equal full runs", "splits tried", tried)


def test_the_comparison_has_teeth(tmp_path, monkeypatch):
    """With the merged-away customers forgotten, some split gives other tables."""
    forgetful = touched.TOUCHED.replace(
        "select customer_before as customer_id from affected where customer_before is not null\n"
        "    union\n    ",
        "",
    ).replace("select customer_now from", "select customer_now as customer_id from")
    assert forgetful != touched.TOUCHED
    monkeypatch.setattr(touched, "TOUCHED", forgetful)
    assert any(differs(tmp_path, seed) for seed in range(6))


def differs(tmp_path: Path, seed: int) -> bool:
    folder = shop(tmp_path / f"forgetful-{seed}")
    try:
        now = nights(folder, seed, 3)
    except Exception as problem:  # a promise may notice first, which is as good
        return "PromiseError" in type(problem).__name__
    return differing(folder, now) != []


@pytest.mark.parametrize("seed", range(3))
def test_ids_do_not_depend_on_the_order_of_arrival(tmp_path, seed):
    rng = random.Random(seed)
    web = [web_row(rng) for _ in range(60)]
    deals = [deal_row(rng) for _ in range(8)]
    now = START + timedelta(days=120)
    found = []
    for name, order in (("forth", slice(None)), ("back", slice(None, None, -1))):
        folder = shop(tmp_path / name)
        half = len(web) // 2
        night(folder, 1, web[order][:half], deals[order][:4], now)
        night(folder, 2, web[order][half:], deals[order][4:], now)
        made = tables(folder)
        found.append({name: made[name] for name in ("core.events", "journeys.steps")})
    assert found[0] == found[1]
