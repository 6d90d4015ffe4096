"""Many nights in a row, and one night at ten million events: `make nights`.

Each night's files arrive and `journeys run` brings the warehouse up to date; two runs are killed
on the way. At the end every table must be equal to one full run's over the same rows.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import ours, page
from benchmarks.large_night import LargeNight, large_night
from benchmarks.lines import Line
from benchmarks.page import seconds, size, times
from benchmarks.simulated import Simulated, simulate
from benchmarks.tables import STEPS_SHOWN, bounds


def told(done: Simulated | None, large: LargeNight | None) -> list[str]:
    """The section "Night after night", in Markdown: what was measured of it."""
    return [
        "", page.circumstances(), "",
        *(told_of_nights(done) if done else []),
        *(["", *bounds(large_lines(large)), "", *large_steps(large), ""] if large else []),
    ]  # fmt: skip


def told_of_nights(done: Simulated) -> list[str]:
    count = len(done.nights)
    shown = [
        night for night in done.nights if night.number in (1, 2, 10, *range(15, count, 15), count)
    ]
    joined = sum(night.joined for night in done.nights)
    anew = [night.number for night in done.nights if night.made_all_anew]
    return [
        f"{count} nights of {done.events_a_night:,} events each; {joined:,} customers turned out "
        f"to be one with another; runs were killed in nights {listed(done.killed)}. "
        f"All customers were made anew in nights {listed(anew) or 'none'}.",
        "",
        *page.table(
            ("night", "load to steps", "whole", "customers", "warehouse"),
            [
                (
                    str(night.number), seconds(night.to_steps), seconds(night.whole),
                    f"{night.customers:,}", size(night.warehouse_bytes),
                )
                for night in shown
            ],
        ),
        "",
        *bounds(simulated_lines(done)),
        "",
    ]  # fmt: skip


def equality(what: str, differ: dict[str, str]) -> Line:
    words = ", ".join(f"{table} ({how})" for table, how in differ.items())
    return Line(what, "none", words or "none", not differ)


def listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


def simulated_lines(done: Simulated) -> list[Line]:
    last = done.nights[-1]
    share = last.warehouse_bytes / done.fresh_bytes
    return [
        equality("tables that differ from one full run's", done.differing),
        Line(
            "load to steps, the last nights against those around the tenth", "1.5 ×",
            times(done.growth()), done.growth() <= 1.5,
        ),
        Line(
            "the warehouse's file against a fresh one", "1.5 ×",
            f"{times(share)} ({size(last.warehouse_bytes)})", share <= 1.5,
        ),
    ]  # fmt: skip


def large_lines(large: LargeNight) -> list[Line]:
    new = large.events // 100
    parts = [large.night.only(ours.TO_STEPS), large.full.only(ours.TO_STEPS)]
    wholes = [large.night.seconds, large.full.seconds]

    def against(what: str, bound: float, words: str, took: list[float]) -> Line:
        ratio = took[0] / took[1]
        floors = " and ".join(
            f"{seconds(one)}, {times(one / large.floor)} the floor" for one in took
        )
        return Line(what, words, f"{times(ratio)} ({floors})", ratio <= bound)

    return [
        against(
            f"{new:,} new events upon {large.events - new:,}: load to steps, against full",
            0.1, "a tenth", parts,
        ),
        against("the whole night, against a full run", 1 / 3, "a third", wholes),
        equality("tables that differ from the full run's", large.differing),
    ]  # fmt: skip


def large_steps(large: LargeNight) -> list[str]:
    """The steps of the large night that take longest, beside the full run's, and all others."""
    ordered = sorted(large.night.steps, key=lambda name: -large.night.steps[name])
    shown, others = ordered[:STEPS_SHOWN], ordered[STEPS_SHOWN:]

    def row(what: str, names: list[str]) -> tuple[str, str, str]:
        took = [sum(run.steps.get(each, 0) for each in names) for run in (large.night, large.full)]
        return what, seconds(took[0]), seconds(took[1])

    rows = [row(f"`{name}`", [name]) for name in shown]
    rows.append(row(f"{len(others)} other steps", others))
    return page.table(("step", "of the night", "of the full run"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nights", description=__doc__)
    parser.add_argument("--nights", type=int, default=90, help="0: only the large one")
    parser.add_argument("--events", type=int, default=100_000, help="each night")
    parser.add_argument("--large", type=int, default=10_000_000, help="of the one night; 0: none")
    parser.add_argument("--work", type=Path, help="where events are kept for the next time")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="journeys-nights-") as scratch:
        work = asked.work or Path(scratch)
        nights = work / "nights"
        done = simulate(nights, asked.nights, asked.events, say) if asked.nights else None
        large = large_night(work, asked.large, say) if asked.large else None
    lines = told(done, large)
    print("\n".join(lines))
    page.put("nights", lines)
    say(f"Written to {page.PAGE}")


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
