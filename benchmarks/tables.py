"""What was measured, as the tables of docs/performance.md."""

from collections.abc import Mapping, Sequence

from benchmarks import page
from benchmarks.lines import Line, across, lines_of
from benchmarks.page import seconds, size, times
from benchmarks.sizes import AtSize

STEPS_SHOWN = 12
WRITTEN = {
    "written": "its tables only written, nothing worked out",
    "promises": "its tables' promises only checked",
}


def whole(measured: Mapping[int, AtSize]) -> list[str]:
    """Every table of the sizes, in Markdown."""
    lines = ["", page.circumstances(), ""]
    for events, one in sorted(measured.items(), reverse=True):
        lines += [f"### {events:,} events", "", *yardsticks(one), "", *steps(one), ""]
        lines += [f"To reach at {events:,} events:", "", *bounds(lines_of(one)), ""]
    return [*lines, "### From size to size", "", *bounds(across(measured)), ""]


def small_end(ends: Sequence[Line]) -> list[str]:
    """The table of the small end, in Markdown."""
    return ["", page.circumstances(), "", *bounds(ends), ""]


def bounds(lines: Sequence[Line]) -> list[str]:
    return page.table(("what", "at most", "measured", "reached"), [one.row() for one in lines])


def yardsticks(one: AtSize) -> list[str]:
    rows: list[tuple[str, float, int | None]] = [
        ("the floor: sorted by customer and time, on disk", one.floor, one.floor_peak_bytes)
    ]
    for name, other in one.others.items():
        parts = ", ".join(f"{part} {seconds(took)}" for part, took in other.parts.items())
        rows.append((f"{name} ({parts})", other.total, other.peak_bytes))
    peak = one.run.process.peak_bytes
    for part, took in (one.written or {}).items():
        rows.append((f"journeys, load to transitions and drop-offs: {WRITTEN[part]}", took, None))
    rows += [
        ("**journeys, load to transitions and drop-offs**", one.core_seconds, peak),
        (
            f"**journeys, whole** (a warehouse of {size(one.warehouse_bytes)})",
            one.run.seconds,
            peak,
        ),
    ]
    return page.table(
        ("what", "time", "× the floor", "peak memory"),
        [
            (name, seconds(took), times(took / one.floor), size(held) if held else "")
            for name, took, held in rows
        ],
    )


def steps(one: AtSize) -> list[str]:
    """The steps that take longest, and all others together."""
    ordered = sorted(one.run.steps.items(), key=lambda step: -step[1])
    shown, others = ordered[:STEPS_SHOWN], ordered[STEPS_SHOWN:]
    rest = one.run.seconds - sum(one.run.steps.values())
    rows = [
        *((f"`{name}`", took) for name, took in shown),
        (f"{len(others)} other steps", sum(took for _, took in others)),
        ("starting, publishing", rest),
    ]
    return page.table(
        ("step of the run", "time", "× the floor"),
        [(name, seconds(took), times(took / one.floor)) for name, took in rows],
    )
