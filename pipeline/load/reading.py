"""Reads one file as rows of raw columns: a relation in SQL, and the SQL of each column as text.

Text files give text; Parquet keeps its types. Only the columns in use are read, by their place,
so that a column may be called anything. Empty text is nothing, in every format alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import duckdb

from pipeline.database import quote, text
from pipeline.errors import InputError
from pipeline.load.dialect import Dialect, beginning, dialect, encoding_of
from pipeline.load.files import SourceFile
from pipeline.nearest import nearest

REJECTS = "store_rejects = true, rejects_table = 'unread_lines', rejects_scan = 'unread_scans'"
# NDJSON is read as a CSV of one column with a delimiter that may not stand in JSON as it is.
LINES = (
    "auto_detect = false, strict_mode = false, columns = {'line': 'VARCHAR'}, header = false, "
    f"delim = chr(31), quote = '', escape = '', {REJECTS}"
)
IS_OBJECT = "case when json_valid(line) then json_type(line) = 'OBJECT' else false end"
WHOLE_UP_TO = 2**53  # a float beyond may have lost digits
FLOATS = ("FLOAT", "DOUBLE")


@dataclass(frozen=True)
class Reading:
    """One file as a relation: the SQL that gives its rows, and the SQL of each raw column."""

    file: SourceFile
    relation: str
    columns: Mapping[str, str]  # name in the file: SQL
    types: Mapping[str, str] = field(default_factory=dict)  # of Parquet columns
    is_unreadable: str = "false"  # SQL: the row as a whole cannot be used
    why: str = "null::varchar"  # SQL: the reason
    place: str = "null::bigint"  # SQL: the row's number; null where its place in staging tells it

    def numbered(self) -> "Reading":
        """The same with numbers, for selects that do not keep the order of rows; slower."""
        return replace(self, place="row_number() over ()")

    def rows(self) -> str:
        """SQL of the rows, with their place."""
        return f"(select {self.place} as number_in_file, * from {self.relation})"

    def text(self, name: str | None) -> str:
        """SQL of a column as text; null where it is empty, or where none is named."""
        if name is None:
            return "null::varchar"
        column, kind = self.columns[name], self.types.get(name, "VARCHAR")
        if kind in FLOATS:  # a key 12 that was written as 12.0 is still 12
            is_whole = f"{column} = trunc({column}) and abs({column}) < {WHOLE_UP_TO}"
            return (
                f"case when {is_whole} then cast(cast({column} as bigint) as varchar) "
                f"when not isnan({column}) then cast({column} as varchar) end"
            )
        return f"nullif({column}, '')" if kind == "VARCHAR" else f"cast({column} as varchar)"

    def texts(self) -> dict[str, str]:
        """{name: SQL as text} of every column in use."""
        return {name: self.text(name) for name in self.columns}


def read(
    connection: duckdb.DuckDBPyConnection,
    file: SourceFile,
    wanted: Iterable[str],
    encoding: str | None = None,
) -> Reading:
    """How to read `wanted` columns of a file. Raises InputError where one is missing."""
    names = list(dict.fromkeys(wanted))
    if file.kind == "csv":
        return _csv(file, names, dialect(file, names, encoding))
    return _ndjson(file, names) if file.kind == "ndjson" else _parquet(connection, file, names)


def _csv(file: SourceFile, names: list[str], found: Dialect) -> Reading:
    refuse_missing(file, [[name] for name in names], found.header)
    _refuse_twice(file, names, found.header)
    types = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(found.header)))
    options = (
        f"auto_detect = false, header = true, skip = {found.skip}, columns = {{{types}}}, "
        f"delim = {text(found.delimiter)}, quote = '\"', escape = {text(found.escape)}, "
        f"encoding = {text(found.encoding)}, {_compression(file)}, {REJECTS}"
    )
    columns = {name: f"c{found.header.index(name)}" for name in names}
    repeats = " and ".join(f"{column} = {text(name)}" for name, column in columns.items())
    return Reading(
        file,
        f"read_csv({text(str(file.path))}, {options})",
        columns,
        is_unreadable=f"coalesce({repeats or 'false'}, false)",
        why="'the header again'",
    )


def _compression(file: SourceFile) -> str:
    return f"compression = '{'gzip' if file.is_gzip else 'none'}'"


def _ndjson(file: SourceFile, names: list[str]) -> Reading:
    paths = list(dict.fromkeys(path for name in names for path in json_paths(name)))
    listed = ", ".join(map(text, paths))
    columns = {}
    for name in names:
        ways = [f"nullif(fields[{paths.index(path) + 1}], '')" for path in json_paths(name)]
        columns[name] = ways[0] if len(ways) == 1 else f"coalesce({', '.join(ways)})"
    return Reading(
        file,
        f"(select is_object, case when is_object then json_extract_string(line, [{listed}]) end "
        f"as fields from (select line, {IS_OBJECT} as is_object from {ndjson_lines(file)}))",
        columns,
        is_unreadable="not is_object",
        why="'the line is no JSON object'",
    )


def ndjson_lines(file: SourceFile) -> str:
    """SQL of the lines of an NDJSON file that hold anything, as rows of `line`."""
    encoding = encoding_of(file, beginning(file))
    options = f"{LINES}, {_compression(file)}, encoding = {text(encoding)}"
    return f"(select line from read_csv({text(str(file.path))}, {options}) where trim(line) <> '')"


def json_paths(name: str) -> list[str]:
    """Where a key may be: `a.b` is a key of that name, or b within a."""
    flat = f"$.{_json_key(name)}"
    return [flat, "$." + ".".join(map(_json_key, name.split(".")))] if "." in name else [flat]


def _json_key(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _parquet(connection: duckdb.DuckDBPyConnection, file: SourceFile, names: list[str]) -> Reading:
    source = f"read_parquet({text(str(file.path))}, file_row_number = true)"
    try:
        rows = connection.execute(f"describe select * from {source}").fetchall()
    except duckdb.Error as problem:
        raise InputError(
            f"{file.path}: source {file.source.name}: cannot be read as Parquet, it is of another "
            "kind or was cut short. Copy it again, or give it the ending of what it is"
        ) from problem
    types = {name: kind for name, kind, *_ in rows[:-1]}  # the last is the row's number
    refuse_missing(file, [[name] for name in names], types)
    columns = {name: f"c{place}" for place, name in enumerate(names)}
    listed = ", ".join(f"{quote(name)} as {column}" for name, column in columns.items())
    relation = f"(select {listed}, file_row_number from {source})"
    return Reading(file, relation, columns, types=types, place="file_row_number + 1")


def refuse_missing(file: SourceFile, names: list[list[str]], found: Iterable[str]) -> None:
    """Raise InputError unless one name of each list is among those found."""
    there = list(found)
    problems = [
        f"{file.path}: source {file.source.name}: no column "
        f"{' or '.join(map(repr, ways))}{nearest(ways[0], there)}"
        for ways in names
        if not set(ways) & set(there)
    ]
    if problems:
        raise InputError("\n".join([*problems, f"The file has: {', '.join(there) or 'none'}"]))


def _refuse_twice(file: SourceFile, names: list[str], header: tuple[str, ...]) -> None:
    twice = [name for name in names if header.count(name) > 1]
    if twice:
        raise InputError(
            f"{file.path}: source {file.source.name}: column {twice[0]!r} is in the header "
            f"{header.count(twice[0])} times, and which is meant cannot be told. Rename the others"
        )
