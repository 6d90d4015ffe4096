"""The record of every run, in `<warehouse>.runs.ndjson`: also of those that published nothing.

The tables `runs.*` are filled from it at each publish, so they hold every run before.
"""

import json
import os
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from pipeline.database import has_table, text
from pipeline.errors import JourneysError
from pipeline.publish import beside

RUNS = {
    "run_id": "varchar",
    "started_at": "timestamp",
    "ended_at": "timestamp",
    "outcome": "varchar",
    "message": "varchar",
    "package_version": "varchar",
    "duckdb_version": "varchar",
    "python_version": "varchar",
    "settings_digest": "varchar",
    "git_revision": "varchar",
    "full_run": "boolean",
    "reasons": "varchar",
    "notes": "varchar",
    "until": "timestamp",
    "horizon": "timestamp",
    "rows_read": "bigint",
    "rows_rejected": "bigint",
    "seconds_by_step": "varchar",  # JSON, as all that is listed
    "rows_by_table": "varchar",
}
INPUTS = {
    "run_id": "varchar",
    "source": "varchar",
    "file": "varchar",
    "content_digest": "varchar",
    "bytes": "bigint",
    "rows_read": "bigint",
    "rows_rejected": "bigint",
}
FIGURES = {"run_id": "varchar", "figure": "varchar", "value": "double"}
TABLES = {"runs": RUNS, "inputs": INPUTS, "figures": FIGURES}
AS_JSON = ("reasons", "notes", "seconds_by_step", "rows_by_table")


def append(warehouse: Path, record: dict[str, Any]) -> None:
    """Write one run's record as one line, also after a line that a crash cut off."""
    line = json.dumps(record, default=_text, ensure_ascii=False) + "\n"
    with beside(warehouse, ".runs.ndjson").open("a+b") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            line = line if file.read(1) == b"\n" else "\n" + line
        file.write(line.encode())


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def read(warehouse: Path) -> list[dict[str, Any]]:
    """Every record, oldest first; a line that was cut off by a crash is passed over."""
    path = beside(warehouse, ".runs.ndjson")
    if not path.exists():
        return []
    records = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict) and "run_id" in record and "outcome" in record:
            records.append(record)
    return records


def mend(warehouse: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Add what the published warehouse knows of its own run, and the journal does not.

    A run that was killed between the publishing and the writing of its record has none.
    """
    if not all(has_table(connection, f"runs.{table}") for table in TABLES):
        return
    found = _dicts(connection, "select * from runs.runs order by started_at desc limit 1")
    known = {record["run_id"] for record in read(warehouse)}
    for record in found:
        if record["run_id"] in known:
            continue
        for name in AS_JSON:
            record[name] = json.loads(record.get(name) or "null")
        mine = [record["run_id"]]
        inputs = _dicts(
            connection, "select * exclude run_id from runs.inputs where run_id = ?", mine
        )
        figures = _dicts(
            connection, "select figure, value from runs.figures where run_id = ?", mine
        )
        record["inputs"] = inputs
        record["figures"] = {row["figure"]: row["value"] for row in figures}
        append(warehouse, record)


def _dicts(
    connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[Any] = ()
) -> list[dict[str, Any]]:
    found = connection.execute(sql, values)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def fill(connection: duckdb.DuckDBPyConnection, records: Sequence[dict[str, Any]]) -> None:
    """Bring `runs.runs`, `runs.inputs` and `runs.figures` up to date with the records.

    What they hold already stays; tables of another shape are made anew.
    """
    if not all(_has_shape(connection, table) for table in TABLES):
        for table, columns in TABLES.items():
            listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            connection.execute(f"create or replace table runs.{table} ({listed})")
    known = {row[0] for row in connection.execute("select run_id from runs.runs").fetchall()}
    new = [record for record in records if record["run_id"] not in known]
    for table, columns in TABLES.items():
        rows = [{name: row.get(name) for name in columns} for row in _rows(table, new)]
        shape = json.dumps([{name: kind.upper() for name, kind in columns.items()}])
        connection.execute(
            f"insert into runs.{table} "
            f"select unnest(from_json(?, {text(shape)}), recursive := true)",
            [json.dumps(rows, default=_text)],
        )


def _has_shape(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    if not has_table(connection, f"runs.{table}"):
        return False
    found = connection.execute(f"describe runs.{table}").fetchall()
    return {row[0]: row[1].lower() for row in found} == TABLES[table]


def _rows(table: str, records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    if table == "runs":
        return [
            record | {name: json.dumps(record.get(name), ensure_ascii=False) for name in AS_JSON}
            for record in records
        ]
    if table == "inputs":
        return [
            {"run_id": record["run_id"], **row}
            for record in records
            for row in record.get("inputs", [])
        ]
    return [
        {"run_id": record["run_id"], "figure": name, "value": value}
        for record in records
        for name, value in record.get("figures", {}).items()
    ]


def listed(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row per run, oldest first: what a person wants to know of it."""
    return [
        {
            "run_id": record["run_id"],
            "outcome": record["outcome"],
            "kind": "full" if record.get("full_run") else "what is new",
            "seconds": round(sum(record.get("seconds_by_step", {}).values()), 1),
            "rows_read": record.get("rows_read"),
            "rows_rejected": record.get("rows_rejected"),
            "journeys": record.get("figures", {}).get("journeys"),
            "message": record["message"].splitlines()[0] if record.get("message") else "",
        }
        for record in records
    ]


def compared(records: Sequence[dict[str, Any]], first: str, second: str) -> list[dict[str, Any]]:
    """One row per figure that differs between two runs. Raises JourneysError for unknown runs."""
    one, other = (_figures_of(records, run_id) for run_id in (first, second))
    return [
        {
            "figure": name,
            first: one.get(name),
            second: other.get(name),
            "change": _change(one.get(name), other.get(name)),
        }
        for name in sorted({*one, *other})
        if one.get(name) != other.get(name)
    ]


def _change(before: float | None, now: float | None) -> float | None:
    return None if before is None or now is None else round(now - before, 10)


def _figures_of(records: Sequence[dict[str, Any]], run_id: str) -> dict[str, Any]:
    for record in records:
        if record["run_id"] == run_id:
            figures: dict[str, Any] = record.get("figures", {})
            return figures
    known = ", ".join(record["run_id"] for record in records[-5:])
    raise JourneysError(f"There is no run {run_id!r}. The last ones: {known or 'none'}")


def git_revision(folder: Path) -> str | None:
    """The revision of the clone that holds the settings, where there is one."""
    command = ["git", "-C", str(folder), "rev-parse", "--short", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
