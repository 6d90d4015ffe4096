"""The record of every run, in `<warehouse>.runs.ndjson`: also of those that published nothing.

The tables `runs.*` are filled from it at each publish, so they hold every run before.
"""

import json
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from pipeline.errors import JourneysError
from pipeline.publish import beside

RUNS = (
    "run_id varchar, started_at timestamp, ended_at timestamp, outcome varchar, message varchar, "
    "package_version varchar, settings_digest varchar, git_revision varchar, full_run boolean, "
    "until timestamp, horizon timestamp, seconds_by_step varchar"
)
INPUTS = (
    "run_id varchar, source varchar, file varchar, content_digest varchar, bytes bigint, "
    "rows_read bigint"
)
FIGURES = "run_id varchar, figure varchar, value double"


def append(warehouse: Path, record: dict[str, Any]) -> None:
    """Write one run's record as one line."""
    with beside(warehouse, ".runs.ndjson").open("a", encoding="utf-8") as file:
        file.write(json.dumps(record, default=_text, ensure_ascii=False) + "\n")


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def read(warehouse: Path) -> list[dict[str, Any]]:
    """Every record, oldest first; a line that was cut off by a crash is passed over."""
    path = beside(warehouse, ".runs.ndjson")
    if not path.exists():
        return []
    records = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            records.append(json.loads(line))
        except ValueError:
            continue
    return records


def fill(connection: duckdb.DuckDBPyConnection, records: Sequence[dict[str, Any]]) -> None:
    """Make `runs.runs`, `runs.inputs` and `runs.figures` from the records."""
    for table, columns in (("runs", RUNS), ("inputs", INPUTS), ("figures", FIGURES)):
        names = [column.split()[0] for column in columns.split(", ")]
        connection.execute(f"create or replace table runs.{table} ({columns})")
        rows = [[row.get(name) for name in names] for row in _rows(table, records)]
        if rows:
            marks = ", ".join("?" for _ in names)
            connection.executemany(f"insert into runs.{table} values ({marks})", rows)


def _rows(table: str, records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    if table == "runs":
        return [
            record | {"seconds_by_step": json.dumps(record.get("seconds_by_step", {}))}
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
            "seconds": round(sum(record.get("seconds_by_step", {}).values()), 1),
            "journeys": record.get("figures", {}).get("journeys"),
            "message": record["message"].splitlines()[0] if record.get("message") else "",
        }
        for record in records
    ]


def compared(records: Sequence[dict[str, Any]], first: str, second: str) -> list[dict[str, Any]]:
    """One row per figure that differs between two runs. Raises JourneysError for unknown runs."""
    one, other = (_figures_of(records, run_id) for run_id in (first, second))
    return [
        {"figure": name, first: one.get(name), second: other.get(name)}
        for name in sorted({*one, *other})
        if one.get(name) != other.get(name)
    ]


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
