"""Whether two warehouses hold the same rows, table by table, in any order."""

from pathlib import Path

import duckdb

PUBLIC = ("core", "journeys", "personas", "graph", "findings")
# What a run says of itself, not of the data.
NOT_COMPARED = {"findings.rejections", "findings.trust"}
DIGITS = 9
LAST_DIGITS = f"only after the {DIGITS}th digit"  # of sums, whose order several cores do not keep


def differing(one: Path, other: Path) -> dict[str, str]:
    """{table: how} of those that are not equal row by row; every column counts, to its last bit."""
    connection = duckdb.connect()
    for name, path in (("one", one), ("other", other)):
        connection.execute(f"attach '{path}' as {name} (read_only)")
    names = {name: _tables(connection, name) for name in ("one", "other")}
    differ = dict.fromkeys(sorted(names["one"] ^ names["other"]), "is missing in one")
    for table in sorted(names["one"] & names["other"]):
        exact, rounded = _columns(connection, table)
        if _same(connection, table, exact):
            continue
        differ[table] = LAST_DIGITS if _same(connection, table, rounded) else "differs"
    return differ


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> set[str]:
    rows = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = ?",
        [database],
    ).fetchall()
    return {n for (n,) in rows if n.split(".")[0] in PUBLIC and n not in NOT_COMPARED}


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[str, str]:
    """A row as SQL: as it is, and with its floats to so many digits."""
    described = connection.execute(f"describe one.{table}").fetchall()
    exact, rounded = [], []
    for name, kind, *_ in described:
        exact.append(f'"{name}"')
        shown = f"printf('%.{DIGITS - 1}e', \"{name}\")"
        rounded.append(shown if kind in ("DOUBLE", "FLOAT") else f'"{name}"')
    return ", ".join(exact), ", ".join(rounded)


def _same(connection: duckdb.DuckDBPyConnection, table: str, columns: str) -> bool:
    """Whether both have the same rows: as many, and the same two sums over a hash of each."""
    sql = f"select count(*), sum(hash({columns})), bit_xor(hash({columns})) from {{}}.{table}"
    one, other = (connection.execute(sql.format(name)).fetchall() for name in ("one", "other"))
    return one == other
