"""Whether anything changed since the last run, told by what lies on disk, without reading it.

A run notes, before it reads anything, the settings' content and each file's size and date. Where
all of it is as noted, a run has nothing to do, and needs to know neither what the settings mean nor
what is in the files. In every other case it finds out the long way.
"""

import hashlib
import json
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from pipeline import __version__
from pipeline.database import has_table, one, open_readonly
from pipeline.globs import matching

# A file may be written again within the same tick of its date; one so new is not relied upon.
SETTLED_AFTER = 2_000_000_000  # nanoseconds
WAITING = """
    select count(*) > 0 from landing.events where occurred_at > (select cutoff from run.clock)
"""


def looked_at(
    config: Path, folder: Path, paths: Iterable[str], until: datetime | None = None
) -> dict[str, Any]:
    """What a later run can compare: the settings in `config`, this package's code, the files that
    `paths` mean, seen from `folder`, and up to when events are seen.
    """
    listed = sorted(set(paths))
    files = {str(file): _stamp(file) for path in listed for file in matching(folder, path)}
    return {
        "settings": hashlib.sha256(config.read_bytes()).hexdigest() if config.is_file() else None,
        "folder": str(folder.resolve()),
        "code": _code(),
        "until": until.isoformat() if until else None,
        "paths": listed,
        "files": files,
    }


def _stamp(file: Path) -> list[int] | None:
    """Size and date; null where the date is too new to tell a change that comes next."""
    stat = file.stat()
    is_settled = time.time_ns() - stat.st_mtime_ns > SETTLED_AFTER
    return [stat.st_size, stat.st_mtime_ns] if is_settled else None


def _code() -> str:
    """Of the package as it is: its version, and its files' sizes and dates."""
    inside = Path(__file__).parent
    files = [*inside.rglob("*.py"), *inside.parent.glob("sql/*/*.sql"), *inside.glob("sql/*/*.sql")]
    stats = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in sorted(files)]
    return hashlib.sha256(f"{__version__} {stats}".encode()).hexdigest()[:16]


def write_look(
    connection: duckdb.DuckDBPyConnection, looked: dict[str, Any], summary: dict[str, Any]
) -> None:
    """Note in the warehouse what the run looked at before it read, and what it led to."""
    [(is_waiting,)] = connection.execute(WAITING).fetchall()
    connection.execute("create or replace table run.look (looked varchar, summary varchar)")
    noted = json.dumps(looked | {"is_waiting": is_waiting})
    told = json.dumps(summary, ensure_ascii=False)
    connection.execute("insert into run.look values (?, ?)", [noted, told])


def read_unchanged(config: Path, data: Path | None, warehouse: Path) -> dict[str, Any] | None:
    """The summary of the published warehouse where nothing changed since; None where something
    did, or cannot be told this way.
    """
    if not (warehouse.is_file() and config.is_file()):
        return None
    connection = open_readonly(warehouse)
    try:
        if not has_table(connection, "run.look"):
            return None
        looked = json.loads(one(connection, "select looked from run.look"))
        is_waiting = looked.pop("is_waiting")  # an event set aside may have come due
        if is_waiting or None in looked["files"].values():
            return None
        is_same = looked == looked_at(config, data or config.parent, looked["paths"])
        return read_figures(connection) if is_same else None
    finally:
        connection.close()


def read_figures(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The summary that the last run noted, as JSON gives it."""
    figures: dict[str, Any] = json.loads(one(connection, "select summary from run.look"))
    return figures
