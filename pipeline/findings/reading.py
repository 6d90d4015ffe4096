"""The rows of findings.findings as findings: joined with their kind's table, told, in order."""

from typing import Any

import duckdb

from pipeline.database import has_table, text
from pipeline.findings.finding import CHANCE, Finding, Row, hundredths
from pipeline.findings.telling import TELLERS, evidence

TOLD_WITH_IT = 3  # of the findings that tell the same story
FOUND = """
    select findings.*, profiles.name
    from findings.findings as findings
    left join personas.profiles using (persona_id)
    order by rank
"""
LARGEST = """
    select node, drop_off_rate, drop_off_low, drop_off_high
    from graph.drop_offs
    where level = 'stage' and persona_id = 'all' and dropped > 0
        and least(customers, dropped) >= coalesce(
            (select value::bigint from run.state where name = 'min_group'), 0)
    order by drop_off_rate desc, node limit 3
"""


def largest_drop_offs(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The three stages where most visits are the last, in words, for where nothing is unusual."""
    return [
        f"“{row['node']}”: {hundredths(row['drop_off_rate'])} of {CHANCE} visits are the last "
        f"({hundredths(row['drop_off_low'])} to {hundredths(row['drop_off_high'])})."
        for row in _rows(connection, LARGEST)
    ]


def read_findings(connection: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Everything worth acting on, a story each, in order of rank; empty where nothing stands up.

    What tells the same story again, or its other side, is in the evidence of the first.
    """
    if not has_table(connection, "findings.findings"):
        return []
    found = {row["finding_id"]: row for row in _rows(connection, FOUND)}
    for table in {TELLERS[row["kind"]].table for row in found.values()}:
        sql = f"from {table} semi join findings.findings using (finding_id)"
        for row in _rows(connection, sql):
            found[row["finding_id"]] = {**row, **found[row["finding_id"]]}
    beside: dict[str, list[str]] = {}
    for row in found.values():
        if row["told_with"]:
            beside.setdefault(row["told_with"], []).append(_sentence(row))
    stories = [row for row in found.values() if not row["told_with"]]
    return [_finding(row, beside.get(row["finding_id"], [])) for row in stories]


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    result = connection.execute(sql)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _sentence(row: Row) -> str:
    return TELLERS[row["kind"]].tell(row)


def _finding(row: Row, beside: list[str]) -> Finding:
    teller = TELLERS[row["kind"]]
    told: dict[str, Any] = evidence(teller, row) | {"q_value": row["q_value"]}
    if beside:
        told["told_with_it"] = " ".join(beside[:TOLD_WITH_IT])
    return Finding(
        finding_id=row["finding_id"],
        kind=row["kind"],
        persona_id=row["persona_id"],
        stage=row["stage"],
        touchpoint=row["touchpoint"],
        sentence=teller.tell(row),
        size=row["conversions"],
        low=row["conversions_low"],
        high=row["conversions_high"],
        evidence=told,
        sql=f"select * from {teller.table}\nwhere finding_id = {text(row['finding_id'])}",
    )
