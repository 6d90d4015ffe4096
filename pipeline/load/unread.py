"""The lines of a text file that were no rows at all, as the reader notes them."""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from pipeline.errors import InputError
from pipeline.load.files import SourceFile

REASONS = {
    "MISSING COLUMNS": "fewer columns than the header",
    "TOO MANY COLUMNS": "more columns than the header",
    "UNQUOTED VALUE": "a quote that is not closed",
    "LINE SIZE OVER MAXIMUM": "longer than 2 MB",
    "INVALID ENCODING": "characters that are not in the encoding of the file",
}
OPEN_QUOTE, WRONG_ENCODING = "UNQUOTED VALUE", "INVALID ENCODING"
CUT = 10_000  # characters that the reader keeps of a line
SHOWN = 60
LINES = """
    select line, min(error_type order by column_idx nulls last), coalesce(min(csv_line), '')
    from unread_lines group by line order by line
"""


@dataclass(frozen=True)
class UnreadLine:
    """A row that the reader left out: its number, counted as those that it read."""

    row_number: int
    reason: str
    value: str
    has_wrong_encoding: bool


def unread_lines(connection: duckdb.DuckDBPyConnection, file: SourceFile) -> list[UnreadLine]:
    """The rows of the file just read that were none, in order; what was noted is forgotten.

    Raises InputError where a quote that is not closed took the rest of the file with it.
    """
    try:
        noted = connection.execute(LINES).fetchall()
    except duckdb.CatalogException:
        return []
    forget_unread(connection)
    header = 1 if file.kind == "csv" else 0
    return [
        line for number, kind, shown in noted for line in _lines(file, number - header, kind, shown)
    ]


def _lines(file: SourceFile, number: int, kind: str, shown: str) -> Iterator[UnreadLine]:
    """One unread line; as many as a quote that is not closed took with it."""
    reason = REASONS.get(kind, kind.lower())
    taken = shown.rstrip("\n").split("\n") if kind == OPEN_QUOTE else [shown]
    if kind == OPEN_QUOTE and len(shown) >= CUT:
        raise InputError(
            f"{file.path}: source {file.source.name}: row {number} has a quote that is not closed, "
            f"so the rows after it cannot be told apart: {shown[:SHOWN]!r}. Close it, or double "
            "the quotes within a text"
        )
    for place, line in enumerate(taken):
        yield UnreadLine(number + place, reason, line[:SHOWN], kind == WRONG_ENCODING)


def forget_unread(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what the reader noted about lines that it could not read."""
    connection.execute("drop table if exists unread_lines")
    connection.execute("drop table if exists unread_scans")
