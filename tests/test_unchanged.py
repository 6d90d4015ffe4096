"""A look at the disk tells that there is nothing to do, and never that where there is something."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline import runs, unchanged
from pipeline.settings import read_settings
from pipeline.unchanged import read_unchanged
from pipeline.warehouse import Options

SETTINGS = """
title: A small shop
sources:
  - name: web
    kind: web
    path: "events*.csv"
    time: at
    event: what
    identifiers: {visitor: who}
stages:
  - stage: look
    touchpoints: [{touchpoint: page, where: "event = 'page'"}]
  - stage: buy
    touchpoints: [{touchpoint: order, where: "event = 'order'"}]
journey: {goal: order}
"""
EVENTS = "at,what,who\n2025-01-01 10:00,page,a\n2025-01-01 10:05,order,a\n"
HEAVY = ("sqlglot", "pydantic", "yaml", "pandas", "numpy", "sklearn", "plotly", "networkx", "rich")


@pytest.fixture
def shop(tmp_path):
    """A shop whose files have lain there for an hour, and its warehouse."""
    (tmp_path / "journeys.yml").write_text(SETTINGS)
    lay(tmp_path / "events-1.csv", EVENTS)
    run(tmp_path)
    return tmp_path


def lay(path: Path, text: str, hours_ago: float = 1) -> None:
    path.write_text(text)
    then = time.time() - 3600 * hours_ago
    os.utime(path, (then, then))


def write_with_the_same_date(path: Path, text: str) -> None:
    stat = path.stat()
    path.write_text(text)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def run(shop: Path, **options):
    settings = read_settings(shop / "journeys.yml")
    return runs.run(settings, shop / "w.duckdb", Options(**options))


def look(shop: Path, data: Path | None = None):
    return read_unchanged(shop / "journeys.yml", data, shop / "w.duckdb")


def test_where_nothing_changed_the_summary_of_the_last_run_is_told(shop):
    assert look(shop)["journeys"] == 1


def test_a_new_file_is_seen(shop):
    lay(shop / "events-2.csv", EVENTS)
    assert look(shop) is None


def test_a_file_that_vanished_is_seen(shop):
    lay(shop / "events-2.csv", EVENTS)
    run(shop)
    (shop / "events-1.csv").unlink()
    assert look(shop) is None


def test_a_file_of_another_date_is_seen(shop):
    lay(shop / "events-1.csv", EVENTS, hours_ago=0.5)
    assert look(shop) is None


def test_a_file_of_another_size_is_seen(shop):
    write_with_the_same_date(shop / "events-1.csv", EVENTS + "2025-01-02,page,b\n")
    assert look(shop) is None


def test_changed_settings_are_seen_even_of_the_same_size_and_date(shop):
    write_with_the_same_date(shop / "journeys.yml", SETTINGS.replace("small", "large"))
    assert look(shop) is None


def test_another_folder_of_data_is_seen(shop, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    assert look(shop, other) is None


def test_another_state_of_the_code_is_seen(shop, monkeypatch):
    monkeypatch.setattr(unchanged, "__version__", "9")
    assert look(shop) is None


def test_a_file_written_just_before_the_run_is_not_relied_upon(shop):
    lay(shop / "events-2.csv", EVENTS, hours_ago=0)
    run(shop)
    assert look(shop) is None
    assert not run(shop).is_new, "found out the long way"


def test_an_event_that_waits_for_the_clock_is_not_forgotten(shop):
    lay(shop / "events-2.csv", EVENTS.replace("2025", "2125"))
    run(shop)
    assert look(shop) is None


def test_a_look_back_is_answered_the_long_way(tmp_path):
    (tmp_path / "journeys.yml").write_text(SETTINGS)
    lay(tmp_path / "events-1.csv", EVENTS)
    run(tmp_path, until=datetime(2025, 6, 1, tzinfo=UTC))
    assert look(tmp_path) is None


def test_a_run_with_nothing_to_do_imports_nothing_that_it_does_not_need(shop):
    code = (
        "import atexit, sys; from pipeline.cli import main; "
        f"atexit.register(lambda: print('imported:', *sorted(set(sys.modules) & set({HEAVY})))); "
        f"sys.argv = ['journeys', 'run', '--config', {str(shop / 'journeys.yml')!r}, "
        f"'--warehouse', {str(shop / 'w.duckdb')!r}]; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Nothing new" in done.stdout
    assert "1 customers, 1 sessions, 1 journeys: 1 converted" in done.stdout
    assert done.stdout.splitlines()[-1] == "imported:"
