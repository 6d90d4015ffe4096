"""The one module that opens database connections."""

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipeline import interrupts
from pipeline.errors import WarehouseError

if TYPE_CHECKING:
    import pandas

SCHEMAS = (
    "landing", "run", "core", "journeys", "personas", "graph", "findings", "runs",
)  # fmt: skip

# Orders, hashes and times must not depend on the machine: one zone, insertion order kept. A
# checkpoint comes once 48 MB were written, not 16: each costs the more the larger the warehouse.
SETTINGS = {
    "TimeZone": "UTC",
    "preserve_insertion_order": "true",
    "checkpoint_threshold": "48MB",
}


def open_warehouse(
    path: Path | str, allowed: Iterable[Path] = (), memory_limit: str | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a warehouse to write it; from here on SQL reaches `allowed` files and nothing else.

    Rules from the settings are evaluated on this connection, so external access is shut and the
    configuration locked before the first of them runs.

    Raises WarehouseError when the file is no DuckDB database or another process writes to it.
    """
    connection = _connect(path, read_only=False)
    for schema in SCHEMAS:
        connection.execute(f"create schema if not exists {schema}")
    if memory_limit:
        connection.execute("set memory_limit = ?", [memory_limit])
    _tell_progress(connection)
    _shut(connection, allowed)
    return connection


def open_readonly(path: Path | str) -> duckdb.DuckDBPyConnection:
    """Open a warehouse to read it, without access to any other file."""
    connection = _connect(path, read_only=True)
    _shut(connection, ())
    return connection


def copy_database(source: Path, target: Path) -> None:
    """Copy every table and view of a database into a new file, which holds nothing else."""
    connection = _connect(source, read_only=True)
    try:
        connection.execute(f"attach {text(str(target))} as fresh")
        connection.execute("copy from database warehouse to fresh")
        connection.execute("checkpoint fresh")
        connection.execute("detach fresh")
    finally:
        connection.close()


def open_scratch() -> duckdb.DuckDBPyConnection:
    """A database in memory that may read and write files: for making samples and exports."""
    return _connect(":memory:", read_only=False)


def _connect(path: Path | str, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """A connection whose default database is the file, by the name `warehouse`.

    Opened directly, `journeys.duckdb` would be a database named as its schema `journeys`, and
    every `journeys.steps` ambiguous.
    """
    connection = duckdb.connect(":memory:")
    interrupts.stop_queries_of(connection)
    for name, value in SETTINGS.items():
        connection.execute(f"set {name} = '{value}'")
    if str(path) == ":memory:":
        return connection
    connection.execute(f"set temp_directory = {text(str(path) + '.tmp')}")
    options = "(read_only)" if read_only else ""
    try:
        connection.execute(f"attach {text(str(path))} as warehouse {options}")
    except duckdb.Error as problem:
        connection.close()
        raise WarehouseError(
            f"{path}: cannot be opened as a warehouse. {str(problem).splitlines()[0]} "
            "Take it away or restore it, or name another place: --warehouse PATH."
        ) from problem
    connection.execute("use warehouse")
    return connection


def _tell_progress(connection: duckdb.DuckDBPyConnection) -> None:
    """Let `query_progress` tell how far a query is; nothing is printed.

    In a notebook DuckDB refuses without ipywidgets, and a run there goes on without it.
    """
    with contextlib.suppress(duckdb.InvalidInputException):
        connection.execute("set enable_progress_bar = true")
        connection.execute("set enable_progress_bar_print = false")


def _shut(connection: duckdb.DuckDBPyConnection, allowed: Iterable[Path]) -> None:
    paths = sorted({str(path) for path in allowed})
    if paths:
        connection.execute("set allowed_paths = ?", [paths])
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def bind(sql: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that `sql` names; DuckDB refuses to be given more."""
    wanted = duckdb.extract_statements(sql)[0].named_parameters
    return {name: parameters[name] for name in wanted}


def quote(name: str) -> str:
    """A name as an SQL identifier, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A name of the settings as an SQL text, for the few statements that cannot bind (views)."""
    return "'" + value.replace("'", "''") + "'"


def one(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Any = None) -> Any:
    """The first column of the first row; None where there is no row."""
    rows = connection.execute(sql, parameters).fetchall()  # to its end: a half-read result blocks
    return rows[0][0] if rows else None


def frame(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Any = None
) -> "pandas.DataFrame":
    """The result as a pandas frame."""
    return connection.execute(sql, parameters).df()


def has_table(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether `schema.table` is there, as a table or a view of the database in use."""
    schema, name = table.split(".")
    sql = (
        "select count(*) from information_schema.tables where table_catalog = current_database() "
        "and table_schema = ? and table_name = ?"
    )
    return bool(one(connection, sql, [schema, name]))
