"""What is written down of a run, and what it tells as it goes: to people and to machines."""

import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from pipeline import __version__, cli, journal
from pipeline.database import open_readonly, open_warehouse
from pipeline.progress import Forecast

SETTINGS = """
title: A small shop
sources:
  - name: web
    kind: web
    path: "events*.csv"
    time: at
    event: what
    event_id: id
    identifiers: {email: email}
stages:
  - stage: look
    touchpoints: [{touchpoint: page, where: "event = 'page'"}]
  - stage: buy
    touchpoints: [{touchpoint: order, where: "event = 'order'"}]
journey: {goal: order}
max_rejected_share: 1
"""
HEADER = "id,at,what,email\n"
FIRST = HEADER + (
    "1,2025-01-01 10:00,page,secret.person@x\n2,2025-01-01 10:05,order,secret.person@x\n"
    "3,2025-02-01,page,b@x\n4,2025-02-01,page,\n"
)
SECOND = HEADER + "5,2025-03-01,page,b@x\n"


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "journeys.yml").write_text(SETTINGS)
    (tmp_path / "events-1.csv").write_text(FIRST)
    return tmp_path


@pytest.fixture
def journeys(shop, monkeypatch, capsys):
    """The command, run in the shop's folder: its exit code and what it said."""
    monkeypatch.chdir(shop)

    def called(*arguments: str) -> Said:
        words = ["journeys", *arguments, "--warehouse", "w.duckdb"]
        monkeypatch.setattr(sys, "argv", words)
        capsys.readouterr()
        code = cli.ended()
        return Said(code, *capsys.readouterr())

    return called


@pytest.fixture
def run(journeys):
    return lambda *arguments: journeys("run", "--now", "2025-06-01", *arguments)


class Said(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def lose_a_row(shop: Path) -> None:
    """Make the count of rows not add up, and give the next run something to do."""
    connection = open_warehouse(shop / "w.duckdb")
    connection.execute("update landing.balances set rows_read = rows_read + 1")
    connection.close()
    (shop / "events-2.csv").write_text(SECOND)


@pytest.fixture
def broken(shop, run):
    """A shop whose second run broke a promise, and what that run said."""
    assert run().returncode == 0
    lose_a_row(shop)
    return shop, run("--json")


def records(shop: Path) -> list[dict]:
    return journal.read(shop / "w.duckdb")


def test_a_record_tells_what_was_read_made_and_rejected_with_what_and_how_long(shop, run):
    run()
    (record,) = records(shop)
    assert (record["rows_read"], record["rows_rejected"]) == (4, 1)
    (told,) = record["inputs"]
    assert (told["file"], told["rows_read"], told["rows_rejected"]) == ("events-1.csv", 4, 1)
    assert record["rows_by_table"]["core.events"] == 3
    assert record["seconds_by_step"].keys() >= {"load", "core.events", "checks", "publish"}
    versions = [record[f"{name}_version"] for name in ("package", "duckdb", "python")]
    assert versions == [__version__, duckdb.__version__, platform.python_version()]
    assert len(record["settings_digest"]) == 16 and record["outcome"] == "published"
    assert (record["figures"]["journeys"], record["figures"]["converted"]) == (2, 1)
    assert record["figures"]["conversion_rate"] is not None
    assert record["figures"]["drop_off_rate look"] is not None


def test_the_git_revision_of_the_settings_is_told_where_there_is_one(shop, run):
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@x"]
    for arguments in (["init", "-q"], ["add", "journeys.yml"], ["commit", "-qm", "settings"]):
        subprocess.run([*git, *arguments], cwd=shop, check=True)
    run()
    told = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=shop,
        capture_output=True,
        text=True,
        check=True,
    )
    assert records(shop)[0]["git_revision"] == told.stdout.strip()


def test_the_tables_hold_what_the_records_tell(shop, run):
    run()
    (shop / "events-2.csv").write_text(SECOND)
    run()
    connection = open_readonly(shop / "w.duckdb")
    told = connection.execute(
        "select outcome, rows_read, rows_rejected, "
        "json_extract(rows_by_table, '$.\"core.events\"')::int > 0, duckdb_version "
        "from runs.runs order by started_at"
    ).fetchall()
    inputs = connection.execute("select file, rows_read from runs.inputs order by 1").fetchall()
    figures = connection.execute(
        "select value from runs.figures join runs.runs using (run_id) where figure = 'events' "
        "order by started_at"
    ).fetchall()
    connection.close()
    version = duckdb.__version__
    assert told == [("published", 4, 1, True, version), ("published", 1, 0, True, version)]
    assert inputs == [("events-1.csv", 4), ("events-2.csv", 1)]
    assert figures == [(3,), (4,)]


def test_a_broken_promise_is_on_record_with_what_was_read_and_the_figures(broken):
    shop, done = broken
    last = records(shop)[-1]
    assert done.returncode == 1
    assert (last["outcome"], last["rows_read"], last["figures"]["events"]) == (
        "broken promise",
        1,
        4,
    )
    assert "rows_balance" in last["message"] and last["seconds_by_step"]["load"] > 0


