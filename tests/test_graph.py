"""pipeline/graph.py: the journeys as a networkx graph, and its files."""

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import networkx as nx
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.graph import (
    NOT_IN_XML,
    journey_graph,
    without_small_groups,
    write_graphml,
    write_json,
    write_mermaid,
    write_parquet,
)

TRANSITIONS = pd.DataFrame(
    [
        ("stage", "all", "START", "try", 3, 1.0, None),
        ("stage", "all", "try", "CONVERTED", 2, 2 / 3, None),
        ("stage", "all", "try", "try", 1, 1 / 3, 60.0),
        ("stage", "p1", "START", "try", 1, 1.0, None),
        ("touchpoint", "all", "START", "demo", 3, 1.0, None),
    ],
    columns=[
        "level", "persona_id", "from_node", "to_node", "steps", "probability", "median_seconds",
    ],
)  # fmt: skip
DROP_OFFS = pd.DataFrame(
    [("stage", "all", "try", 3, 0.0), ("stage", "p1", "try", 1, None)],
    columns=["level", "persona_id", "node", "steps", "drop_off_rate"],
)


def test_nodes_and_moves_are_those_of_one_level_and_persona() -> None:
    graph = journey_graph(TRANSITIONS, DROP_OFFS)
    assert sorted(graph.edges) == [("START", "try"), ("try", "CONVERTED"), ("try", "try")]
    assert graph.nodes["try"] == {"steps": 3, "drop_off_rate": 0.0}


def test_what_is_not_known_is_no_attribute() -> None:
    graph = journey_graph(TRANSITIONS, DROP_OFFS)
    assert graph.edges["START", "try"] == {"steps": 3, "probability": 1.0}
    assert graph.edges["try", "try"]["median_seconds"] == 60.0


def test_graphml_read_back_equals_what_was_written(tmp_path: Path) -> None:
    graph = journey_graph(TRANSITIONS, DROP_OFFS)
    write_graphml(graph, tmp_path / "graph.graphml")
    read = nx.read_graphml(tmp_path / "graph.graphml")
    assert dict(read.nodes(data=True)) == dict(graph.nodes(data=True))
    assert {edge[:2]: edge[2] for edge in read.edges(data=True)} == {
        edge[:2]: edge[2] for edge in graph.edges(data=True)
    }


def test_json_read_back_equals_what_was_written(tmp_path: Path) -> None:
    graph = journey_graph(TRANSITIONS, DROP_OFFS)
    write_json(graph, tmp_path / "graph.json")
    content = json.loads((tmp_path / "graph.json").read_text(encoding="utf-8"))
    read = nx.node_link_graph(content, edges="edges", directed=True)
    assert nx.utils.graphs_equal(read, graph)


def test_hostile_names_survive_in_both_files(tmp_path: Path) -> None:
    name = "<script>'\"& – 😀"
    graph = journey_graph(TRANSITIONS.replace("try", name), DROP_OFFS.replace("try", name))
    write_graphml(graph, tmp_path / "graph.graphml")
    write_json(graph, tmp_path / "graph.json")
    assert name in nx.read_graphml(tmp_path / "graph.graphml").nodes
    assert name in (tmp_path / "graph.json").read_text(encoding="utf-8").replace('\\"', '"')


def test_nodes_carry_what_every_table_says_of_them() -> None:
    chain = pd.DataFrame(
        [("stage", "all", "START", 0.5), ("stage", "all", "try", 0.6), ("stage", "all", "none", 1)],
        columns=["level", "persona_id", "node", "conversion_probability"],
    )
    graph = journey_graph(TRANSITIONS, DROP_OFFS, chain)
    assert graph.nodes["START"] == {"conversion_probability": 0.5}
    assert graph.nodes["try"]["steps"] == 3
    assert "none" not in graph


def test_a_mermaid_flowchart_whatever_the_names(tmp_path: Path) -> None:
    name = 'a "quoted" <b>'
    graph = journey_graph(TRANSITIONS.replace("try", name), DROP_OFFS.replace("try", name))
    write_mermaid(graph, tmp_path / "graph.mmd")
    assert (tmp_path / "graph.mmd").read_text(encoding="utf-8").splitlines() == [
        "flowchart LR",
        '  n0(["Started"])',
        '  n1["a #34;quoted#34; #60;b#62;<br>0% drop off"]',
        '  n2(["Converted"])',
        '  n0 -->|"100%"| n1',
        '  n1 -->|"67%"| n2',
        '  n1 -->|"33%"| n1',
    ]


def test_parquet_has_a_row_for_each_node_and_for_each_move(tmp_path: Path) -> None:
    nodes, moves = write_parquet(journey_graph(TRANSITIONS, DROP_OFFS), tmp_path, "graph")
    assert pd.read_parquet(nodes)["node"].tolist() == ["START", "try", "CONVERTED"]
    assert pd.read_parquet(moves)["steps"].tolist() == [3, 2, 1]


def test_small_groups_are_taken_out_before_a_graph_leaves_the_house() -> None:
    moves = TRANSITIONS.assign(customers=[9, 5, 1, 1, 1])
    graph = journey_graph(moves, DROP_OFFS.assign(customers=[9, 1]))
    without_small_groups(graph, 5)
    assert sorted(graph.edges) == [("START", "try"), ("try", "CONVERTED")]
    without_small_groups(graph, 10)
    assert not graph.edges


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
CELLS = st.one_of(st.none(), st.floats(allow_nan=False, width=64), st.integers(0, 2**53))


@st.composite
def frames(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Transitions and drop-offs among up to 40 nodes; loops, ends and gaps among them."""
    nodes = draw(st.lists(NAMES, min_size=1, max_size=40, unique=True))
    node = st.sampled_from(nodes)
    pairs = draw(st.lists(st.tuples(node, node), min_size=1, max_size=120, unique=True))
    moves = [("stage", "all", *pair, draw(st.integers(1, 9**9)), draw(CELLS)) for pair in pairs]
    told = [("stage", "all", name, draw(CELLS), draw(st.booleans())) for name in nodes]
    keys = ["level", "persona_id"]
    return (
        pd.DataFrame(moves, columns=[*keys, "from_node", "to_node", "steps", "probability"]),
        pd.DataFrame(told, columns=[*keys, "node", "drop_off_rate", "is_withheld"]),
    )


@settings(max_examples=60, deadline=None)
@given(frames())
def test_any_graph_read_back_equals_what_was_written(told: tuple[pd.DataFrame, ...]) -> None:
    graph = journey_graph(*told)
    with TemporaryDirectory() as folder:
        write_graphml(graph, path := Path(folder) / "graph.graphml")
        read = nx.read_graphml(path)
        write_json(graph, path := Path(folder) / "graph.json")
        content = json.loads(path.read_text(encoding="utf-8"))
    assert nx.utils.graphs_equal(nx.node_link_graph(content, edges="edges", directed=True), graph)
    written = nx.relabel_nodes(graph, {name: NOT_IN_XML.sub(in_xml, name) for name in graph})
    assert dict(read.nodes(data=True)) == dict(written.nodes(data=True))
    assert list(read.edges(data=True)) == list(written.edges(data=True))
    assert {**graph.graph, "node_default": {}, "edge_default": {}} == read.graph


def in_xml(found: re.Match[str]) -> str:
    """A character that XML cannot hold, as it is written there: \\x01."""
    code = ord(found.group())
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
