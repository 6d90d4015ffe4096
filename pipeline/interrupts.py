"""Ctrl-C and SIGTERM end a command within two seconds: nothing half done, exit codes 130 and 143.

Python handles a signal between two of its own steps, which a long query or a library's long
calculation delays. So a thread is told of the signal at once: it interrupts the queries, and where
that is not enough it ends the process. What was published is whole at every instant, so nothing is
lost by that; what a run wants tidied up before is told by `at_once`.
"""

import contextlib
import os
import signal
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from types import FrameType
from typing import NoReturn, Protocol

GRACE = 1.5  # seconds in which the command may end by itself
SHOW_CURSOR = "\r\x1b[2K\x1b[?25h"  # and an empty line for what is said next
SAID = "Interrupted; what was published still stands."


class Interruptible(Protocol):
    """A connection to a database."""

    def interrupt(self) -> None:
        """Stop the query that runs on it."""


class Interrupted(BaseException):
    """Somebody asked the command to stop."""


_received: list[int] = []
_held: list[bool] = []
_connections: "weakref.WeakSet[Interruptible]" = weakref.WeakSet()
_at_once: list[Callable[[], None]] = []


def watch() -> None:
    """From now on, SIGINT and SIGTERM raise Interrupted; if that is too slow, they end all."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=_end_soon, args=(reader,), daemon=True).start()


def _stop(number: int, frame: FrameType | None) -> None:
    _received.append(number)
    if len(_received) == 1 and not _held:  # a second one must not disturb the tidying up
        raise Interrupted


def _end_soon(reader: int) -> None:
    number = os.read(reader, 1)[0]
    until = time.monotonic() + GRACE
    while time.monotonic() < until:
        _stop_queries()
        time.sleep(0.1)
    for tidy in reversed(_at_once):
        with contextlib.suppress(Exception):
            tidy()
    with contextlib.suppress(OSError):
        os.write(2, ((SHOW_CURSOR if sys.stderr.isatty() else "") + SAID + "\n").encode())
    os._exit(128 + number)


def _stop_queries() -> None:
    for connection in list(_connections):
        with contextlib.suppress(Exception):  # it may be closed by now
            connection.interrupt()


def stop_queries_of(connection: Interruptible) -> None:
    """Have the queries of this connection interrupted by a signal."""
    _connections.add(connection)


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Let a signal wait for the end of the block."""
    _held.append(True)
    try:
        yield
    finally:
        _held.pop()
    if _received and not _held:
        raise Interrupted


@contextlib.contextmanager
def at_once(tidy: Callable[[], None]) -> Iterator[None]:
    """Have `tidy` called before the process is ended in the middle of the block."""
    _at_once.append(tidy)
    try:
        yield
    finally:
        _at_once.remove(tidy)


def exit_code() -> int | None:
    """128 plus the number of the first signal that arrived; None where none did."""
    return 128 + _received[0] if _received else None


def leave(code: int) -> NoReturn:
    """End the process with this code; after a signal without Python's own tidying up, of which
    libraries complain that a signal found half loaded."""
    if _received:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):  # nobody may be reading any more
                stream.flush()
        os._exit(code)
    sys.exit(code)
