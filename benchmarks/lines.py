"""What is to be reached, each line with its bound, held against what was measured."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.page import seconds, size, times
from benchmarks.sizes import AtSize

GIB = 2**30
NOT_MEASURED = "not measured in this run"


@dataclass(frozen=True)
class Line:
    """One line of the table: what, its bound and what was measured, in words, and whether."""

    what: str
    bound: str
    measured: str
    is_reached: bool | None = None  # None where it was not measured

    def row(self) -> tuple[str, str, str, str]:
        reached = {True: "yes", False: "**no**", None: ""}[self.is_reached]
        return self.what, self.bound, self.measured, reached


def at_most(what: str, bound: float, value: float | None, words: str, unit: str = "floor") -> Line:
    """A ratio that is to be at most `bound`."""
    told = {"floor": f"{bound:g} × the floor"}.get(unit, unit)
    if value is None:
        return Line(what, told, NOT_MEASURED)
    return Line(what, told, words, value <= bound)


def lines_of(size_: AtSize) -> list[Line]:
    """The lines about one size."""
    floor, run = size_.floor, size_.run
    core = size_.core_seconds
    lines = [
        at_most(
            "load to transitions and drop-offs, from Parquet, promises checked",
            5, core / floor, f"{times(core / floor)} ({seconds(core)})",
        ),
        _third(size_),
        _from_csv(size_),
        at_most(
            "`journeys run` whole, personas and findings included",
            9, run.seconds / floor, f"{times(run.seconds / floor)} ({seconds(run.seconds)})",
        ),
    ]  # fmt: skip
    lines += [
        at_most(
            f"the handle's questions: {name}",
            0.05, took / floor, f"{took / floor:.3f} × ({took * 1000:.0f} ms)",
        )
        for name, took in size_.questions.items() if name != "open"
    ]  # fmt: skip
    allowed = 16 if size_.events >= 100_000_000 else 4
    peak = run.process.peak_bytes
    left = f", left behind: {', '.join(size_.left)}" if size_.left else ", nothing left behind"
    lines += [
        Line(
            "peak memory of the whole run", f"{allowed} GiB", size(peak) + left,
            peak <= allowed * GIB and not size_.left,
        ),
        at_most(
            "`journeys run` with nothing new, against `python -c 'import duckdb'`",
            3, size_.idle / size_.import_duckdb,
            f"{times(size_.idle / size_.import_duckdb)} ({seconds(size_.idle)})", "below 3 ×",
        ),
    ]  # fmt: skip
    if size_.components is not None:
        lines.append(
            at_most(
                f"components of {size_.events:,} identifiers and {2 * size_.events:,} links",
                1, size_.components / floor,
                f"{times(size_.components / floor)} ({seconds(size_.components)})",
            )
        )  # fmt: skip
    return lines


def _third(size_: AtSize) -> Line:
    other = size_.others.get("retentioneering")
    value = size_.core_seconds / other.total if other else None
    return at_most(
        "the same against retentioneering's time", 1 / 3, value,
        times(value) if value else "", "a third",
    )  # fmt: skip


def _from_csv(size_: AtSize) -> Line:
    what, bound = "the same from gzipped CSV", "1.6 × from Parquet, plus reading the CSV at all"
    if size_.csv_core is None or size_.csv_read is None:
        return Line(what, bound, NOT_MEASURED)
    allowed = 1.6 * size_.core_seconds + size_.csv_read
    words = f"{seconds(size_.csv_core)} of {seconds(allowed)} (reading: {seconds(size_.csv_read)})"
    return Line(what, bound, words, size_.csv_core <= allowed)


def across(sizes: Mapping[int, AtSize]) -> list[Line]:
    """The lines that compare sizes."""
    counts = sorted(sizes)
    first, last = sizes[counts[0]], sizes[counts[-1]]
    report = Line(
        "`journeys report`, whatever the number of events", "the same within a fifth", NOT_MEASURED
    )
    if first is not last:
        ratio = last.report.seconds / first.report.seconds
        told = [f"{seconds(sizes[n].report.seconds)} at {n:,}" for n in counts]
        report = Line(
            report.what, report.bound, f"{times(ratio)} ({', '.join(told)})", 0.8 <= ratio <= 1.2
        )
    tenfold = [(n, 10 * n) for n in counts if 10 * n in sizes]
    lines = [report]
    for small, large in tenfold:
        ratio = sizes[large].run.seconds / sizes[small].run.seconds
        lines.append(
            at_most(f"from {small:,} to {large:,} events", 12, ratio, times(ratio), "12 × the time")
        )
    return lines
