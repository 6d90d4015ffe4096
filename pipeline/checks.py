"""Promises beyond the headers: each file in `sql/checks/` returns the rows that break one.

What is below the customer is looked at for those in `run.customers` or `run.customers_to_judge`
where a run makes only them anew: the rows of the others were checked when they were made.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from pipeline.build import all_customers
from pipeline.database import bind
from pipeline.errors import PromiseError
from pipeline.listed import Listed
from pipeline.models import CUSTOMER_LISTS, sql_folder

SHOWN = 3  # offending rows told in the message


def run_checks(
    connection: duckdb.DuckDBPyConnection,
    parameters: Mapping[str, Any],
    progress: Callable[[str], None] = lambda name: None,
    folder: Path | None = None,
    *,
    listed: Listed | None = None,
) -> None:
    """Run every check; with `listed` those about customers look at these only.

    Raises PromiseError naming each broken one, with its first rows.
    """
    broken = []
    for path in sorted(((folder or sql_folder()) / "checks").glob("*.sql")):
        progress(f"checks.{path.stem}")
        if found := _offending(connection, path, parameters, listed):
            broken.append(found)
    if broken:
        raise PromiseError("\n".join(["Nothing was published, these checks found rows:", *broken]))


def _offending(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    parameters: Mapping[str, Any],
    listed: Listed | None,
) -> str:
    sql = path.read_text(encoding="utf-8")
    sql = _upon(listed, sql) if listed else all_customers(sql)
    found = connection.execute(sql, bind(sql, parameters))
    columns = [column[0] for column in found.description or ()]
    rows = found.fetchall()
    if not rows:
        return ""
    shown = "; ".join(
        ", ".join(f"{name}={value}" for name, value in zip(columns, row, strict=True))
        for row in rows[:SHOWN]
    )
    return f"  - {path.stem}: {len(rows)} rows, such as {shown}"


def _upon(listed: Listed, sql: str) -> str:
    """The check upon the listed customers' rows, where it is about them."""
    named = set(re.findall(r"\bfrom (run\.\w+)", sql)).intersection(CUSTOMER_LISTS)
    return listed.upon(sql, *named) if named else sql
