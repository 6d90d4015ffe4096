"""pipeline/findings: sentences in plain words, with their evidence and their query."""

import json
from datetime import date
from typing import Any

import pytest

from pipeline.database import open_warehouse
from pipeline.findings import read_findings

PAIN = {
    "finding_id": "pain-1", "rank": 1, "persona_id": "p1", "stage": "use", "touchpoint": "app",
    "customers": 90, "mature_visits": 100, "dropped": 44, "drop_off_rate": 0.44,
    "drop_off_low": 0.41, "drop_off_high": 0.468, "usual_rate": 0.074, "chance_to_convert": 0.54,
    "conversions_lost": 199.97, "touchpoint_drop_off_rate": 0.49, "touchpoint_usual_rate": 0.07,
    "repeat_share": 0.04, "went_back_rate": 0.0, "median_wait_seconds": 43200.0,
    "support_share": 0.15, "score_scale": "nps", "scores": 20, "mean_score": 3.3,
    "usual_score": 6.6,
}  # fmt: skip
MOMENT = {
    "finding_id": "moment-1", "touchpoint": "call", "stage": "use", "customers": 90,
    "other_customers": 95, "journeys": 99, "converted": 70, "rate": 0.71, "expected_rate": 0.39,
    "odds_ratio": 4.0, "odds_ratio_low": 3.3, "odds_ratio_high": 4.9, "z_value": 13.0,
    "conversions_lost": -357.0,
}  # fmt: skip
DIFFERENCE = {
    "finding_id": "difference-1", "kind": "difference", "segment": "device",
    "segment_value": "mobile", "level": "stage", "stage": "use", "touchpoint": None,
    "to_node": "DROPPED", "first_day": None, "last_day": None, "is_lasting": False,
    "customers": 90, "cases": 36, "share": 0.4, "other_customers": 80, "other_cases": 16,
    "other_share": 0.2, "difference": 0.2, "difference_low": 0.1, "difference_high": 0.3,
    "conversions_lost": 12.4, "within_days": 90.0,
}  # fmt: skip
FEELING = {
    "finding_id": "feeling-1", "stage": "use", "score_scale": "csat", "unhappy_to": 2.0,
    "customers": 40, "dropped": 25, "dropped_rate": 0.62, "dropped_low": 0.47,
    "dropped_high": 0.76, "other_customers": 90, "other_dropped": 27, "other_rate": 0.3,
    "other_low": 0.22, "other_high": 0.4, "difference": 0.32, "difference_low": 0.14,
    "difference_high": 0.48, "conversions_lost": 12.8,
}  # fmt: skip
SKIPPED = {
    "finding_id": "skipped-1", "place_number": 3, "touchpoint": "demo", "stage": "buy",
    "customers": 60, "journeys": 71, "of_journeys": 100, "skipped_rate": 0.71,
    "skipped_low": 0.61, "skipped_high": 0.79, "fitness": 0.34, "found_fitness": 0.41,
    "found_path": "ad > deal",
}  # fmt: skip
FOUND = {
    "finding_id": "pain-1", "rank": 1, "told_with": None, "kind": "pain_point", "theme": "x",
    "persona_id": "all", "stage": "use", "touchpoint": None, "conversions": 199.97,
    "conversions_low": 181.9, "conversions_high": 217.9, "q_value": 0.001,
}  # fmt: skip
TABLES = {
    "findings.pain_points": PAIN, "findings.moments_of_truth": MOMENT,
    "findings.differences": DIFFERENCE, "findings.unhappy_leavers": FEELING,
    "findings.skipped_places": SKIPPED, "findings.findings": FOUND,
}  # fmt: skip
KINDS = {bool: "boolean", int: "bigint", float: "double", str: "varchar"}
DATES = ("first_day", "last_day")
BY_TIME = {"segment": "all", "segment_value": "all", "first_day": date(2025, 8, 4)}
LASTING = BY_TIME | {"is_lasting": True, "last_day": date(2025, 11, 30)}
MAY = BY_TIME | {"first_day": date(2025, 5, 5), "last_day": date(2025, 6, 1)}


