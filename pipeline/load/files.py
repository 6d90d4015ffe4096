"""Which files a source has, and which of them are new: known by content, not by name or date."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline.database import has_table
from pipeline.errors import InputError
from pipeline.globs import matching
from pipeline.load.marks import Mark, look, read_marks
from pipeline.nearest import nearest
from pipeline.settings import Settings, Source

KINDS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson",
    ".json": "ndjson", ".parquet": "parquet",
}  # fmt: skip


@dataclass(frozen=True)
class SourceFile:
    """One file of a source, by its content."""

    source: Source
    path: Path
    name: str  # relative to the folder of the settings
    mark: Mark

    @property
    def digest(self) -> str:
        """Of its content."""
        return self.mark.digest

    @property
    def bytes(self) -> int:
        """Its size."""
        return self.mark.bytes

    @property
    def kind(self) -> str:
        """csv, ndjson or parquet."""
        return KINDS[_ending(self.path)]

    @property
    def is_gzip(self) -> bool:
        """Whether its name says that it is compressed."""
        return _is_gzip(self.path)


def _is_gzip(path: Path) -> bool:
    return path.suffix.lower() == ".gz"


def _ending(path: Path) -> str:
    return (path.with_suffix("") if _is_gzip(path) else path).suffix.lower()


def source_files(settings: Settings) -> list[Path]:
    """Every file that the sources name. Raises InputError where one is missing."""
    return [path for source in settings.sources for path in files_of(source, settings)]


def files_of(source: Source, settings: Settings) -> list[Path]:
    """The files of one source, in order of name. Raises InputError where there is none."""
    files = matching(settings.folder, str(source.path))
    if not files:
        raise InputError(_missing(source, settings.folder / source.path))
    for path in files:
        if _ending(path) not in KINDS or (_is_gzip(path) and KINDS[_ending(path)] == "parquet"):
            raise InputError(
                f"{path}: source {source.name} reads csv, ndjson and parquet files (csv and ndjson "
                "also as .gz); give the file one of these endings"
            )
    return files


def _missing(source: Source, path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return (
            f"{path}: source {source.name} has no file there, the folder {folder} does not exist. "
            "Paths start at the folder of the settings; another start: --data FOLDER"
        )
    there = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    hint = nearest(path.name, there) or f". The folder holds {', '.join(there[:8]) or 'no file'}."
    return f"{path}: source {source.name} has no such file{hint}"


def read_file(
    source: Source, path: Path, settings: Settings, marks: Mapping[str, Mark] | None = None
) -> SourceFile:
    """Look at a file's content, or know it by its mark. Raises InputError for one of zero bytes."""
    mark = look(path, (marks or {}).get(str(path)))
    if mark.bytes == 0:
        raise InputError(
            f"{path}: source {source.name}: the file is empty, it has not even a header. "
            "Export it again, or take it away"
        )
    inside = path.is_relative_to(settings.folder)
    name = str(path.relative_to(settings.folder) if inside else path)
    return SourceFile(source, path, name, mark)


def all_files(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Iterator[SourceFile]:
    """Every file of every source; read only where the last run's mark does not tell it."""
    marks = read_marks(connection)
    for source in settings.sources:
        for path in files_of(source, settings):
            yield read_file(source, path, settings, marks)


def new_files(
    connection: duckdb.DuckDBPyConnection, files: Iterable[SourceFile]
) -> Iterator[SourceFile]:
    """Those of the files whose content no run has read for that source yet."""
    known: set[tuple[str, str]] = set()
    if has_table(connection, "landing.files"):
        rows = connection.execute("select source, content_digest from landing.files").fetchall()
        known = {(source, digest) for source, digest in rows}
    for file in files:
        if (file.source.name, file.digest) not in known:
            known.add((file.source.name, file.digest))
            yield file
