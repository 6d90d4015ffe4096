"""Bad input ends with a message that helps and the right exit code, or a report that says so."""

import subprocess
import sys
from pathlib import Path

import pytest

SETTINGS = """
title: A small shop
sources:
  - name: web
    kind: web
    path: events.csv
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
EVENTS = """at,what,who
2025-01-01 10:00:00,page,a
2025-01-01 10:05:00,order,a
2025-01-01 11:00:00,page,b
2025-03-01 11:00:00,page,c
"""


class Shop:
    """A folder with settings and one source, and the command that runs there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write(SETTINGS, EVENTS)

    def write(self, settings=None, events=None):
        if settings is not None:
            (self.folder / "journeys.yml").write_text(settings)
        if events is not None:
            (self.folder / "events.csv").write_text(events)

    def journeys(self, *arguments):
        command = [sys.executable, "-m", "pipeline", *arguments]
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, timeout=120, check=False
        )
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return done

    def refused(self, *arguments):
        """What is said when `journeys run` is refused for its settings or input."""
        done = self.journeys("run", *arguments)
        assert done.returncode == 2, done.stdout + done.stderr
        assert not (self.folder / "out/journeys.duckdb").exists()
        return done.stderr

    def reported(self):
        """The report of a run that went well, and what the run said."""
        run = self.journeys("run")
        assert run.returncode == 0, run.stdout + run.stderr
        report = self.journeys("report")
        assert report.returncode == 0, report.stdout + report.stderr
        return (self.folder / "out/report.html").read_text(), run.stdout


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


def test_the_small_shop_itself_is_fine(shop):
    _, said = shop.reported()
    assert "3 journeys: 1 converted" in said


def test_missing_settings(shop):
    assert "elsewhere.yml" in shop.refused("--config", "elsewhere.yml")


def test_missing_file(shop):
    (shop.folder / "events.csv").rename(shop.folder / "event.csv")
    said = shop.refused()
    assert "events.csv" in said and "event.csv" in said


def test_empty_file(shop):
    shop.write(events="")
    assert "events.csv" in shop.refused()


def test_missing_column(shop):
    shop.write(events=EVENTS.replace("at,what,who", "at,what,whom"))
    said = shop.refused()
    assert "'who'" in said and "whom" in said


def test_unknown_key(shop):
    shop.write(SETTINGS.replace("goal:", "gaol:"))
    said = shop.refused()
    assert "gaol" in said and "goal" in said


def test_a_rule_that_is_no_expression(shop):
    shop.write(SETTINGS.replace("event = 'page'", "event = = 'page'"))
    said = shop.refused()
    assert "line 12" in said and "is no expression" in said and "column 9" in said


def test_a_rule_that_names_no_column(shop):
    shop.write(SETTINGS.replace("event = 'page'", "evnt = 'page'"))
    said = shop.refused()
    assert "evnt" in said and "event" in said


def test_a_source_with_no_usable_time(shop):
    shop.write(events="at,what,who\nyesterday,page,a\nsoon,order,a\n")
    said = shop.refused()
    assert "yesterday" in said


def test_two_problems_are_told_at_once(shop):
    shop.write(SETTINGS.replace("goal:", "gaol:").replace("kind: web", "kind: wob"))
    said = shop.refused()
    assert "gaol" in said and "wob" in said


def test_no_journey_that_converts(shop):
    shop.write(events=EVENTS.replace("order", "other"))
    report, said = shop.reported()
    assert "No journey reached the goal" in said
    assert "0 converted" in said and "<html" in report


def test_a_single_customer(shop):
    shop.write(events=EVENTS.replace(",b", ",a").replace(",c", ",a"))
    report, said = shop.reported()
    assert "1 customers" in said or "1 customer," in said
    assert "<html" in report


def test_no_events_at_all(shop):
    shop.write(events="at,what,who\n")
    report, said = shop.reported()
    assert "No journeys" in said and "<html" in report


def test_no_event_that_a_rule_maps(shop):
    shop.write(events=EVENTS.replace("order", "x").replace("page", "y"))
    _, said = shop.reported()
    assert "Most frequent events that no rule maps" in said


def test_a_report_without_a_warehouse(shop):
    done = shop.journeys("report")
    assert done.returncode == 2
    assert "journeys run" in done.stderr


def test_an_unknown_table(shop):
    shop.reported()
    done = shop.journeys("show", "journeys.step")
    assert done.returncode == 2
    assert "journeys.steps" in done.stderr


def test_an_unknown_command(shop):
    done = shop.journeys("rnu")
    assert done.returncode == 2


def test_a_file_that_is_no_warehouse(shop):
    (shop.folder / "out").mkdir()
    (shop.folder / "out/journeys.duckdb").write_text("not a database" * 1000)
    done = shop.journeys("run")
    assert done.returncode == 2
    assert "journeys.duckdb" in done.stderr