def filled(*rows: tuple[str, dict[str, Any]], name: str | None = "Paid on mobile") -> Any:
    """A warehouse with these rows, each told by what differs from above."""
    connection = open_warehouse(":memory:")
    for table, row in TABLES.items():
        columns = ", ".join(f"{column} {_kind(column, value)}" for column, value in row.items())
        connection.execute(f"create table {table} ({columns})")
    connection.execute("create table personas.profiles (persona_id varchar, name varchar)")
    connection.execute("insert into personas.profiles values ('p1', ?)", [name])
    for table, changed in rows:
        values = [*(TABLES[table] | changed).values()]
        marks = ", ".join("?" * len(values))
        connection.execute(f"insert into {table} values ({marks})", values)
    return connection


def _kind(column: str, value: Any) -> str:
    return "date" if column in DATES else KINDS.get(type(value), "varchar")


def findings(kind: str, changed: dict[str, Any], **found: Any) -> list[dict[str, Any]]:
    """What is found where one finding of this kind stands up, with these columns of its table."""
    table = {
        "pain_point": "findings.pain_points", "bright_spot": "findings.pain_points",
        "moment_of_truth": "findings.moments_of_truth", "feeling": "findings.unhappy_leavers",
        "conformance": "findings.skipped_places",
    }.get(kind, "findings.differences")  # fmt: skip
    row = TABLES[table] | changed
    same = {name: row.get(name) for name in ("finding_id", "stage", "touchpoint")}
    same |= {"kind": kind, "persona_id": row.get("persona_id", "all")}
    connection = filled((table, changed), ("findings.findings", same | found))
    return [dict(each) for each in read_findings(connection)]


def sentence(kind: str, changed: dict[str, Any]) -> str:
    [found] = findings(kind, changed)
    return str(found["sentence"])


def test_a_pain_point_is_a_sentence_in_plain_words() -> None:
    assert sentence("pain_point", {}) == (
        "“Paid on mobile” get lost at “use”, most of all after “app”: 44 of 100 visits there are "
        "the last (41 to 47), against 7 of the other customers. That is about 200 conversions "
        "lost."
    )


def test_where_there_are_no_personas_it_is_about_customers_and_other_stages() -> None:
    changed = {"persona_id": "all", "touchpoint": None, "conversions_lost": 1.2}
    assert sentence("pain_point", changed) == (
        "Customers get lost at “use”: 44 of 100 visits there are the last (41 to 47), against 7 "
        "at the other stages. That is about 1 conversion lost."
    )


def test_a_rate_below_one_of_a_hundred_keeps_a_decimal() -> None:
    told = sentence("pain_point", {"usual_rate": 0.004})
    assert "against 0.4 of the other customers" in told


def test_a_bright_spot_tells_what_is_kept() -> None:
    changed = {"drop_off_rate": 0.03, "drop_off_low": 0.01, "drop_off_high": 0.05,
               "conversions_lost": -40.0}  # fmt: skip
    assert sentence("bright_spot", changed) == (
        "“Paid on mobile” stay on at “use”: only 3 of 100 visits there are the last (1 to 5), "
        "against 7 of the other customers. That is about 40 conversions kept."
    )


def test_a_moment_of_truth_goes_with_and_never_causes() -> None:
    assert sentence("moment_of_truth", {}) == (
        "Who meets “call” converts more often later: 71 of 100 journeys, against 39 of those "
        "equally far that have not met it. It goes with about 357 conversions more; whether it is "
        "the cause, this cannot tell."
    )


def test_a_moment_of_truth_may_go_with_less() -> None:
    told = sentence("moment_of_truth", {"z_value": -4.0, "conversions_lost": 12.0})
    assert told.startswith("Who meets “call” converts less often later")
    assert "about 12 conversions fewer" in told


def test_a_feeling_goes_with_leaving() -> None:
    assert sentence("feeling", {}) == (
        "Who is unhappy at “use” (2 or less on csat) leaves more often: 62 of 100 customers, "
        "against 30 of the others who answered there. It goes with about 13 conversions fewer; "
        "whether it is the cause, this cannot tell."
    )


def test_unhappy_customers_may_stay_more_often() -> None:
    told = sentence("feeling", {"difference": -0.1, "conversions_lost": -4.0})
    assert "leaves less often" in told
    assert "about 4 conversions more" in told


