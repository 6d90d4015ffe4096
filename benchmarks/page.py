"""Writes what was measured into docs/performance.md, between markers; the prose around stays."""

import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.processes import ROOT

PAGE = ROOT / "docs" / "performance.md"


class PlaceError(Exception):
    """The page has no markers of that name."""


def put(section: str, lines: Iterable[str], page: Path = PAGE) -> None:
    """Replace what stands between the markers of `section`. Raises PlaceError without them."""
    begin, end = f"<!-- {section}: made by benchmarks -->", f"<!-- {section}: end -->"
    text = page.read_text(encoding="utf-8")
    if begin not in text or end not in text:
        raise PlaceError(f"{page}: {begin} and {end} must stand in it, each on a line of its own")
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    made = "\n".join(lines)
    page.write_text(f"{before}{begin}\n{made}\n{end}{after}", encoding="utf-8")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table in Markdown; all columns but the first to the right."""
    marks = ["---", *("---:" for _ in header[1:])]
    cells = [header, marks, *rows]
    return ["| " + " | ".join(row) + " |" for row in cells]


def circumstances() -> str:
    """Where and when this was measured, in a line."""
    import duckdb

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"Python {platform.python_version()}, DuckDB {duckdb.__version__}, revision {revision()}."
    )


def revision() -> str:
    """The clone's revision; with a plus where files differ from it."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty=+", "--exclude=*"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def seconds(value: float) -> str:
    return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"


def size(value: float) -> str:
    return f"{value / 2**30:.1f} GiB" if value >= 2**30 else f"{value / 2**20:.0f} MiB"


def times(value: float) -> str:
    return f"{value:.2f} ×" if value < 10 else f"{value:.0f} ×"
