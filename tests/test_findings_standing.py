"""pipeline/findings/standing.py: a finding from run to run; and the command that tells it."""

import json
import subprocess
import sys
from typing import Any

import pytest

from pipeline.findings import standings

DAYS = [f"2025-03-{day:02d}" for day in range(1, 29)]


def after(*runs: dict[str, float] | None) -> dict[str, tuple[str, str]]:
    """Status and since by finding, after runs that found these with such q-values, a run a day."""
    records = [
        {"outcome": "published", "started_at": f"{day}T02:00:00"} | _found(found)
        for day, found in zip(DAYS, runs, strict=False)
    ]
    return {name: (each.status, each.since) for name, each in standings(records).items()}


def _found(found: dict[str, float] | None) -> dict[str, Any]:
    if found is None:
        return {}
    return {"findings": {name: {"q_value": q, "place": name} for name, q in found.items()}}


def test_in_the_first_run_all_are_new() -> None:
    assert after({"a": 0.04}) == {"a": ("new", DAYS[0])}


def test_what_is_found_again_is_still_there_since_the_first() -> None:
    assert after({"a": 0.04}, {"a": 0.04}) == {"a": ("still there", DAYS[0])}


@pytest.mark.parametrize(("q_value", "is_new"), [(0.0099, True), (0.01, False)])
def test_to_be_new_later_it_must_be_surer(q_value: float, is_new: bool) -> None:
    assert after({}, {"a": q_value}) == ({"a": ("new", DAYS[1])} if is_new else {})


def test_what_waits_becomes_new_when_it_is_sure() -> None:
    assert after({}, {"a": 0.03}, {"a": 0.003}) == {"a": ("new", DAYS[2])}


def test_what_fails_twice_and_comes_back_was_there_all_along() -> None:
    assert after({"a": 0.0}, {}, {}, {"a": 0.04}) == {"a": ("still there", DAYS[0])}


def test_what_fails_once_is_not_seen() -> None:
    assert after({"a": 0.0}, {}) == {"a": ("not seen", DAYS[0])}


def test_what_fails_three_times_is_gone() -> None:
    assert after({"a": 0.0}, {}, {}, {}) == {"a": ("gone", DAYS[3])}
    assert after({"a": 0.0}, {}, {}, {}, {}) == {"a": ("gone", DAYS[3])}


def test_what_is_gone_comes_back_as_new_if_it_is_sure() -> None:
    assert after({"a": 0.0}, {}, {}, {}, {"a": 0.02}) == {"a": ("gone", DAYS[3])}
    assert after({"a": 0.0}, {}, {}, {}, {"a": 0.0}) == {"a": ("new", DAYS[4])}


def test_a_run_of_which_nothing_is_known_is_none() -> None:
    assert after({"a": 0.0}, None, None, None, {"a": 0.0}) == {"a": ("still there", DAYS[0])}


# -- of one story


def told(*runs: dict[str, str | None]) -> dict[str, tuple[str, str]]:
    """As `after`, of runs that were sure of these, each told with another finding or (None) not."""
    records = [
        {"outcome": "published", "started_at": f"{day}T02:00:00",
         "findings": {name: {"q_value": 0.0, "place": name, "told_with": other}
                      for name, other in found.items()}}
        for day, found in zip(DAYS, runs, strict=False)
    ]  # fmt: skip
    return {name: (each.status, each.since) for name, each in standings(records).items()}


def test_a_story_that_another_of_its_findings_tells_is_still_there() -> None:
    both = {"mobile": ("still there", DAYS[0]), "desktop": ("still there", DAYS[0])}
    assert told({"mobile": None, "desktop": "mobile"}, {"desktop": None, "mobile": "desktop"}) == (
        both
    )


def test_what_tells_a_story_that_was_there_is_not_new() -> None:
    later = told({"mobile": None}, {"pain": None, "mobile": "pain"})
    assert later["pain"] == ("still there", DAYS[0])


def test_what_only_joins_a_story_is_new() -> None:
    later = told({"mobile": None}, {"mobile": None, "tablet": "mobile"})
    assert later["tablet"] == ("new", DAYS[1])


def test_of_a_story_that_is_gone_only_the_finding_that_told_it_is_told() -> None:
    story = {"mobile": None, "desktop": "mobile"}
    assert told(story, {}, {}, {}) == {"mobile": ("gone", DAYS[3])}


# -- the command


def journeys(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline", "findings", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.xdist_group("sample")
class TestCommand:
    def test_it_says_since_when(self, sample_warehouse) -> None:
        done = journeys("--warehouse", str(sample_warehouse), "--json")
        told = json.loads(done.stdout)
        assert {found["evidence"]["status"] for found in told} == {"new"}

    def test_it_writes_the_customers_concerned(self, sample_warehouse, tmp_path) -> None:
        there = ["--warehouse", str(sample_warehouse)]
        for found in json.loads(journeys(*there, "--json").stdout):
            out = tmp_path / "customers.csv"
            done = journeys(*there, "--customers", found["finding_id"], "--out", str(out))
            assert done.returncode == 0, done.stderr
            head, *rows = out.read_text(encoding="utf-8-sig").splitlines()
            assert head.split(",")[0] == "customer_id"
            assert len(rows) == len({row.split(",")[0] for row in rows}) >= 5

    def test_an_unknown_finding_is_told_with_those_there_are(self, sample_warehouse) -> None:
        done = journeys("--warehouse", str(sample_warehouse), "--customers", "nothing")
        assert done.returncode == 2
        assert "There is no finding 'nothing'. The first ones: " in done.stderr
