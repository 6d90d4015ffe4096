"""Measures everything and writes docs/performance.md: `make bench`.

Other sizes: `make bench SIZES="1000000 10000000 100000000"`. `make bench SMALL=1` takes minutes and
shows only that all of it works. `python -m benchmarks --small-end` measures only what it costs to
have this at all.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import page, small_end, tables
from benchmarks.sizes import AtSize, measure_size

SIZES = (1_000_000, 10_000_000)
SMALL_SIZES = (20_000, 200_000)
OTHERS_UP_TO = 10_000_000  # beyond, retentioneering and pandas need more memory than there is


def main() -> None:
    """Measure, write the page, and say what was not reached."""
    asked = arguments()
    if not asked.small_end:
        at_sizes(asked)
    told("small end", tables.small_end(small_end.measure_small_end(say)), asked.small)


def at_sizes(asked: argparse.Namespace) -> None:
    """Measure at each size in turn."""
    sizes = asked.sizes or (SMALL_SIZES if asked.small else SIZES)
    with tempfile.TemporaryDirectory(prefix="journeys-bench-") as scratch:
        work = asked.work or Path(scratch)
        measured: dict[int, AtSize] = {}
        for events in sorted(sizes):
            fits = events <= OTHERS_UP_TO
            measured[events] = measure_size(work, events, with_others=fits, with_csv=fits, say=say)
            told("yardsticks", tables.whole(measured), asked.small)  # the next size may fail


def told(section: str, lines: list[str], only_for_soundness: bool) -> None:
    """Print what was measured, and write it into the page."""
    print("\n".join(lines))
    if only_for_soundness:
        say("This was for soundness: docs/performance.md stays as it is")
    else:
        page.put(section, lines)
        say(f"Written to {page.PAGE}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", help=f"numbers of events, else {SIZES}")
    parser.add_argument("--small", action="store_true", help="only whether it works, in minutes")
    parser.add_argument("--small-end", action="store_true", help="only the small end")
    parser.add_argument("--work", type=Path, help="where events are kept for the next time")
    return parser.parse_args()


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
