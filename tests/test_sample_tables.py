"""No speed-up changes a result: what every table of the sample holds is pinned.

A change that is meant to change a result says so by `make sample-tables`, and the review reads the
difference in tests/data/sample_tables.json.
"""

import json
from pathlib import Path

import duckdb
import pytest

from pipeline.database import open_readonly

FILE = Path(__file__).parent / "data" / "sample_tables.json"
SCHEMAS = ("landing", "core", "journeys", "personas", "graph", "findings")
OF_THE_RUN = {"file", "loaded_at", "made_at", "run_id", "first_seen_at"}
NOT_OF_THE_DATA = {"landing.files"}
# Sums of several cores, and other makes of processor, differ in their last digits.
FLOAT = "printf('%.4e', case when abs({0}) < 1e-9 then 0 else {0} end)"


def pinned(warehouse: Path) -> dict[str, dict[str, object]]:
    """Of each table: its rows, and a digest of them in any order."""
    with open_readonly(warehouse) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where schema_name in (select unnest(?)) order by all",
            [list(SCHEMAS)],
        ).fetchall()
        return {name: _of(connection, name) for (name,) in tables if name not in NOT_OF_THE_DATA}


def _of(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, object]:
    described = connection.execute(f"describe warehouse.{table}").fetchall()
    columns = [
        FLOAT.format(f'"{name}"') if kind in ("DOUBLE", "FLOAT") else f'"{name}"'
        for name, kind, *_ in described
        if name not in OF_THE_RUN
    ]
    sql = f"select count(*), bit_xor(md5_number(row({', '.join(columns)})::varchar)) from warehouse.{table}"  # noqa: E501
    rows, digest = connection.execute(sql).fetchone() or (0, None)
    return {"rows": rows, "digest": f"{digest or 0:032x}"[-16:]}


def test_each_table_of_the_sample_holds_what_it_held(sample_warehouse, request):
    found = pinned(sample_warehouse)
    if request.config.getoption("--pin"):
        lines = [f" {json.dumps(name)}: {json.dumps(table)}" for name, table in found.items()]
        FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
        pytest.skip("pinned anew")
    assert found == json.loads(FILE.read_text(encoding="utf-8"))
