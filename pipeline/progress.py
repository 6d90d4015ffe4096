"""What a run tells as it goes: to people by a bar or lines, to machines one line of JSON an event.

Always on stderr; the result is on stdout. Counts are what is known: bytes of files, rows of tables
made. Time left is told only where an earlier run of the same kind says how long its steps took.
"""

import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

WORDS = {
    "copy": "copying the warehouse",
    "compact": "compacting the warehouse",
    "load": "reading files",
    "run": "preparing",
    "core": "customers and sessions",
    "journeys": "journeys",
    "personas": "personas",
    "graph": "transitions and drop-offs",
    "findings": "findings",
    "checks": "checking promises",
    "publish": "publishing",
}
SHOWN_FROM = 1.0  # seconds: what is left is told from here on


def words_of(step: str) -> str:
    """What a step of the run is, for someone who never saw the code."""
    folder, _, table = step.partition(".")
    words = WORDS.get(folder, folder)
    return f"{words}: {table.replace('_', ' ')}" if table else words


class Progress:
    """Is told what a run does; this one tells nobody."""

    def begins(self, step: str, number: int, count: int, left: float | None) -> None:
        """A step begins, the how-manieth of how many; left: seconds for it and all after it."""

    def read(self, source: str, rows: int, done: int, known: int) -> None:
        """The new files of a source were read; done: bytes so far, of those known."""

    def ends(self, step: str, seconds: float, rows: int | None) -> None:
        """A step ended; rows: of the table that it made."""

    def follow(self, share: Callable[[], float]) -> None:
        """`share` tells at any time how much of the running query is done (0 to 1)."""


class Lines(Progress):
    """One line a step, for a log."""

    def __init__(self) -> None:
        self.is_begun = False

    def begins(self, step: str, number: int, count: int, left: float | None) -> None:
        self._say(f"[{number:>2}/{count}] {words_of(step):<44}", end="")
        self.is_begun = True

    def read(self, source: str, rows: int, done: int, known: int) -> None:
        self._say(f"        {source}: {rows:,} rows, {_megabytes(done)} of {_megabytes(known)}")

    def ends(self, step: str, seconds: float, rows: int | None) -> None:
        told = f"{rows:>13,} row{' ' if rows == 1 else 's'}" if rows is not None else " " * 18
        if not self.is_begun:
            told = f"        {words_of(step):<44}{told}"
        self.is_begun = False
        self._say(f"{told} {seconds:>8.1f} s")

    def close(self) -> None:
        """End the line of a step that did not end."""
        if self.is_begun:
            self._say("", end="")

    def _say(self, text: str, end: str = "\n") -> None:
        print("\n" * self.is_begun + text, end=end, file=sys.stderr, flush=True)
        self.is_begun = False


class JsonLines(Progress):
    """One line of JSON an event, for machines."""

    def begins(self, step: str, number: int, count: int, left: float | None) -> None:
        told = {"step": step, "number": number, "count": count}
        tell_event("step begins", **told, seconds_left=left and round(left, 1))

    def read(self, source: str, rows: int, done: int, known: int) -> None:
        tell_event("source read", source=source, rows=rows, bytes_done=done, bytes_known=known)

    def ends(self, step: str, seconds: float, rows: int | None) -> None:
        tell_event("step ends", step=step, seconds=round(seconds, 3), rows=rows)


def tell_event(event: str, **details: Any) -> None:
    """One event as one line of JSON on stderr."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = json.dumps({"at": at, "event": event} | details, ensure_ascii=False, default=str)
    print(line, file=sys.stderr, flush=True)


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"


class Bar(Progress):
    """A bar on a terminal: the step, how much of it is done, and what is left."""

    def __init__(self, bar: "RichProgress") -> None:
        self.bar = bar
        self.whole = bar.add_task("starting", total=None, told="")
        self.step = bar.add_task("", total=1.0, told="", visible=False)
        self.rows: int | None = None
        self.share: Callable[[], float] = lambda: 0.0
        self.ended = threading.Event()
        threading.Thread(target=self._look, daemon=True).start()

    def begins(self, step: str, number: int, count: int, left: float | None) -> None:
        is_worth = left is not None and left >= SHOWN_FROM
        told = f"step {number} of {count}" + (f", about {left:.0f} s left" if is_worth else "")
        self.bar.update(self.whole, description=words_of(step), completed=number - 1, total=count)
        self.bar.update(self.whole, told=told)

    def read(self, source: str, rows: int, done: int, known: int) -> None:
        told = f"{source}: {rows:,} rows, {_megabytes(done)} of {_megabytes(known)} of files"
        self.bar.update(self.whole, told=told)

    def ends(self, step: str, seconds: float, rows: int | None) -> None:
        if seconds >= SHOWN_FROM:
            told = f", {rows:,} rows" if rows is not None else ""
            self.bar.console.print(f"{words_of(step)}{told}, {seconds:.1f} s", highlight=False)

    def follow(self, share: Callable[[], float]) -> None:
        self.share = share

    def _look(self) -> None:
        while not self.ended.wait(0.2):
            share = self.share()
            self.bar.update(self.step, completed=share, visible=0 < share < 1, told="of this query")


@contextmanager
def shown(as_json: bool = False) -> Iterator[Progress]:
    """What a run is to tell: JSON when asked for, else a bar on a terminal, else lines."""
    if as_json:
        yield JsonLines()
    elif sys.stderr.isatty():
        with _bar() as bar:
            yield bar
    else:
        lines = Lines()
        try:
            yield lines
        finally:
            lines.close()


@contextmanager
def _bar() -> Iterator[Bar]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = (
        TextColumn("{task.description:<44}"), BarColumn(20), TimeElapsedColumn(),
        TextColumn("{task.fields[told]}"),
    )  # fmt: skip
    with RichProgress(*columns, console=Console(stderr=True), transient=True) as shown_bar:
        bar = Bar(shown_bar)
        try:
            yield bar
        finally:
            bar.ended.set()


class Forecast:
    """How long a run has left, from how long the steps of an earlier one of its kind took.

    The steps still to come, as long as they took then, times how much slower or faster the steps
    done so far were. Unknown without an earlier run.
    """

    def __init__(self, seconds_then: Mapping[str, float]) -> None:
        self.to_come = dict(seconds_then)
        self.then = self.now = 0.0

    def ends(self, step: str, seconds: float) -> None:
        """A step took so long now."""
        if (then := self.to_come.pop(step, None)) is not None:
            self.then, self.now = self.then + then, self.now + seconds

    def left(self) -> float | None:
        """Seconds for all steps that have not ended."""
        if not self.to_come and not self.then:
            return None
        pace = self.now / self.then if self.then >= SHOWN_FROM else 1.0
        return sum(self.to_come.values()) * pace
