"""The customers whom a finding concerns, so that someone can act."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from pipeline.database import one
from pipeline.errors import JourneysError
from pipeline.findings.telling import TELLERS

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
IDENTIFIERS = """
    select customer_id, identifier_kind, min(identifier)
    from core.identities where customer_id in (select unnest(?)) group by all
"""


def write_customers(connection: duckdb.DuckDBPyConnection, finding_id: str, out: Path) -> int:
    """Write the customers concerned, one a row, with one identifier of each kind; gives how many.

    Raises JourneysError for an unknown finding, and where they are fewer than `min_group`.
    """
    sql = TELLERS[_kind(connection, finding_id)].customers
    found = connection.execute(sql, {"finding_id": finding_id}).fetchall()
    customers = sorted(row[0] for row in found)
    least = int(one(connection, "select value from run.state where name = 'min_group'") or 0)
    if len(customers) < least:
        raise JourneysError(f"{finding_id} concerns fewer than {least} customers: none is told.")
    identifiers: dict[int, dict[str, str]] = {}
    for customer, kind, name in connection.execute(IDENTIFIERS, [customers]).fetchall():
        identifiers.setdefault(customer, {})[kind] = name
    kinds = sorted({kind for told in identifiers.values() for kind in told})
    rows = ([each, *(identifiers.get(each, {}).get(kind) for kind in kinds)] for each in customers)
    _write(out, ["customer_id", *kinds], list(rows))
    return len(customers)


def _kind(connection: duckdb.DuckDBPyConnection, finding_id: str) -> str:
    sql = "select kind from findings.findings where finding_id = ?"
    if kind := one(connection, sql, [finding_id]):
        return str(kind)
    known = connection.execute("select finding_id from findings.findings order by rank limit 5")
    listed = ", ".join(row[0] for row in known.fetchall())
    raise JourneysError(f"There is no finding {finding_id!r}. The first ones: {listed or 'none'}")


def _write(out: Path, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets an apostrophe before it."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
