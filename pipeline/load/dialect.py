"""How a CSV file is written: its header, delimiter and encoding, seen from its first bytes.

The delimiter is the one that gives most of the columns in use; statistics over values go wrong
where texts hold delimiters, or where the first quote comes late.
"""

import codecs
import csv
import gzip
import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pipeline.errors import InputError
from pipeline.load.files import SourceFile

LOOK = 1 << 18  # bytes of the beginning
DELIMITERS = (",", ";", "\t", "|")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
ENCODINGS = {
    "utf-8": "utf-8", "utf-8-sig": "utf-8", "ascii": "utf-8", "utf-16": "utf-16",
    "iso8859-1": "latin-1",
}  # fmt: skip  # the names that Python gives them, and the reader's


@dataclass(frozen=True)
class Dialect:
    """How one CSV file is written. `header` has the names of its columns as the file spells them"""

    header: tuple[str, ...]
    delimiter: str
    encoding: str
    escape: str
    skip: int  # empty lines before the header


def dialect(file: SourceFile, wanted: Collection[str], encoding: str | None = None) -> Dialect:
    """Look at a CSV file. Raises InputError where it has no header or cannot be unpacked."""
    start = beginning(file)
    encoding = encoding or encoding_of(file, start)
    if file.source.encoding is None and encoding == "utf-8" and is_rather_latin(_lines(start)):
        encoding = "latin-1"
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)
    shown = decoder(errors="replace").decode(start)
    given = file.source.delimiter
    headers = {mark: _header(shown, mark) for mark in ([given] if given else DELIMITERS)}
    delimiter, header = max(
        headers.items(), key=lambda item: (len(set(wanted) & set(item[1])), len(item[1]))
    )
    if not header:
        raise InputError(
            f"{file.path}: source {file.source.name}: no header is to be seen. The first line of "
            "a CSV file must name its columns"
        )
    skip = len(shown) - len(shown.lstrip("\r\n"))
    return Dialect(header, delimiter, encoding, _escape(shown), skip)


def beginning(file: SourceFile) -> bytes:
    """The first bytes of a file, unpacked. Raises InputError where they cannot be."""
    try:
        with gzip.open(file.path) if file.is_gzip else file.path.open("rb") as opened:
            return opened.read(LOOK)
    except (EOFError, gzip.BadGzipFile, OSError) as problem:
        raise unpacked(file, problem) from problem


def unpacked(file: SourceFile, problem: Exception) -> InputError:
    """The words for a file that ends with .gz and cannot be unpacked."""
    return InputError(
        f"{file.path}: source {file.source.name}: cannot be unpacked, it is no gzip file or was "
        f"cut short ({problem}). Copy it again; if it is not compressed, take .gz off its name"
    )


def encoding_of(file: SourceFile, start: bytes) -> str:
    """The encoding that the settings name, or that a byte-order mark tells; else UTF-8.

    Raises InputError for one that cannot be read.
    """
    asked = file.source.encoding
    if asked is None:
        return "utf-16" if start.startswith(UTF_16) else "utf-8"
    try:
        return ENCODINGS[codecs.lookup(asked).name]
    except (LookupError, KeyError):
        raise InputError(
            f"{file.path}: source {file.source.name}: encoding {asked!r} cannot be read. Use "
            "utf-8, utf-16 or latin-1, or export as UTF-8 and take `encoding` away"
        ) from None


def _lines(start: bytes) -> list[bytes]:
    """The lines of a beginning, which may be cut within the last."""
    lines = start.split(b"\n")
    return lines[:-1] if len(start) == LOOK else lines


def is_rather_latin(lines: Iterable[bytes]) -> bool:
    """Whether lines are no UTF-8, at least as many as are and have more than ASCII.

    Otherwise it is UTF-8 of which a few lines are broken.
    """
    broken = sound = 0
    for line in lines:
        if not line.isascii():
            try:
                line.decode("utf-8")
                sound += 1
            except UnicodeDecodeError:
                broken += 1
    return broken > 0 and broken >= sound


def whole_is_rather_latin(file: SourceFile) -> bool:
    """The same of a whole file, whose beginning said nothing."""
    with gzip.open(file.path) if file.is_gzip else file.path.open("rb") as lines:
        return is_rather_latin(lines)


def _header(shown: str, delimiter: str) -> tuple[str, ...]:
    text = shown.lstrip("\r\n")
    if len(delimiter) > 1:
        return tuple(name.strip('"') for name in text.splitlines()[0].split(delimiter))
    try:
        first = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return ()
    return tuple(first)


def _escape(shown: str) -> str:
    r"""What stands before a quote within quotes: another one, or \ where only those are seen."""
    return "\\" if '\\"' in shown and '""' not in shown else '"'
