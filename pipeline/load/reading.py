"""Reads one file as rows of raw columns: a relation in SQL, and what could not be read at all.

Text files give text; Parquet keeps its types. Only the columns in use are read. Rows are numbered
from 1, the header not counted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import duckdb

from pipeline.database import quote, text
from pipeline.errors import InputError
from pipeline.load.files import SourceFile
from pipeline.nearest import nearest

REJECTS = "store_rejects = true, rejects_table = 'unread_lines', rejects_scan = 'unread_scans'"
LINE = "line"  # of NDJSON, read as a CSV of one column with a delimiter that no text has
LINES = "columns = {'line': 'VARCHAR'}, header = false, delim = chr(31), quote = '', escape = ''"
WRONG_ENCODING = "INVALID ENCODING"


@dataclass(frozen=True)
class Reading:
    """One file as a relation: the SQL that gives its rows, and the SQL of each raw column."""

    file: SourceFile
    relation: str  # gives row_number besides the raw columns
    columns: Mapping[str, str]  # name in the file: SQL
    types: Mapping[str, str] = field(default_factory=dict)  # of Parquet columns
    is_unreadable: str = "false"  # SQL: the row as a whole cannot be used
    why: str = "null"  # SQL: the reason


def read(connection: duckdb.DuckDBPyConnection, file: SourceFile, wanted: Iterable[str]) -> Reading:
    """How to read `wanted` columns of a file. Raises InputError where one is missing."""
    names = list(dict.fromkeys(wanted))
    return {"csv": _csv, "ndjson": _ndjson, "parquet": _parquet}[file.kind](connection, file, names)


def _csv(connection: duckdb.DuckDBPyConnection, file: SourceFile, names: list[str]) -> Reading:
    options = f"all_varchar = true, header = true, {REJECTS}"
    if file.source.delimiter:
        options += f", delim = {text(file.source.delimiter)}"
    options += f", encoding = {text(_encoding(connection, file, options))}"
    source = f"read_csv({text(str(file.path))}, {options})"
    found = _described(connection, file, source)
    _refuse_missing(file, names, found)
    listed = ", ".join(map(quote, names))
    repeats = " and ".join(f"{quote(name)} is not distinct from {text(name)}" for name in names)
    return Reading(
        file,
        f"(select row_number() over () as row_number, {listed} from {source})",
        {name: quote(name) for name in names},
        is_unreadable=f"({repeats})",
        why="'the header again'",
    )


def _encoding(connection: duckdb.DuckDBPyConnection, file: SourceFile, options: str) -> str:
    """utf-8 where the whole file is; else latin-1, in which every byte is a character."""
    if file.source.encoding:
        return file.source.encoding
    try:
        connection.execute(f"select count(*) from read_csv({text(str(file.path))}, {options})")
        sql = "select count(*) from unread_lines where error_type = ?"
        wrong = connection.execute(sql, [WRONG_ENCODING]).fetchone()
    except duckdb.Error as problem:
        return "latin-1" if "utf-8" in str(problem) else "utf-8"
    finally:
        forget_unread(connection)
    return "latin-1" if wrong and wrong[0] else "utf-8"


def _ndjson(connection: duckdb.DuckDBPyConnection, file: SourceFile, names: list[str]) -> Reading:
    source = f"read_csv({text(str(file.path))}, {LINES}, auto_detect = false, {REJECTS})"
    paths = [text("$." + ".".join(_json_key(part) for part in name.split("."))) for name in names]
    relation = (
        f"(select row_number, is_json, case when is_json then json_extract_string(line, "
        f"[{', '.join(paths)}]) end as fields from ("
        f"select row_number() over () as row_number, line, json_valid(line) as is_json "
        f"from {source}) where line is not null and trim(line) <> '')"
    )
    columns = {name: f"fields[{place}]" for place, name in enumerate(names, 1)}
    return Reading(
        file, relation, columns, is_unreadable="not is_json", why="'the line is no JSON object'"
    )


def _json_key(name: str) -> str:
    return '"' + name.replace('"', '\\"') + '"'


def _parquet(connection: duckdb.DuckDBPyConnection, file: SourceFile, names: list[str]) -> Reading:
    source = f"read_parquet({text(str(file.path))}, file_row_number = true)"
    found = _described(connection, file, source)
    _refuse_missing(file, names, found)
    listed = ", ".join(map(quote, names))
    return Reading(
        file,
        f"(select file_row_number + 1 as row_number, {listed} from {source})",
        {name: quote(name) for name in names},
        types=found,
    )


def _described(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, source: str
) -> dict[str, str]:
    """The columns of a file with their types. Raises InputError where it is no such file."""
    try:
        rows = connection.execute(f"describe select * from {source}").fetchall()
    except duckdb.Error as problem:
        raise InputError(
            f"{file.path}: source {file.source.name}: cannot be read as {file.kind}. "
            f"{str(problem).splitlines()[0]}"
        ) from problem
    finally:
        forget_unread(connection)
    return {name: kind for name, kind, *_ in rows}


def _refuse_missing(file: SourceFile, names: list[str], found: Iterable[str]) -> None:
    there = list(found)
    problems = [
        f"{file.path}: source {file.source.name}: no column {name!r}{nearest(name, there) or '.'}"
        for name in names
        if name not in there
    ]
    if problems:
        raise InputError("\n".join([*problems, f"The file has: {', '.join(there)}"]))


def unread_lines(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str]]:
    """The lines of the last file that were no rows at all: number without header, and reason."""
    try:
        rows = connection.execute("select line, error_message from unread_lines").fetchall()
    except duckdb.CatalogException:
        return []
    forget_unread(connection)
    first: dict[int, str] = {}
    for line, reason in rows:
        first.setdefault(int(line) - 1, f"the line is no row: {reason.splitlines()[0]}")
    return sorted(first.items())


def forget_unread(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what the reader noted about lines that it could not read."""
    connection.execute("drop table if exists unread_lines")
    connection.execute("drop table if exists unread_scans")
