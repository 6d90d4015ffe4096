"""pipeline/graph.py: the journeys as a networkx graph, and its files."""

import json
from pathlib import Path

import networkx as nx
import pandas as pd

from pipeline.graph import journey_graph, write_graphml, write_json

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
