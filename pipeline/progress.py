"""Progress for people: a bar on a terminal, one line a step elsewhere; always on stderr."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

WORDS = {
    "load": "reading files",
    "run": "preparing",
    "core": "customers and sessions",
    "journeys": "journeys",
    "personas": "personas",
    "graph": "transitions and drop-offs",
    "findings": "findings",
    "checks": "checking promises",
}


def words_of(step: str) -> str:
    """What a step of the run is, for someone who never saw the code."""
    folder, _, table = step.partition(".")
    words = WORDS.get(folder, folder)
    return f"{words}: {table.replace('_', ' ')}" if table else words


@contextmanager
def shown(as_json: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """Give the function that a run calls at each step."""
    if as_json:
        yield _json_line
    elif sys.stderr.isatty():
        with _bar() as tell:
            yield tell
    else:
        yield _line


def _line(step: str, number: int, count: int) -> None:
    print(f"[{number:>2}/{count}] {words_of(step)}", file=sys.stderr, flush=True)


def _json_line(step: str, number: int, count: int) -> None:
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    told = {"at": at, "step": step, "number": number, "count": count}
    print(json.dumps(told), file=sys.stderr, flush=True)


@contextmanager
def _bar() -> Iterator[Callable[[str, int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:<44}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def tell(step: str, number: int, count: int) -> None:
            bar.update(task, description=words_of(step), completed=number - 1, total=count)

        yield tell
