"""The journeys as a directed graph, for networkx and for other programs."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import networkx as nx

from pipeline.database import frame
from pipeline.errors import WarehouseError

if TYPE_CHECKING:
    import pandas as pd


def journey_graph(
    transitions: "pd.DataFrame",
    drop_offs: "pd.DataFrame",
    level: str = "stage",
    persona_id: str = "all",
) -> "nx.DiGraph[str]":
    """The nodes and moves of one level and persona (`all` for everyone).

    Nodes carry the columns of graph.drop_offs, moves those of graph.transitions; what is not
    known is not there as an attribute. START and the ends are nodes without any.
    """
    graph: nx.DiGraph[str] = nx.DiGraph(level=level, persona_id=persona_id)
    for row in _rows(drop_offs, level, persona_id):
        graph.add_node(str(row.pop("node")), **row)
    for row in _rows(transitions, level, persona_id):
        graph.add_edge(str(row.pop("from_node")), str(row.pop("to_node")), **row)
    return graph


def export_graph(
    connection: duckdb.DuckDBPyConnection, folder: Path, persona_id: str, level: str
) -> list[Path]:
    """Write the graph of one persona (`all` for everyone) as GraphML and JSON into `folder`.

    Returns the files. Raises WarehouseError when there is no such persona.
    """
    personas = connection.execute("select distinct persona_id from graph.drop_offs").fetchall()
    known = sorted({"all", *(row[0] for row in personas)})
    if persona_id not in known:
        raise WarehouseError(f"No persona is called {persona_id!r}; there are {', '.join(known)}.")
    drop_offs = frame(connection, "select * from graph.drop_offs order by node")
    transitions = frame(connection, "select * from graph.transitions order by from_node, to_node")
    graph = journey_graph(transitions, drop_offs, level, persona_id)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{level}-{persona_id}.graphml", folder / f"{level}-{persona_id}.json"]
    write_graphml(graph, paths[0])
    write_json(graph, paths[1])
    return paths


def _rows(table: "pd.DataFrame", level: str, persona_id: str) -> list[dict[str, Any]]:
    """The rows of one level and persona as plain values, without the nulls."""
    import pandas as pd

    chosen = table[(table["level"] == level) & (table["persona_id"] == persona_id)]
    rows = chosen.drop(columns=["level", "persona_id"]).to_dict("records")
    return [
        {str(name): _plain(value) for name, value in row.items() if pd.notna(value)} for row in rows
    ]


def _plain(value: Any) -> Any:
    """A number of numpy as Python's own: GraphML takes nothing else."""
    return value.item() if hasattr(value, "item") else value


def write_graphml(graph: "nx.DiGraph[str]", path: Path) -> None:
    """Write the graph as GraphML; `networkx.read_graphml` gives back an equal one."""
    nx.write_graphml_xml(graph, path)


def write_json(graph: "nx.DiGraph[str]", path: Path) -> None:
    """Write the graph as node-link JSON: `nodes` by `id`, `edges` by `source` and `target`."""
    content = nx.node_link_data(graph, edges="edges")
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
