"""The transition graph: touchpoints laid out from left to right by stage, and the moves between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from pipeline.numbers import count, is_known, share, short

Row = Mapping[str, Any]

NODE_WIDTH, NODE_HEIGHT, END_WIDTH = 122.0, 44.0, 78.0
BETWEEN, LANE, TOP = 38.0, 74.0, 40.0
MOST_NODES, MOST_EDGES = 60, 400
DEEPEST = 50  # hundredths of the colour of loss, so that words on it can be read
STARTS, CONVERTS = "START", "CONVERTED"
SAID = {STARTS: "Started", CONVERTS: "Converted"}
SHOWN_FROM = 0.08  # moves rarer than this share of those from a node are hidden at first


@dataclass(frozen=True)
class Node:
    """A touchpoint, the start or the goal, with its place in the drawing."""

    name: str
    column: int
    lane: float
    steps: int | None
    rate: float | None
    is_held: bool = False  # too few were lost for the rate to be told

    @property
    def lost(self) -> str:
        if self.is_held:
            return "few lost"
        return f"{share(self.rate, 0)} lost" if is_known(self.rate) else "not known yet"

    @property
    def width(self) -> float:
        return END_WIDTH if self.name in SAID else NODE_WIDTH

    @property
    def left(self) -> float:
        before = END_WIDTH + BETWEEN + (self.column - 1) * (NODE_WIDTH + BETWEEN)
        return 2 + (before if self.column else 0)

    @property
    def middle(self) -> float:
        return TOP + self.lane * LANE + NODE_HEIGHT / 2


def transition_graph(
    transitions: Sequence[Row],
    drop_offs: Sequence[Row],
    stages: Mapping[str, tuple[int, str]],
    most: float = 1.0,
) -> Markup:
    """Touchpoints from left to right by stage, redder where more is lost; edges as wide as used.

    `transitions` is rows of graph.transitions (from_node, to_node, steps, probability) and
    `drop_offs` of graph.drop_offs (node, steps, drop_off_rate), both of one persona at touchpoint
    level; `stages` gives each touchpoint's stage number and stage; a box is reddest at `most`.
    """
    edges = _edges(transitions, stages)
    nodes = _nodes(edges, drop_offs, stages)
    kept = [row for row in edges if row["from_node"] in nodes and row["to_node"] in nodes]
    kept = sorted(kept, key=lambda row: -row["steps"])[:MOST_EDGES]
    widest = max((row["steps"] for row in kept), default=1)
    lanes = max((node.lane for node in nodes.values()), default=0) + 1
    width = max((node.left + node.width for node in nodes.values()), default=0) + 2
    height = TOP + lanes * LANE + 34
    drawn = [_edge(row, nodes, widest, height) for row in reversed(kept)]
    drawn += [_node(node, most) for node in nodes.values()]
    return Markup(
        '<svg class="graph" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="group" '
        'aria-label="Touchpoints from left to right by stage, with the moves between them">'
        "{heads}{drawn}</svg>"
    ).format(
        w=round(width), h=round(height), heads=_heads(nodes, stages), drawn=Markup("").join(drawn)
    )


def _edges(transitions: Sequence[Row], stages: Mapping[str, tuple[int, str]]) -> list[Row]:
    """Moves between touchpoints, from the start and to the goal; other ends are in the colours."""
    known = {*stages, STARTS, CONVERTS}
    return [row for row in transitions if row["from_node"] in known and row["to_node"] in known]


def _nodes(
    edges: Sequence[Row], drop_offs: Sequence[Row], stages: Mapping[str, tuple[int, str]]
) -> dict[str, Node]:
    facts = {row["node"]: row for row in drop_offs}
    busiest = sorted(
        (name for name in stages if name in facts), key=lambda name: -facts[name]["steps"]
    )[:MOST_NODES]
    numbers = sorted({stages[name][0] for name in busiest})
    columns = {name: 1 + numbers.index(stages[name][0]) for name in busiest}
    columns[STARTS] = 0
    if any(row["to_node"] == CONVERTS for row in edges):
        columns[CONVERTS] = len(numbers) + 1
    lanes = _lanes(columns, edges)
    return {
        name: Node(
            name, column, lanes[name],
            facts[name]["steps"] if name in facts else None,
            facts[name]["drop_off_rate"] if name in facts else None,
            bool(name in facts and facts[name].get("is_held")),
        )
        for name, column in columns.items()
    }  # fmt: skip


def _lanes(columns: Mapping[str, int], edges: Sequence[Row]) -> dict[str, float]:
    """The height of each node: near what most moves come from, columns centred on each other."""
    by_column: dict[int, list[str]] = {}
    for name, column in columns.items():
        by_column.setdefault(column, []).append(name)
    tallest = max(len(names) for names in by_column.values())
    lanes: dict[str, float] = {}
    for column in sorted(by_column):
        names = sorted(by_column[column], key=lambda name: (_pull(name, edges, lanes), name))
        first = (tallest - len(names)) / 2
        lanes |= {name: first + place for place, name in enumerate(names)}
    return lanes


def _pull(name: str, edges: Sequence[Row], lanes: Mapping[str, float]) -> float:
    """The mean height of the nodes already placed that moves come from, by how many they are."""
    before = [row for row in edges if row["to_node"] == name and row["from_node"] in lanes]
    weight = sum(row["steps"] for row in before)
    if not weight:
        return 0.0
    return float(sum(lanes[row["from_node"]] * row["steps"] for row in before) / weight)


def _heads(nodes: Mapping[str, Node], stages: Mapping[str, tuple[int, str]]) -> Markup:
    heads = {node.left: stages[node.name][1] for node in nodes.values() if node.name in stages}
    return Markup("").join(
        Markup('<text class="column" x="{}" y="16">{}</text>').format(left, short(stage, 22))
        for left, stage in sorted(heads.items())
    )


def _edge(row: Row, nodes: Mapping[str, Node], widest: int, height: float) -> Markup:
    start, end = nodes[row["from_node"]], nodes[row["to_node"]]
    line, kind = _line(start, end, height)
    probability = row["probability"] if is_known(row["probability"]) else 0.0
    return Markup(
        '<path class="edge{kind}{minor}" d="{line}" stroke-width="{width}" data-from="{a}" '
        'data-to="{b}" data-share="{p}"><title>{said}</title></path>'
    ).format(
        kind=kind, minor="" if probability >= SHOWN_FROM else " minor", line=line,
        width=f"{0.8 + 15 * row['steps'] / widest:.1f}", a=start.name, b=end.name,
        p=f"{probability:.4f}",
        said=f"{_said(start.name)} → {_said(end.name)}: {count(row['steps'])} moves, "
        f"{share(row['probability'])} of those from there",
    )  # fmt: skip


def _line(start: Node, end: Node, height: float) -> tuple[str, str]:
    """The curve from one node to another, and its kind: on, within a stage, or back below."""
    right, left = start.left + start.width, end.left
    if end.column > start.column:
        bend = (left - right) / 2
        return (
            f"M{right:.0f} {start.middle:.0f}C{right + bend:.0f} {start.middle:.0f} "
            f"{left - bend:.0f} {end.middle:.0f} {left:.0f} {end.middle:.0f}"
        ), ""
    if start.name == end.name:
        top, x = start.middle - NODE_HEIGHT / 2, start.left + NODE_WIDTH * 0.8
        return f"M{x:.0f} {top:.0f}c-4 -22 -34 -22 -38 0", " back"
    if start.column == end.column:
        out = right + 30
        return (
            f"M{right:.0f} {start.middle:.0f}C{out:.0f} {start.middle:.0f} "
            f"{out:.0f} {end.middle:.0f} {right:.0f} {end.middle:.0f}"
        ), " within"
    bottom, foot = NODE_HEIGHT / 2, height - 6
    from_x, to_x = start.left + NODE_WIDTH * 0.4, end.left + NODE_WIDTH * 0.6
    return (
        f"M{from_x:.0f} {start.middle + bottom:.0f}C{from_x:.0f} {foot:.0f} "
        f"{to_x:.0f} {foot:.0f} {to_x:.0f} {end.middle + bottom:.0f}"
    ), " back"


def _node(node: Node, most: float) -> Markup:
    rate = node.rate if is_known(node.rate) else None
    top = node.middle - NODE_HEIGHT / 2
    said = _said(node.name)
    if node.name in SAID:
        lines = Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
            node.left + node.width / 2, node.middle + 4, said
        )
    else:
        lines = Markup(
            '<text x="{x}" y="{y}">{said}</text><text class="rate" x="{x}" y="{z}">{rate}</text>'
        ).format(
            x=node.left + 9, y=node.middle - 4, z=node.middle + 13, said=short(said, 17),
            rate=node.lost,
        )  # fmt: skip
    told = said if node.name in SAID else f"{said}: {count(node.steps)} steps, {node.lost}"
    return Markup(
        '<g class="node{end}" tabindex="0" role="button" aria-pressed="false" aria-label="{told}" '
        'data-node="{name}" style="--loss: {loss}%"><title>{told}</title>'
        '<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="6"/>{lines}</g>'
    ).format(
        end=" end" if node.name in SAID else "", told=told, name=node.name,
        loss=f"{DEEPEST * min((rate or 0) / most, 1.0):.0f}",
        x=node.left, y=top, w=node.width, h=NODE_HEIGHT, lines=lines,
    )  # fmt: skip


def _said(name: str) -> str:
    return SAID.get(name, short(name))
