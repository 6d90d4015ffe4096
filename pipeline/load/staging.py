"""Puts the rows of a source's new files, taken apart, into temp.staged, in their order.

`staged_rows` shows them with the file and their number in it, from 1, the header not counted.
"""

from collections.abc import Callable, Iterable

import duckdb

from pipeline.database import one
from pipeline.errors import InputError
from pipeline.load.dialect import whole_is_rather_latin
from pipeline.load.files import SourceFile
from pipeline.load.landing import count
from pipeline.load.missing import refuse_keys_nowhere
from pipeline.load.reading import Reading, read
from pipeline.load.rejecting import reject_lines
from pipeline.load.unread import UnreadLine, forget_unread, unread_lines

# A row's rowid in `staged` is its place, and tells its number where it was not counted. Nothing is
# deleted there: at its next checkpoint DuckDB may give the rows after deleted ones other rowids.
# Rows that the reader left out are not there, but have numbers: after the place `after`, `lines`
# of them came before.
ROWS = """
    create or replace temp view staged_rows as
    select
        staged.*, staged_files.file, staged.rowid as pointer,
        coalesce(number_in_file, staged.rowid - first_row + 1) {skipped} as row_number
    from staged join staged_files using (file_number)
"""
GAPS = """
    asof left join gaps on staged.file_number = gaps.file_number
        and coalesce(number_in_file, staged.rowid - first_row + 1) > gaps.after
"""
Select = Callable[[Reading], str]  # the rows of a file, taken apart


def stage(
    connection: duckdb.DuckDBPyConnection,
    files: list[SourceFile],
    columns: Iterable[str],
    select: Select,
    *,
    run_id: str,
    now: object,
) -> None:
    """Read all files of a source into temp.staged by the select that `select` gives for each."""
    wanted, in_order = list(columns), InOrder(connection, select)
    connection.execute("""
        drop view if exists staged_rows; drop table if exists temp.staged;
        create or replace temp table staged_files (file_number int, file varchar, first_row bigint);
        create or replace temp table gaps (file_number int, after bigint, lines bigint);
    """)
    for number, file in enumerate(files):
        rows, unread = _append(connection, file, number, wanted, in_order)
        refuse_keys_nowhere(connection, file, number)
        reject_lines(connection, file, unread)
        _note_gaps(connection, number, unread)
        connection.execute(
            "insert into landing.files values (?, ?, ?, ?, ?, ?, ?)",
            [file.source.name, file.name, file.digest, file.bytes, rows + len(unread), run_id, now],
        )
        count(connection, file.source.name, rows_read=rows + len(unread))
    has_gaps = one(connection, "select count(*) from gaps") > 0
    view = ROWS.format(skipped="+ coalesce(lines, 0)" if has_gaps else "")
    connection.execute(view + (GAPS if has_gaps else ""))


def _append(
    connection: duckdb.DuckDBPyConnection,
    file: SourceFile,
    number: int,
    wanted: list[str],
    select: Select,
) -> tuple[int, list[UnreadLine]]:
    """Add one file's rows to temp.staged: how many, and what was no row.

    A CSV file that turns out not to be UTF-8 is read again as Latin-1, unless the settings say
    what it is.
    """
    rows = _insert(connection, number, read(connection, file, wanted), select)
    unread = unread_lines(connection, file)
    is_guess = file.kind == "csv" and file.source.encoding is None
    is_wrong = is_guess and any(line.has_wrong_encoding for line in unread)
    if is_wrong and whole_is_rather_latin(file):
        _take_back(connection, number)
        latin = read(connection, file, wanted, encoding="latin-1")
        rows = _insert(connection, number, latin, select)
        unread = unread_lines(connection, file)
    first = one(connection, "select min(rowid) from staged where file_number = ?", [number])
    connection.execute("insert into staged_files values (?, ?, ?)", [number, file.name, first or 0])
    return rows, unread


def _insert(
    connection: duckdb.DuckDBPyConnection, number: int, reading: Reading, select: Select
) -> int:
    has_staged = one(
        connection, "select count(*) from duckdb_tables() where table_name = 'staged' and temporary"
    )
    head = "insert into staged" if has_staged else "create temp table staged as"
    forget_unread(connection)
    try:
        sql = f"{head} select {number}::integer as file_number, * from ({select(reading)})"
        return int(connection.execute(sql).fetchall()[0][0])
    except (duckdb.InvalidInputException, duckdb.IOException) as problem:
        raise unreadable(reading.file, problem) from problem


def _take_back(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    """Make temp.staged anew without the rows of its last file."""
    connection.execute(
        "create or replace temp table staged as select * from staged where file_number <> ?",
        [number],
    )


class InOrder:
    """The select of a file's rows, which must keep their order or have numbers.

    All that DuckDB does to rows one by one keeps their order; a join, which it makes of a long
    `in` of a rule, does not. The plan is the same for all files of a source and kind.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, select: Select) -> None:
        self.connection, self.select = connection, select
        self.is_joined = {"parquet": False}  # its rows have numbers of their own

    def __call__(self, reading: Reading) -> str:
        rows, kind = self.select(reading), reading.file.kind
        if kind not in self.is_joined:
            plan = self.connection.execute(f"explain {rows}").fetchall()[0][1]
            self.is_joined[kind] = "join" in plan.lower()
        return self.select(reading.numbered()) if self.is_joined[kind] else rows


def unreadable(file: SourceFile, problem: Exception) -> InputError:
    """The words for a file that the reader gave up on."""
    said = str(problem)
    words = f"cannot be read as {file.kind}: {said.splitlines()[0]}"
    if "GZIP" in said:
        words = (
            "cannot be unpacked, it was cut short or is damaged. Copy it again, or export it anew"
        )
    elif "not latin-1 encoded" in said:
        words = (
            "is neither UTF-8 nor Latin-1, but likely Windows-1252, which has signs such as € "
            "besides. Save it as UTF-8"
        )
    elif "invalid state" in said:
        words = "has line breaks of two kinds, Windows' and Unix'. Save it with one of them"
    return InputError(f"{file.path}: source {file.source.name}: {words}")


def _note_gaps(
    connection: duckdb.DuckDBPyConnection, number: int, unread: list[UnreadLine]
) -> None:
    """After which rows there are how many unread lines before."""
    before = {line.row_number - lines: lines for lines, line in enumerate(unread, 1)}
    if before:
        connection.execute(
            "insert into gaps select ?, unnest(?::bigint[]), unnest(?::bigint[])",
            [number, list(before), list(before.values())],
        )
