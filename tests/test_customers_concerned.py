"""pipeline/findings/customers.py: whom a finding concerns."""

import csv
from pathlib import Path
from typing import Any

import pytest

from pipeline.database import open_warehouse
from pipeline.errors import JourneysError
from pipeline.findings import write_customers
from pipeline.findings.telling import TELLERS


def warehouse(customers: int = 6, least: int = 5) -> Any:
    """A moment of truth at `call`, which these customers met, and as many did not."""
    connection = open_warehouse(":memory:")
    connection.execute(f"""
        create table findings.findings as
            select 'm1' as finding_id, 1 as rank, 'moment_of_truth' as kind;
        create table findings.moments_of_truth as select 'm1' as finding_id, 'call' as touchpoint;
        create table journeys.steps as
            select range as customer_id, 'call' as touchpoint from range({customers})
            union all select range, 'call' from range({customers})
            union all select 100 + range, 'shop' from range({customers});
        create table core.identities as
            select 'email' as identifier_kind, 'c' || customer_id || '@x' as identifier, customer_id
            from journeys.steps
            union all select 'phone', '+46', 0;
        create table run.state as select 'min_group' as name, '{least}' as value;
    """)
    return connection


def written(connection: Any, folder: Path) -> list[dict[str, str]]:
    out = folder / "out" / "customers.csv"
    write_customers(connection, "m1", out)
    with out.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_each_customer_concerned_is_there_once(tmp_path) -> None:
    rows = written(warehouse(), tmp_path)
    assert [row["customer_id"] for row in rows] == ["0", "1", "2", "3", "4", "5"]
    assert rows[1]["email"] == "c1@x"


def test_what_a_spreadsheet_would_run_is_kept_from_it(tmp_path) -> None:
    rows = written(warehouse(), tmp_path)
    assert [row["phone"] for row in rows[:2]] == ["'+46", ""]


def test_too_few_are_not_told(tmp_path) -> None:
    with pytest.raises(JourneysError, match="fewer than 7 customers"):
        written(warehouse(least=7), tmp_path)
    assert list(tmp_path.iterdir()) == []


# -- whom each kind concerns


def concerned(kind: str, rows: str) -> list[int]:
    connection = open_warehouse(":memory:")
    connection.execute(rows)
    teller = TELLERS[kind]
    return sorted(
        row[0] for row in connection.execute(teller.customers, {"finding_id": "f"}).fetchall()
    )


def test_of_a_feeling_the_unhappy_who_answered_at_that_stage_on_that_scale() -> None:
    assert concerned("feeling", """
        create table findings.unhappy_leavers as
            select 'f' as finding_id, 'use' as stage, 'nps' as score_scale;
        create table findings.settled_answers as
            from (values (1, 'use', 'nps', true), (2, 'use', 'nps', false), (3, 'buy', 'nps', true),
                (4, 'use', 'csat', true)) as told (customer_id, stage, score_scale, is_unhappy);
    """) == [1]  # fmt: skip


def test_of_a_place_those_whose_ended_journeys_skip_it() -> None:
    assert concerned("conformance", """
        create table findings.skipped_places as select 'f' as finding_id, 2 as place_number;
        create table run.path_alignments as
            from (values ('assumed', 1, 'a > c'), ('found', 1, 'b'))
            as told (map_name, path_number, path);
        create table run.path_moves as
            from (values ('assumed', 1, 2, 'skipped'), ('found', 1, 2, 'skipped'))
            as told (map_name, path_number, place_number, kind);
        create table journeys.sequences as
            from (values (10, 1, 'a > c'), (20, 2, 'a > c'), (30, 3, 'b'))
            as told (journey_id, customer_id, path);
        create table journeys.journeys as
            from (values (10, 'dropped'), (20, 'open'), (30, 'dropped'))
            as told (journey_id, outcome);
    """) == [1]  # fmt: skip