def test_a_broken_promise_names_the_check_and_shows_the_first_rows(broken):
    _, done = broken
    last = json.loads(done.stderr.splitlines()[-1])
    assert (last["event"], last["exit_code"]) == ("failed", 1)
    assert "rows_balance: 1 rows, such as source=web, rows_read=" in last["message"]


def test_a_run_that_could_not_read_its_input_is_on_record(shop, run):
    (shop / "events-1.csv").unlink()
    assert run().returncode == 2
    assert [record["outcome"] for record in records(shop)] == ["failed"]


def test_a_run_with_nothing_to_do_is_on_record(shop, run):
    run()
    run()
    assert [record["outcome"] for record in records(shop)] == ["published", "nothing new"]


def test_a_record_after_a_line_that_was_cut_off_is_whole(shop, run):
    run()
    with (shop / "w.duckdb.runs.ndjson").open("a") as file:
        file.write('{"run_id": "cut')
    run()
    assert [record["outcome"] for record in records(shop)] == ["published", "nothing new"]


def test_a_record_that_was_lost_is_taken_from_the_warehouse(shop, run):
    run()
    (before,) = records(shop)
    (shop / "w.duckdb.runs.ndjson").unlink()
    run()
    again, _ = records(shop)
    for name in ("run_id", "inputs", "figures", "rows_by_table", "reasons", "rows_read"):
        assert again[name] == before[name]


def test_runs_are_listed_in_columns(shop, run, journeys):
    run()
    (shop / "events-2.csv").write_text(SECOND)
    run()
    head, first, second = journeys("runs").stdout.splitlines()
    assert head.split() == [
        "run_id", "outcome", "kind", "seconds", "rows_read", "rows_rejected", "journeys", "message",
    ]  # fmt: skip
    assert first.split()[1:3] == ["published", "full"] and first.split()[4:] == ["4", "1", "2"]
    assert second.split()[4:6] != ["4", "1"]
    assert head.index("outcome") == first.index("published") == second.index("published")


def test_two_runs_are_compared_by_their_figures(shop, run, journeys):
    run()
    (shop / "events-2.csv").write_text(SECOND)
    run()
    first, second = (record["run_id"] for record in records(shop))
    told = json.loads(journeys("runs", "--json", "--compare", first, second).stdout)
    changed = {row["figure"]: (row[first], row[second], row["change"]) for row in told["figures"]}
    assert changed["events"] == (3, 4, 1)
    assert "customers" not in changed  # they are as many as before


def test_an_unknown_run_is_answered_with_those_there_are(shop, run, journeys):
    run()
    done = journeys("runs", "--compare", "a", "b")
    assert done.returncode == 2 and records(shop)[0]["run_id"] in done.stderr


# -- as it goes


def test_json_is_one_line_an_event_on_stderr_and_the_result_on_stdout(shop, run):
    done = run("--json")
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert {event["event"] for event in events} == {"step begins", "source read", "step ends"}
    begun = [event["step"] for event in events if event["event"] == "step begins"]
    ended = {event["step"]: event["rows"] for event in events if event["event"] == "step ends"}
    assert begun == list(ended) and ended["core.events"] == 3
    assert [e["number"] for e in events if "number" in e] == list(range(1, len(begun) + 1))
    assert {event["count"] for event in events if "count" in event} == {len(begun)}
    (read,) = (event for event in events if event["event"] == "source read")
    assert (read["source"], read["rows"]) == ("web", 4)
    assert read["bytes_done"] == read["bytes_known"] == len(FIRST)
    assert json.loads(done.stdout)["journeys"] == 2


def test_an_error_is_an_event_too(shop, run):
    done = run("--json", "--config", "elsewhere.yml")
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(event["event"], event["exit_code"]) for event in told] == [("failed", 2)]
    assert "elsewhere.yml" in told[0]["message"] and done.stdout == ""


def test_people_see_each_step_with_its_rows_and_time(shop, run):
    lines = run().stderr.splitlines()
    (events,) = (line for line in lines if "customers and sessions: events" in line)
    assert "3 rows" in events and events.endswith(" s")


def test_nothing_of_a_person_is_in_the_log_nor_in_the_record(broken, run, journeys):
    shop, done = broken
    said = run().stderr + done.stderr + done.stdout
    said += (shop / "w.duckdb.runs.ndjson").read_text() + journeys("runs").stdout
    assert "secret" not in said


def test_of_a_problem_that_nobody_foresaw_only_its_kind_is_on_record(shop):
    from pipeline import records as noted

    result = noted.Result(shop / "w.duckdb", "run")
    with pytest.raises(ValueError), noted.recorded(result, "digest", shop, None, keep=True):
        raise ValueError("secret.person@x cannot be read")
    (record,) = records(shop)
    assert (record["outcome"], record["message"]) == ("failed", "ValueError")


# -- what is left


def test_without_an_earlier_run_it_is_not_known_how_much_is_left():
    assert Forecast({}).left() is None


def test_what_is_left_is_what_it_took_then_at_the_pace_of_now():
    forecast = Forecast({"load": 4.0, "core.events": 6.0, "checks": 10.0})
    assert forecast.left() == 20
    forecast.ends("load", 8.0)
    assert forecast.left() == 32
    forecast.ends("a step that was not there then", 5.0)
    assert forecast.left() == 32
    forecast.ends("core.events", 2.0)
    assert forecast.left() == 10
