"""Charts as plotly figures: functions from a frame to a figure, which never query and never count.

Every frame is a table of the warehouse, or some of its rows, with the columns told.
Text in plotly is HTML of a kind, so every name is escaped before it gets there.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from pipeline.numbers import count, month, short
from pipeline.palette import LIGHT

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

ENDS = ("CONVERTED", "DROPPED", "OPEN")
SAID = {"START": "Started", "CONVERTED": "Converted", "DROPPED": "Dropped", "OPEN": "Still open"}
FONT = "-apple-system, 'Segoe UI', Inter, Roboto, 'Helvetica Neue', Arial, system-ui, sans-serif"
NODE_COLOURS = {"DROPPED": LIGHT["lost"], "OPEN": LIGHT["open"]}
LINK_COLOURS = {"DROPPED": LIGHT["lost-soft"], "OPEN": LIGHT["open-soft"]}
ROW_HEIGHT = 46


def flow(flows: "pandas.DataFrame") -> "go.Figure":
    """How journeys move on from stage to stage, and where they end, as a Sankey diagram.

    `flows` is rows of graph.flows of one persona: from_node, from_number, to_node, journeys.
    Ends are streams of their own; width is the number of journeys.
    """
    import plotly.graph_objects as go

    rows: list[dict[Any, Any]] = flows.to_dict("records")
    numbers = {row["from_node"]: row["from_number"] for row in rows}
    ends = [end for end in ENDS if any(row["to_node"] == end for row in rows)]
    nodes = [*sorted(numbers, key=lambda node: numbers[node]), *ends]
    place = {node: at for at, node in enumerate(nodes)}
    figure = go.Figure(
        go.Sankey(
            node={
                "label": [escape(short(SAID.get(node, node), 28)) for node in nodes],
                "color": [NODE_COLOURS.get(node, LIGHT["accent"]) for node in nodes],
                "hovertemplate": "%{label}: %{value:,.0f} journeys<extra></extra>",
                "pad": 22, "thickness": 12, "line": {"width": 0},
            },
            link={
                "source": [place[row["from_node"]] for row in rows],
                "target": [place[row["to_node"]] for row in rows],
                "value": [row["journeys"] for row in rows],
                "color": [LINK_COLOURS.get(row["to_node"], LIGHT["accent-soft"]) for row in rows],
                "hovertemplate": "%{source.label} → %{target.label}: "
                "%{value:,.0f} journeys<extra></extra>",
            },
        )
    )  # fmt: skip
    return _styled(figure, height=440)


def funnel(stages: "pandas.DataFrame") -> "go.Figure":
    """What became of the journeys that entered each stage, as bars that add up to those who did.

    `stages` is rows of graph.stages of one persona: stage, entered, advanced, converted,
    went_back, dropped, open.
    """
    import plotly.graph_objects as go

    names = [escape(short(stage, 28)) for stage in stages["stage"]]
    parts = (
        ("advanced", "Went further", LIGHT["accent"]),
        ("converted", "Converted here", LIGHT["accent-mid"]),
        ("went_back", "Went back", LIGHT["accent-soft"]),
        ("dropped", "Dropped", LIGHT["lost"]),
        ("open", "Still open", LIGHT["open-soft"]),
    )
    figure = go.Figure(
        [
            go.Bar(
                name=said, x=stages[column], y=names, orientation="h",
                marker={"color": colour, "line": {"width": 0}},
                customdata=[count(value) for value in stages[column]],
                hovertemplate="%{y} · " + said + ": %{customdata}<extra></extra>",
            )
            for column, said, colour in parts
        ]
    )  # fmt: skip
    figure.update_layout(barmode="stack", bargap=0.45, legend_traceorder="normal")
    figure.update_yaxes(autorange="reversed", ticklabelstandoff=8)
    return _styled(figure, height=110 + ROW_HEIGHT * len(names))


def over_time(months: "pandas.DataFrame", marks: Sequence[Mapping[str, str]] = ()) -> "go.Figure":
    """The conversion rate by month of start, with 95 % intervals; young months are hollow.

    `marks` is what happened in a month: month, said.

    `months` is rows of graph.conversion of one persona, without `all`: month, conversion_rate,
    conversion_low, conversion_high, journeys, is_young.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    known = months[months["conversion_rate"].notna()]
    band = LIGHT["accent-soft"]
    labels = [month(value) for value in known["month"]]
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    figure.add_scatter(x=labels, y=known["conversion_high"] * 100, **edge)
    figure.add_scatter(
        x=labels, y=known["conversion_low"] * 100, fill="tonexty", fillcolor=band, **edge
    )
    line = {"color": LIGHT["accent"], "width": 2}
    plain = {"mode": "lines", "hoverinfo": "skip", "showlegend": False}
    old = known[~known["is_young"].astype(bool)]["conversion_rate"] * 100
    figure.add_scatter(
        x=labels, y=known["conversion_rate"] * 100, line=line | {"dash": "dot"}, **plain
    )
    figure.add_scatter(x=labels[: len(old)], y=old, line=line, **plain)
    figure.add_scatter(
        x=labels, y=known["conversion_rate"] * 100, mode="markers", showlegend=False,
        marker={
            "size": 9, "line": {"color": LIGHT["accent"], "width": 2},
            "color": [LIGHT["paper" if young else "accent"] for young in known["is_young"]],
        },
        customdata=[
            [f"{row['conversion_low'] * 100:.1f}–{row['conversion_high'] * 100:.1f}",
             count(row['journeys']), ", not yet fully observed" if row['is_young'] else ""]
            for row in known.to_dict("records")
        ],
        hovertemplate="%{x}: %{y:.1f} % (%{customdata[0]} %), "
        "%{customdata[1]} journeys%{customdata[2]}<extra></extra>",
    )  # fmt: skip
    if marks:
        figure.add_trace(_marked(marks))
    figure.update_yaxes(rangemode="tozero", ticksuffix=" %", nticks=6)
    figure.update_xaxes(type="category", tickangle=0, nticks=8)
    return _styled(figure, height=320)


def _marked(marks: Sequence[Mapping[str, str]]) -> "go.Scatter":
    """Triangles on the axis, which tell what happened in a month."""
    import plotly.graph_objects as go

    told: dict[str, list[str]] = {}
    for mark in marks:
        told.setdefault(month(mark["month"]), []).append(escape(short(mark["said"], 80)))
    return go.Scatter(
        x=list(told), y=[0] * len(told), mode="markers", showlegend=False, cliponaxis=False,
        marker={"symbol": "triangle-up", "size": 11, "color": LIGHT["soft"]},
        hovertext=["<br>".join(said) for said in told.values()],
        hovertemplate="%{x}: %{hovertext}<extra></extra>",
    )  # fmt: skip


def _styled(figure: "go.Figure", height: int) -> "go.Figure":
    """The house's look: no frame, few lines, the page's own letters."""
    figure.update_layout(
        template=None, height=height, autosize=True,
        margin={"l": 8, "r": 16, "t": 28, "b": 28},
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "size": 13, "color": LIGHT["ink"]},
        hoverlabel={"bgcolor": LIGHT["raised"], "bordercolor": LIGHT["line"],
                    "font": {"family": FONT, "size": 13, "color": LIGHT["ink"]}},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        separators=".\u202f",
    )  # fmt: skip
    figure.update_xaxes(showgrid=False, zeroline=False, automargin=True, fixedrange=True)
    figure.update_yaxes(gridcolor=LIGHT["line"], zeroline=False, automargin=True, fixedrange=True)
    return figure
