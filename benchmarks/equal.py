"""Whether two warehouses hold the same rows, table by table, in any order."""

from pathlib import Path

import duckdb

PUBLIC = ("core", "journeys", "personas", "graph", "findings")
# What a run says of itself, not of the data.
NOT_COMPARED = {"findings.rejections", "findings.trust"}


def differing(one: Path, other: Path) -> list[str]:
    """The tables that are not equal row by row; every column counts."""
    connection = duckdb.connect()
    for name, path in (("one", one), ("other", other)):
        connection.execute(f"attach '{path}' as {name} (read_only)")
    names = {name: _tables(connection, name) for name in ("one", "other")}
    differ = sorted(names["one"] ^ names["other"])
    for table in sorted(names["one"] & names["other"]):
        if _digest(connection, f"one.{table}") != _digest(connection, f"other.{table}"):
            differ.append(table)
    return differ


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> set[str]:
    rows = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = ?",
        [database],
    ).fetchall()
    return {n for (n,) in rows if n.split(".")[0] in PUBLIC and n not in NOT_COMPARED}


def _digest(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[object, ...]:
    """Of all rows, whatever their order: how many, and two sums over a hash of each."""
    sql = f"""
        select count(*), sum(hash(row_)), bit_xor(hash(row_))
        from (select t as row_ from {table} as t)
    """
    return connection.execute(sql).fetchall()[0]