def test_a_place_of_the_assumed_map_that_most_go_past() -> None:
    [found] = findings("conformance", {})
    assert found["sentence"] == (
        "“demo” is on the assumed map, and most go past without it: 71 of 100 journeys that met "
        "a later place (61 to 79)."
    )
    assert found["evidence"]["found_path"] == "ad > deal"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "Customers whose device is “mobile” get lost at “use” more often: 40 of 100, against "
         "20 of the others, the first time they are there. That is about 12 conversions lost."),
        ({"level": "journey", "difference": -0.2, "conversions_lost": 18.0,
          "segment": "home State", "segment_value": "São Paulo SP"},
         "Customers whose home State is “São Paulo SP” convert within 90 days less often: 40 of "
         "100, against 20 of the others. That is about 18 conversions lost."),
        (LASTING, "Since 4 August 2025 customers get lost at “use” more often: 40 of 100, against "
         "20 before, the first time they are there. That is about 12 conversions lost."),
        (MAY | {"conversions_lost": 0.2},
         "From 5 May 2025 to 1 June 2025 customers get lost at “use” more often: 40 of 100, "
         "against 20 at other times, the first time they are there."),
        (MAY | {"level": "touchpoint", "touchpoint": "app", "to_node": "help", "segment": "device",
                "segment_value": "mobile", "conversions_lost": -3.0},
         "From 5 May 2025 to 1 June 2025 customers whose device is “mobile” go from “app” to "
         "“help” more often: 40 of 100, against 20 at other times, the first time they are there. "
         "That is about 3 conversions gained."),
    ],
)  # fmt: skip
def test_a_difference_is_a_sentence_in_plain_words(changed: dict[str, Any], words: str) -> None:
    assert sentence("difference", changed) == words


def test_a_loop_is_told_as_coming_back_at_once() -> None:
    changed = {"kind": "loop", "level": "touchpoint", "touchpoint": "app", "to_node": "app",
               "conversions_lost": 0.0}  # fmt: skip
    assert sentence("loop", changed) == (
        "Customers whose device is “mobile” come back to “app” at once more often: 40 of 100, "
        "against 20 of the others, the first time they are there."
    )


def test_it_has_the_shape_that_the_command_prints() -> None:
    [found] = findings("pain_point", {})
    assert list(found) == [
        "finding_id", "kind", "persona_id", "stage", "touchpoint", "sentence", "size", "low",
        "high", "evidence", "sql",
    ]  # fmt: skip
    assert (found["size"], found["low"], found["high"]) == (199.97, 181.9, 217.9)
    assert json.loads(json.dumps(found)) == found


def test_evidence_leaves_out_what_is_not_known() -> None:
    changed = {"median_wait_seconds": None, "mean_score": None, "scores": 0}
    [found] = findings("pain_point", changed)
    assert {"median_wait_days", "mean_score", "scores"} & set(found["evidence"]) == set()


def test_a_wait_is_told_in_days() -> None:
    [found] = findings("pain_point", {})
    assert found["evidence"]["median_wait_days"] == 0.5


def test_findings_come_by_rank_and_those_of_one_story_with_its_first() -> None:
    pain, moment = "findings.pain_points", "findings.moments_of_truth"
    listed = "findings.findings"
    is_moment = {"finding_id": "moment-1", "kind": "moment_of_truth", "touchpoint": "call"}
    connection = filled(
        (pain, {"finding_id": "b"}), (pain, {"finding_id": "a"}), (moment, {}),
        (listed, {"finding_id": "b", "rank": 3}), (listed, {"finding_id": "a", "rank": 1}),
        (listed, is_moment | {"rank": 2, "told_with": "a"}),
    )  # fmt: skip
    found = read_findings(connection)
    assert [row["finding_id"] for row in found] == ["a", "b"]
    assert found[0]["evidence"]["told_with_it"].startswith("Who meets “call” converts more often")


def test_the_query_finds_the_row_again_whatever_its_id_is() -> None:
    odd = "it's; drop table findings.pain_points --"
    [found] = findings("pain_point", {"finding_id": odd})
    [row] = filled(("findings.pain_points", {"finding_id": odd})).execute(found["sql"]).fetchall()
    assert row[0] == odd


def test_a_warehouse_without_findings_has_none() -> None:
    assert read_findings(open_warehouse(":memory:")) == []
