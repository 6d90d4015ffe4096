"""The flow: a river that runs from left to right through the stages, and what leaves it on the way.

What is still open leaves upwards, what is dropped downwards, so that no two ends cross: the stream
that leaves first runs outermost. The width of every stream is its number of journeys.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from pipeline.numbers import count, short

Row = Mapping[str, Any]

CONVERTED, DROPPED, OPEN = "CONVERTED", "DROPPED", "OPEN"
SAID = {CONVERTED: "Converted", DROPPED: "Dropped", OPEN: "Still open"}
LOOKS = {CONVERTED: "on", DROPPED: "lost", OPEN: "open"}
RIVER = 250.0  # height of all journeys together
NODE, GAP, TOP, LABELS = 10.0, 34.0, 18.0, 130.0
WIDEST_STEP, NARROWEST_STEP, WIDTH = 190.0, 110.0, 1180.0


@dataclass
class Place:
    """A stage or an end in the picture; `out` says how far down the next stream leaves it."""

    x: float
    top: float
    height: float
    out: float = 0.0


def flow(flows: Sequence[Row], outcome: Row, goal: str = "") -> Markup:
    """Journeys through the stages they reached to their outcomes, as SVG.

    `flows` is rows of graph.flows of one persona: from_node, from_number, to_node, to_number,
    journeys. `outcome` is its row of findings.outcomes: converted, dropped, open.
    """
    flows = [row for row in flows if row["journeys"]]
    stages = sorted({(row["from_number"], row["from_node"]) for row in flows})
    unit = RIVER / _most(flows)
    places = _places(flows, [stage for _, stage in stages], unit)
    landings = _landings(flows, places, unit)
    streams = Markup("").join(_stream(row, places, landings, unit) for row in _in_order(flows))
    nodes = [_stage(stage, places[stage], flows, unit) for _, stage in stages]
    nodes += [_end(end, places[end], outcome[end.lower()]) for end in SAID if end in places]
    width = max(place.x for place in places.values()) + LABELS
    height = max(place.top + place.height for place in places.values()) + 16
    return Markup(
        '<svg class="river" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" '
        'aria-label="Flow of journeys through the stages; the table behind it follows">'
        "{streams}{nodes}</svg>"
    ).format(w=round(width), h=round(height), streams=streams, nodes=Markup("").join(nodes))


def _places(flows: Sequence[Row], stages: Sequence[str], unit: float) -> dict[str, Place]:
    """Where each stage and end lies: stages in a line, what is open above, the dropped below."""
    leaving = {stage: _sum(flows, "from_node", stage) for stage in stages}
    ends = {end: _sum(flows, "to_node", end) for end in SAID}
    step = (WIDTH - LABELS) / max(len(stages), 1)
    step = min(max(step, NARROWEST_STEP), WIDEST_STEP)
    line = TOP + (ends[OPEN] * unit + GAP if ends[OPEN] else 0.0)
    places = {
        stage: Place(2 + step * at, line, leaving[stage] * unit) for at, stage in enumerate(stages)
    }
    last = 2 + step * len(stages)
    foot = line + max(place.height for place in places.values()) + GAP
    tops = {OPEN: TOP, CONVERTED: line, DROPPED: foot}
    places |= {end: Place(last, tops[end], max(ends[end] * unit, 1.0)) for end in SAID if ends[end]}
    return places


def _most(flows: Sequence[Row]) -> float:
    """The journeys at the widest place: everything is drawn in proportion to it."""
    nodes = {row["from_node"] for row in flows}
    return max(
        [_sum(flows, "from_node", n) for n in nodes] + [_sum(flows, "to_node", n) for n in SAID]
    )


def _sum(flows: Sequence[Row], column: str, node: str) -> float:
    """The height of a node: as wide as its streams together."""
    return float(sum(row["journeys"] for row in flows if row[column] == node))


def _in_order(flows: Sequence[Row]) -> list[Row]:
    """Streams in the order in which they leave a stage: open on top, then on, then dropped."""
    ranks = {OPEN: 0, DROPPED: 2}
    return sorted(
        flows,
        key=lambda row: (row["from_number"], ranks.get(row["to_node"], 1), row["to_number"] or 999),
    )


def _landings(
    flows: Sequence[Row], places: Mapping[str, Place], unit: float
) -> dict[tuple[str, str], float]:
    """Where each stream comes in: from near ones above those from far, except outermost first."""
    landings = {}
    for node, place in places.items():
        into = [row for row in flows if row["to_node"] == node]
        into.sort(key=lambda row: row["from_number"], reverse=node != OPEN)
        at = place.top
        for row in into:
            landings[row["from_node"], node] = at
            at += row["journeys"] * unit
    return landings


def _stream(
    row: Row, places: Mapping[str, Place], landings: Mapping[tuple[str, str], float], unit: float
) -> Markup:
    start, end = places[row["from_node"]], places[row["to_node"]]
    width = row["journeys"] * unit
    upper = start.top + start.out
    start.out += width
    landing = landings[row["from_node"], row["to_node"]]
    x, to_x = start.x + NODE, end.x
    # A stream to an end far away bends at once, so that it does not lie across the river.
    bend = min((to_x - x) / 2, 95.0)
    line = (
        f"M{x:.1f} {upper:.1f}C{x + bend:.1f} {upper:.1f} {x + bend:.1f} {landing:.1f} "
        f"{x + 2 * bend:.1f} {landing:.1f}H{to_x:.1f}v{width:.1f}H{x + 2 * bend:.1f}"
        f"C{x + bend:.1f} {landing + width:.1f} {x + bend:.1f} {upper + width:.1f} "
        f"{x:.1f} {upper + width:.1f}Z"
    )
    told = (
        f"{short(row['from_node'])} → {SAID.get(row['to_node'], short(row['to_node']))}: "
        f"{count(row['journeys'])} journeys"
    )
    return Markup('<path class="{}" d="{}"><title>{}</title></path>').format(
        LOOKS.get(row["to_node"], "on"), line, told
    )


def _stage(stage: str, place: Place, flows: Sequence[Row], unit: float) -> Markup:
    leaving = [row for row in flows if row["from_node"] == stage]
    above = sum(row["journeys"] for row in leaving if row["to_node"] == OPEN) * unit
    below = sum(row["journeys"] for row in leaving if row["to_node"] == DROPPED) * unit
    middle = place.top + (max(place.height, 14) + above - below) / 2  # of the stream that goes on
    return Markup(
        '<rect class="stage-node" x="{}" y="{:.1f}" width="{}" height="{:.1f}"/>'
        '<text x="{}" y="{:.1f}">{}</text>'
    ).format(
        place.x, place.top, NODE, max(place.height, 1), place.x + NODE + 7, middle + 4.5,
        short(stage, 18),
    )  # fmt: skip


def _end(end: str, place: Place, journeys: int) -> Markup:
    middle = place.top + place.height / 2
    return Markup(
        '<rect class="end-{}" x="{}" y="{:.1f}" width="{}" height="{:.1f}"/>'
        '<text x="{}" y="{:.1f}">{}</text><text class="told" x="{}" y="{:.1f}">{}</text>'
    ).format(
        LOOKS[end], place.x, place.top, NODE, place.height, place.x + NODE + 10, middle - 1,
        SAID[end], place.x + NODE + 10, middle + 16, count(journeys),
    )  # fmt: skip
