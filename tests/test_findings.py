"""pipeline/findings.py: sentences in plain words, with their evidence and their query."""

import json
from typing import Any

import pytest

from pipeline.database import open_warehouse
from pipeline.findings import read_findings

COLUMNS = {
    "finding_id": "pain-1", "rank": 1, "persona_id": "p1", "stage": "use", "touchpoint": "app",
    "customers": 90, "mature_visits": 100, "dropped": 44, "drop_off_rate": 0.44,
    "drop_off_low": 0.41, "drop_off_high": 0.468, "usual_rate": 0.074, "chance_to_convert": 0.54,
    "conversions_lost": 199.97, "conversions_lost_low": 181.9, "conversions_lost_high": 217.9,
    "is_beyond_usual": True, "is_withheld": False, "touchpoint_drop_off_rate": 0.49,
    "touchpoint_usual_rate": 0.07, "repeat_share": 0.04, "went_back_rate": 0.0,
    "median_wait_seconds": 43200.0, "support_share": 0.15, "score_scale": "nps", "scores": 20,
    "mean_score": 3.3, "usual_score": 6.6,
}  # fmt: skip
KINDS = {bool: "boolean", int: "bigint", float: "double", str: "varchar"}


def findings(*rows: dict[str, Any], name: str | None = "Paid on mobile") -> list[dict[str, Any]]:
    """What is found in a warehouse of these pain points, each told by what differs from above."""
    connection = open_warehouse(":memory:")
    columns = ", ".join(f"{column} {KINDS[type(value)]}" for column, value in COLUMNS.items())
    connection.execute(f"create table findings.pain_points ({columns})")
    connection.execute("create table personas.profiles (persona_id varchar, name varchar)")
    connection.execute("insert into personas.profiles values ('p1', ?)", [name])
    marks = ", ".join("?" * len(COLUMNS))
    for row in rows:
        values = [*(COLUMNS | row).values()]
        connection.execute(f"insert into findings.pain_points values ({marks})", values)
    return [dict(found) for found in read_findings(connection)]


def test_a_pain_point_is_a_sentence_in_plain_words() -> None:
    [found] = findings({})
    assert found["sentence"] == (
        "“Paid on mobile” get lost at “use”, most of all after “app”: 44 of 100 visits there are "
        "the last (41 to 47), against 7 of the other customers. That is about 200 conversions "
        "lost."
    )


def test_where_there_are_no_personas_it_is_about_customers_and_other_stages() -> None:
    [found] = findings({"persona_id": "all", "touchpoint": None, "conversions_lost": 1.2})
    assert found["sentence"] == (
        "Customers get lost at “use”: 44 of 100 visits there are the last (41 to 47), against 7 "
        "at the other stages. That is about 1 conversion lost."
    )


def test_a_rate_below_one_of_a_hundred_keeps_a_decimal() -> None:
    [found] = findings({"usual_rate": 0.004})
    assert "against 0.4 of the other customers" in found["sentence"]


def test_it_has_the_shape_that_the_command_prints() -> None:
    [found] = findings({})
    assert list(found) == [
        "finding_id", "kind", "persona_id", "stage", "touchpoint", "sentence", "size", "low",
        "high", "evidence", "sql",
    ]  # fmt: skip
    assert (found["size"], found["low"], found["high"]) == (199.97, 181.9, 217.9)
    assert json.loads(json.dumps(found)) == found


def test_evidence_leaves_out_what_is_not_known() -> None:
    [found] = findings({"median_wait_seconds": None, "mean_score": None, "scores": 0})
    assert {"median_wait_days", "mean_score", "scores"} & set(found["evidence"]) == set()


def test_a_wait_is_told_in_days() -> None:
    [found] = findings({})
    assert found["evidence"]["median_wait_days"] == 0.5


def test_findings_come_by_rank() -> None:
    found = findings({"finding_id": "b", "rank": 2}, {"finding_id": "a", "rank": 1})
    assert [row["finding_id"] for row in found] == ["a", "b"]


@pytest.mark.parametrize("row", [{"is_beyond_usual": False}, {"is_withheld": True}])
def test_what_is_usual_or_of_too_few_is_not_told(row: dict[str, Any]) -> None:
    assert findings(row) == []


def test_the_query_finds_the_row_again_whatever_the_stage_is_called() -> None:
    stage = "it's; drop table findings.pain_points --"
    connection = open_warehouse(":memory:")
    connection.execute("create table findings.pain_points (persona_id varchar, stage varchar)")
    connection.execute("insert into findings.pain_points values ('p1', ?)", [stage])
    [found] = findings({"stage": stage})
    assert connection.execute(found["sql"]).fetchall() == [("p1", stage)]


def test_a_warehouse_without_findings_has_none() -> None:
    assert read_findings(open_warehouse(":memory:")) == []
