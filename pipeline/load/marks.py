"""By what a file is known without reading it again: its size, its dates and its place on the disk.

A file is known by its content, told by a digest. Where the mark that an earlier run left is the
same in every part, the content is taken to be; but a file that changed just before it was looked at
may change again without another date, as clocks have ticks. So only a date that was clearly past
counts. The second date (of the file's entry, which no program can set) tells content that was
exchanged with size and date kept.
"""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

import duckdb

from pipeline.database import has_table

CHUNK = 1 << 20  # bytes
CLEARLY_PAST = 10 * 10**9  # nanoseconds; the ticks of file systems are up to two seconds


@dataclass(frozen=True)
class Mark:
    """One file as it was when it was looked at."""

    digest: str
    bytes: int
    modified_ns: int
    changed_ns: int  # of its entry
    inode: int
    looked_ns: int  # by this machine's clock, before it was read

    def is_still(self, now: "Mark") -> bool:
        """Whether a file that looks like `now` has the content of this mark."""
        same = (self.bytes, self.modified_ns, self.changed_ns, self.inode) == (
            now.bytes, now.modified_ns, now.changed_ns, now.inode,
        )  # fmt: skip
        last = max(self.modified_ns, self.changed_ns)
        return same and self.looked_ns - last > CLEARLY_PAST


def look(path: Path, known: Mark | None = None) -> Mark:
    """The mark of a file; it is read only where `known` does not tell its content."""
    looked = time.time_ns()
    found = path.stat()
    mark = Mark("", found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, looked)
    if known is not None and known.is_still(mark):
        return known
    return Mark(digest_of(path), *astuple(mark)[1:])


def digest_of(path: Path) -> str:
    """Of the content of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()[:32]


def read_marks(connection: duckdb.DuckDBPyConnection) -> dict[str, Mark]:
    """{path: mark} that the last run left; empty where there was none."""
    if not has_table(connection, "run.file_marks"):
        return {}
    rows = connection.execute("from run.file_marks").fetchall()
    return {path: Mark(*mark) for path, *mark in rows}


def write_marks(connection: duckdb.DuckDBPyConnection, marks: Mapping[str, Mark]) -> None:
    """Leave the marks of all files to the next run."""
    connection.execute(
        "create or replace table run.file_marks (path varchar, digest varchar, bytes bigint, "
        "modified_ns bigint, changed_ns bigint, inode ubigint, looked_ns bigint)"
    )
    rows = [(path, *astuple(mark)) for path, mark in sorted(marks.items())]
    if rows:  # as seven lists: a row at a time, 270 files took 0.2 s
        connection.execute(
            "insert into run.file_marks select unnest(?), unnest(?), unnest(?), unnest(?), "
            "unnest(?), unnest(?), unnest(?)",
            list(zip(*rows, strict=True)),
        )
