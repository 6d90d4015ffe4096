"""How much memory a run may take when nobody says: little for little data, so that it can share."""

import os
from collections.abc import Iterable
from pathlib import Path

GIBI = 1 << 30
USUAL = 3 * GIBI  # enough for ten million events, with the rest on disk
LARGE = GIBI  # of exports together; above it half the machine's memory


def usual_limit(files: Iterable[Path]) -> str:
    """The limit of DuckDB's memory for these exports, as it is written in settings: `3.0GiB`."""
    half = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    size = sum(path.stat().st_size for path in files if path.exists())
    return f"{(half if size > LARGE else min(USUAL, half)) / GIBI:.1f}GiB"
