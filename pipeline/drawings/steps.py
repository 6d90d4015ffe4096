"""The first steps: touchpoints as columns, one a step, and the streams between them.

What is converted gathers at the top, what is open and what is dropped at the bottom, each in a band
of its own that grows from step to step; so every column holds all journeys.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from pipeline.numbers import count, short

Row = Mapping[str, Any]

ENDS = {-1: "Converted", -2: "Dropped", -3: "Still open"}
LOOKS = {-1: "on", -2: "lost", -3: "open"}
ALL = 340.0  # height of all journeys together
COLUMN, NODE, GAP, TOP = 150.0, 9.0, 9.0, 30.0
OTHERS = "other touchpoints"
LEAST_LABELLED = 11.0


@dataclass
class Place:
    """A node of one step; `out` and `into` say how far down the next stream leaves and comes in."""

    x: float
    top: float
    height: float
    out: float = 0.0
    into: float = 0.0


def step_flow(flows: Sequence[Row]) -> Markup:
    """Journeys at their first steps, from touchpoint to touchpoint and to their outcomes, as SVG.

    `flows` is rows of graph.step_flows of one persona: step_number, from_node, from_number,
    to_node, to_number, journeys.
    """
    last = max(row["step_number"] for row in flows) + 1
    places = _places(flows, last)
    order = sorted(flows, key=lambda row: (row["step_number"], _rank(row["from_number"]),
                                           _rank(row["to_number"])))  # fmt: skip
    unit = ALL / _all(flows)
    streams = [_stay(places, end, step) for end in ENDS for step in range(2, last)]
    streams += [_stream(row, places, unit) for row in order]
    names = {(row["step_number"], row["from_number"]): row["from_node"] for row in flows}
    names |= {(row["step_number"] + 1, row["to_number"]): row["to_node"] for row in flows}
    nodes = [_node(key, place, names.get(key), last) for key, place in places.items()]
    heads = [
        Markup('<text class="told" x="{}" y="14">Step {}</text>').format(_x(step), step)
        for step in range(1, last + 1)
    ]
    width = _x(last) + 150
    height = max(place.top + place.height for place in places.values()) + 8
    return Markup(
        '<svg class="river steps" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" '
        'aria-label="Flow of journeys through their first steps; the table behind it follows">'
        "{streams}{nodes}{heads}</svg>"
    ).format(
        w=round(width), h=round(height), streams=Markup("").join(streams),
        nodes=Markup("").join(nodes), heads=Markup("").join(heads),
    )  # fmt: skip


def _rank(number: int) -> int:
    """From top to bottom: converted, touchpoints by size, all others, still open, dropped."""
    return {-1: -1, 0: 90, -3: 98, -2: 99}.get(number, number)


def _x(step: int) -> float:
    return 2 + COLUMN * (step - 1)


def _all(flows: Sequence[Row]) -> int:
    return sum(row["journeys"] for row in flows if row["step_number"] == 1) or 1


def _places(flows: Sequence[Row], last: int) -> dict[tuple[int, int], Place]:
    """Where each node lies; the ended of a step are those of all steps before it."""
    unit = ALL / _all(flows)
    places = {}
    for step in range(1, last + 1):
        leaving: dict[int, int] = {}
        coming: dict[int, int] = {}
        for row in flows:
            if row["step_number"] == step:
                number = row["from_number"]
                leaving[number] = leaving.get(number, 0) + row["journeys"]
            if row["step_number"] < step and (
                row["step_number"] == step - 1 or row["to_number"] < 0
            ):
                number = row["to_number"]
                coming[number] = coming.get(number, 0) + row["journeys"]
        top = TOP
        for number in sorted({*leaving, *coming}, key=_rank):
            height = max(leaving.get(number, 0), coming.get(number, 0)) * unit
            places[step, number] = Place(_x(step), top, height)
            top += height + GAP
    for (step, number), place in places.items():  # those who ended earlier come first
        if number < 0 and (step - 1, number) in places:
            place.into = places[step - 1, number].height
    return places


def _stay(places: Mapping[tuple[int, int], Place], end: int, step: int) -> Markup:
    """The band of those who ended before, from one step to the next."""
    if (step, end) not in places or (step + 1, end) not in places:
        return Markup("")
    start, to = places[step, end], places[step + 1, end]
    return _ribbon(start.x + NODE, start.top, to.x, to.top, start.height, LOOKS[end], "")


def _stream(row: Row, places: Mapping[tuple[int, int], Place], unit: float) -> Markup:
    start = places[row["step_number"], row["from_number"]]
    to = places[row["step_number"] + 1, row["to_number"]]
    width = row["journeys"] * unit
    upper, landing = start.top + start.out, to.top + to.into
    start.out += width
    to.into += width
    told = (
        f"Step {row['step_number']}, {_said(row['from_number'], row['from_node'])} → "
        f"{_said(row['to_number'], row['to_node'])}: {count(row['journeys'])} journeys"
    )
    look = LOOKS.get(row["to_number"], "on")
    return _ribbon(start.x + NODE, upper, to.x, landing, width, look, told)


def _ribbon(
    x: float, top: float, to_x: float, to_top: float, width: float, look: str, told: str
) -> Markup:
    middle = (x + to_x) / 2
    line = (
        f"M{x:.1f} {top:.1f}C{middle:.1f} {top:.1f} {middle:.1f} {to_top:.1f} {to_x:.1f} "
        f"{to_top:.1f}v{width:.1f}C{middle:.1f} {to_top + width:.1f} {middle:.1f} "
        f"{top + width:.1f} {x:.1f} {top + width:.1f}Z"
    )
    title = Markup("<title>{}</title>").format(told) if told else Markup("")
    return Markup('<path class="{}" d="{}">{}</path>').format(look, line, title)


def _node(key: tuple[int, int], place: Place, name: Any, last: int) -> Markup:
    step, number = key
    css = f"end-{LOOKS[number]}" if number < 0 else "stage-node"
    label = Markup("")
    if place.height >= LEAST_LABELLED and (number >= 0 or step == last):
        label = Markup('<text x="{}" y="{:.1f}">{}</text>').format(
            place.x + NODE + 5, place.top + place.height / 2 + 4.5,
            short(_said(number, name), 17),
        )  # fmt: skip
    return Markup(
        '<g><rect class="{}" x="{}" y="{:.1f}" width="{}" height="{:.1f}"/>{}</g>'
    ).format(css, place.x, place.top, NODE, max(place.height, 1), label)


def _said(number: int, name: Any) -> str:
    return ENDS.get(number) or (short(name) if name is not None else OTHERS)
