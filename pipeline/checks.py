"""Promises beyond the headers: each file in `sql/checks/` returns the rows that break one."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from pipeline.database import bind
from pipeline.errors import PromiseError
from pipeline.models import sql_folder

SHOWN = 3  # offending rows told in the message


def run_checks(
    connection: duckdb.DuckDBPyConnection,
    parameters: Mapping[str, Any],
    progress: Callable[[str], None] = lambda name: None,
    folder: Path | None = None,
) -> None:
    """Run every check. Raises PromiseError naming each broken one, with its first rows."""
    broken = []
    for path in sorted(((folder or sql_folder()) / "checks").glob("*.sql")):
        progress(f"checks.{path.stem}")
        if found := _offending(connection, path, parameters):
            broken.append(found)
    if broken:
        raise PromiseError("\n".join(["Nothing was published, these checks found rows:", *broken]))


def _offending(
    connection: duckdb.DuckDBPyConnection, path: Path, parameters: Mapping[str, Any]
) -> str:
    sql = path.read_text(encoding="utf-8")
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
