"""Runs the command on data that no one here wrote; where it is, and what to do without it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pytest

CLONE = Path(__file__).parents[2]
DATA = Path(os.environ.get("JOURNEYS_DATA", CLONE.parent / "shared" / "data"))


def needs(name: str) -> list[pytest.MarkDecorator]:
    """Marks for all tests of one data set: one worker runs them, or none where there is no data."""
    reason = (
        f"the data of {name} is not part of the project; put it into a folder as docs/examples.md "
        f"tells, and name the folder that holds {name}/ in JOURNEYS_DATA"
    )
    absent = pytest.mark.skipif(not (DATA / name).is_dir(), reason=reason)
    return [pytest.mark.xdist_group(name), absent]


@dataclass(frozen=True)
class Example:
    """One finished run: its summary, its warehouse, and the raw data that it was made from."""

    name: str
    warehouse: Path
    summary: dict

    def table(self, sql: str) -> pd.DataFrame:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.sql(sql).df()

    def rows(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.sql(sql).fetchall()

    def raw(self, file: str) -> pd.DataFrame:
        """A file of the data as text, read without any of the pipeline's code."""
        return pd.read_csv(DATA / self.name / file, dtype=str)

    def report(self) -> str:
        """What `journeys report` writes."""
        out = self.warehouse.with_name("report.html")
        _journeys("report", *_places(self.name, self.warehouse), "--out", out)
        return out.read_text()

    def shown(self, table: str) -> str:
        """What `journeys show TABLE` prints."""
        return _journeys("show", table, "--warehouse", self.warehouse)


def run_example(name: str, out: Path, settings: Path | None = None) -> Example:
    """`journeys run` as docs/examples.md says, with its warehouse in the folder `out`, and with
    other `settings` where these are given."""
    warehouse = out / "example.duckdb"
    other = [] if settings is None else ["--config", settings]
    told = _journeys("run", *_places(name, warehouse), *other, "--json")
    return Example(name, warehouse, json.loads(told))


def _places(name: str, warehouse: Path) -> list[object]:
    settings = CLONE / "examples" / name / "journeys.yml"
    return ["--config", settings, "--data", DATA / name, "--warehouse", warehouse]


def _journeys(*arguments: object) -> str:
    command = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=CLONE, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout
