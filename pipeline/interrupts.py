"""Ctrl-C and SIGTERM end a command cleanly: nothing half done, the exit codes 130 and 143.

DuckDB stops a running query when a signal arrives, but tells it as an error of its own; so the
signal is remembered.
"""

import signal
from types import FrameType

_received: list[int] = []


class Interrupted(BaseException):
    """Somebody asked the command to stop."""


def watch() -> None:
    """From now on, SIGINT and SIGTERM raise Interrupted."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    _received.append(number)
    raise Interrupted


def exit_code() -> int | None:
    """128 plus the number of the first signal that arrived; None where none did."""
    return 128 + _received[0] if _received else None
