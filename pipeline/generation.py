"""One generation of the warehouse, opened to be read for as long as a notebook wants it.

A run renames a new file over the published one; who has the old one open goes on reading it whole.
DuckDB however may know an opened file by its path, and give the old one to whoever opens that path
again in the same process. So each handle opens the file by a name of its own: a hard link that is
there only while it is opened. Symbolic links and /proc/self/fd do not do; DuckDB resolves them.
What a large query puts aside goes to a folder of that name, so that no two readers share one.
See docs/decisions/publishing.md.
"""

import contextlib
import os
import shutil
import uuid
from pathlib import Path

import duckdb

from pipeline.database import open_readonly
from pipeline.errors import WarehouseError
from pipeline.publish import beside

READER = ".reader-"  # then the process and a random part


def find_warehouse(path: Path) -> Path:
    """The warehouse at `path`; a relative one is looked for here, then in each folder above.

    Raises WarehouseError with the places where it was looked for.
    """
    places = [Path(path)]
    if not path.is_absolute():
        here = Path.cwd()
        places = [folder / path for folder in (here, *here.parents)]
    for place in places:
        if place.is_file():
            return place
    above = "" if path.is_absolute() else " or in a folder above it"
    raise WarehouseError(f"{places[0]}: there is no warehouse here{above}. Make one: journeys run")


def open_generation(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """Open what is published now, read-only; a later publish changes nothing for the connection.

    Raises WarehouseError when the file is no warehouse.
    """
    _sweep(warehouse)
    link = beside(warehouse, f"{READER}{os.getpid()}-{uuid.uuid4().hex[:12]}")
    try:
        os.link(warehouse, link)
    except OSError:  # another owner's file, a folder that may not be written: it has to do without
        return open_readonly(warehouse)
    try:
        return open_readonly(link)
    except WarehouseError as problem:
        raise WarehouseError(str(problem).replace(str(link), str(warehouse))) from problem
    finally:
        link.unlink(missing_ok=True)


def _sweep(warehouse: Path) -> None:
    """Remove what readers that were killed left: a link, or what a large query had put aside."""
    start = warehouse.name + READER
    with os.scandir(warehouse.parent) as entries:
        left = [Path(entry) for entry in entries if entry.name.startswith(start)]
    for path in left:
        process = path.name.removeprefix(start).partition("-")[0]
        if process.isdecimal() and not _is_alive(int(process)):
            with contextlib.suppress(OSError):
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is another person's
        return True
    return True
