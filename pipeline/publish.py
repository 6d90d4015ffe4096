"""Publishing, all or nothing: a run works on a copy beside the warehouse and renames it into place.

All state is plain files beside the warehouse: `<warehouse>.lock` says who is at work,
`<warehouse>.next` is the copy being worked on. Whoever has the published file open goes on reading
it whole. See docs/decisions/publishing.md for what was tried.
"""

import fcntl
import json
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from pipeline import interrupts
from pipeline.errors import WarehouseError

COMPACTED = ".compact"  # the copy of a copy that has grown too large
REMOTE_FILE_SYSTEMS = ("nfs", "cifs", "smb", "fuse.sshfs", "9p", "afs")


def beside(warehouse: Path, ending: str) -> Path:
    """The file of that ending which belongs to the warehouse."""
    return warehouse.with_name(warehouse.name + ending)


def new_run_id() -> str:
    """When the run started by the machine's clock, whatever `--now` says, and its process."""
    started = datetime.now(UTC).replace(tzinfo=None)
    return f"{started.isoformat(timespec='milliseconds')}-{os.getpid()}"


@contextmanager
def lock(warehouse: Path, wait: float = 0) -> Iterator[None]:
    """Hold the warehouse for one run, waiting at most `wait` seconds for another to end.

    The lock is the kernel's, on an open file: a holder that died holds nothing.
    Raises WarehouseError with the name of the holder.
    """
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    refuse_remote(warehouse)
    with beside(warehouse, ".lock").open("a+") as file:
        _acquire(file, warehouse, wait)
        file.seek(0)
        file.truncate()
        since = datetime.now(UTC).isoformat(timespec="seconds")
        holder = {"process": os.getpid(), "host": socket.gethostname(), "since": since}
        file.write(json.dumps(holder))
        file.flush()
        yield


def _acquire(file: IO[str], warehouse: Path, wait: float) -> None:
    until = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise WarehouseError(
                    f"{warehouse}: another run is at work on it ({_holder(file)}). "
                    "Wait for it, or let this one wait: --wait SECONDS."
                ) from None
            time.sleep(min(0.2, max(0.0, until - time.monotonic())))


def _holder(file: IO[str]) -> str:
    file.seek(0)
    try:
        holder = json.loads(file.read())
        return "process {process} on {host}, since {since}".format(**holder)
    except (ValueError, KeyError):
        return "it has not said its name yet"


def refuse_remote(warehouse: Path) -> None:
    """Locks and renames hold on local file systems only. Raises WarehouseError elsewhere."""
    kind = _file_system(warehouse.parent.resolve())
    if kind.startswith(REMOTE_FILE_SYSTEMS):
        raise WarehouseError(
            f"{warehouse}: lies on a file system of another machine ({kind}), where neither lock "
            "nor rename can be trusted. Keep the warehouse on a local disk: --warehouse PATH."
        )


def _file_system(folder: Path) -> str:
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():
        return "unknown"
    fields = [line.split(" ") for line in mounts.read_text().splitlines()]
    over = [(row[1], row[2]) for row in fields if folder.is_relative_to(row[1])]
    return max(over, key=lambda mount: len(mount[0]))[1] if over else "unknown"


@contextmanager
def publishing(
    warehouse: Path, *, fresh: bool, keep: bool = True, done: Callable[[], None] = lambda: None
) -> Iterator[Path]:
    """Give the path of the copy to work on; publish it at the end, or delete it on any error.

    `fresh` starts from an empty file; without `keep` it is only a rehearsal; `done` is called once
    it is published. The caller holds the lock, and has closed its connection when the block ends.
    """
    target = beside(warehouse, ".next")
    with interrupts.at_once(lambda: clear(warehouse)):
        clear(warehouse)
        try:
            if warehouse.exists() and not fresh:
                shutil.copyfile(warehouse, target)
                _sync(target)  # or the first checkpoint would wait for it
            yield target
            if keep:
                _put_in_place(target, warehouse, done)
        finally:
            clear(warehouse)


def _put_in_place(target: Path, warehouse: Path, done: Callable[[], None]) -> None:
    if beside(target, ".wal").exists():
        raise WarehouseError(f"{target}: was not closed cleanly, so it is not published")
    _sync(target)
    with interrupts.held():
        target.replace(warehouse)
        done()
    _sync(warehouse.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def clear(warehouse: Path) -> None:
    """Remove what a run that ended badly left beside the warehouse."""
    target = beside(warehouse, ".next")
    compacted = beside(target, COMPACTED)
    for path in (target, beside(target, ".wal"), compacted, beside(compacted, ".wal")):
        path.unlink(missing_ok=True)
    shutil.rmtree(beside(target, ".tmp"), ignore_errors=True)
