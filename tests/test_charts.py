"""Charts and drawings: rows in, a picture out, whatever the names."""

import re

import pandas
import pytest
import report_rows

from pipeline import charts, drawings
from pipeline.report.tables import EVERYONE

TABLES = report_rows.tables()
STAGES = {
    name: (number, stage)
    for number, (stage, names) in enumerate(report_rows.TOUCHPOINTS.items(), 1)
    for name in names
}


def rows(table: str, **cells: object) -> list[dict[str, object]]:
    return TABLES.of(table, EVERYONE, **cells)


def test_the_flow_figure_has_a_link_for_each_row_and_the_ends_as_nodes() -> None:
    figure = charts.flow(pandas.DataFrame(rows("flows")))
    assert list(figure.data[0].link.value) == [row["journeys"] for row in rows("flows")]
    assert list(figure.data[0].node.label)[-3:] == ["Converted", "Dropped", "Still open"]


def test_the_bars_of_the_funnel_are_the_cells_of_the_table() -> None:
    figure = charts.funnel(pandas.DataFrame(rows("stages")))
    drawn = {bar.name: list(bar.x) for bar in figure.data}
    assert drawn["Dropped"] == [row["dropped"] for row in rows("stages")]


def test_young_months_are_hollow() -> None:
    months = [row for row in rows("conversion") if row["month"] != "all"]
    figure = charts.over_time(pandas.DataFrame(months))
    colours = figure.data[-1].marker.color
    assert [colour == charts.LIGHT["paper"] for colour in colours] == [
        row["is_young"] for row in months
    ]


def test_what_happened_in_a_month_is_marked_on_the_axis() -> None:
    marks = [{"month": "2025-03", "said": "new <prices>"}, {"month": "2025-03", "said": "a run"}]
    drawn = charts.over_time(pandas.DataFrame(rows("conversion")[1:]), marks).data[-1]
    assert (drawn.x, drawn.hovertext) == (("Mar 2025",), ("new &lt;prices&gt;<br>a run",))


def test_a_step_flow_holds_all_journeys_in_every_column() -> None:
    drawing = drawings.step_flow(rows("step_flows"))
    heights = [
        sum(float(height) for at, height in re.findall(
            r'<rect class="[^"]*" x="([\d.]+)" y="[\d.]+" width="9.0" height="([\d.]+)"', drawing
        ) if float(at) == x)
        for x in (2, 152, 302)
    ]  # fmt: skip
    assert heights == pytest.approx([340.0] * 3, abs=0.2)


def test_months_of_which_nothing_is_known_are_left_out() -> None:
    months = pandas.DataFrame(rows("conversion")[1:4])
    months.loc[0, ["conversion_rate", "conversion_low", "conversion_high"]] = None
    assert len(charts.over_time(months).data[-1].x) == 2


def test_names_cannot_be_markup_in_a_figure() -> None:
    flows = pandas.DataFrame(rows("flows")).replace({"usage": "<a href='https://x'>usage</a>"})
    labels = charts.flow(flows).data[0].node.label
    assert any("&lt;a href" in label for label in labels)
    assert not any("<" in label for label in labels)


def test_names_cannot_be_markup_in_a_drawing() -> None:
    name = '"><script>alert(1)</script>'
    stages = {**STAGES, name: (1, name)}
    node = rows("drop_offs", level="touchpoint")[0] | {"node": name}
    drawn = drawings.transition_graph(rows("transitions"), [node], stages)
    assert "<script" not in drawn


def test_the_graph_draws_touchpoints_from_left_to_right_by_stage() -> None:
    drawn = drawings.transition_graph(
        rows("transitions"), rows("drop_offs", level="touchpoint"), STAGES
    )
    assert drawn.count('class="node"') == len(STAGES)
    assert [drawn.index(f">{stage}</text>") for stage in report_rows.STAGES] == sorted(
        drawn.index(f">{stage}</text>") for stage in report_rows.STAGES
    )


def test_a_huge_graph_is_cut_to_its_busiest_touchpoints() -> None:
    names = [f"touchpoint {number}" for number in range(300)]
    nodes = [
        rows("drop_offs", level="touchpoint")[0] | {"node": name, "steps": 1000 - place}
        for place, name in enumerate(names)
    ]
    drawn = drawings.transition_graph([], nodes, dict.fromkeys(names, (1, "only")))
    assert drawn.count('class="node"') == 60


def test_a_graph_of_nothing_is_still_a_drawing() -> None:
    assert drawings.transition_graph([], [], {}).startswith("<svg")


def test_a_hundred_dots_say_the_shares() -> None:
    dots = drawings.hundred(0.08, 0.81)
    counts = [dots.count(kind) for kind in ("is-on", "is-off", "is-hollow")]
    assert counts == [8, 81, 11]


def test_every_journey_of_the_flow_is_drawn() -> None:
    [outcome] = rows("outcomes")
    drawn = drawings.flow(rows("flows"), outcome)
    assert drawn.count("<title>") == len(rows("flows"))


def test_a_flow_in_which_nobody_drops_or_converts_can_be_drawn() -> None:
    [outcome] = rows("outcomes")
    flow = {"from_node": "a", "from_number": 1, "to_node": "OPEN", "to_number": None, "journeys": 7}
    assert "Still open" in drawings.flow([flow], outcome)
