"""The journeys as a directed graph, for networkx and for other programs."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import networkx as nx

from pipeline.database import frame, has_table, one, open_scratch, text
from pipeline.errors import WarehouseError

if TYPE_CHECKING:
    import pandas as pd

NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LABELS = {"START": "Started", "CONVERTED": "Converted", "DROPPED": "Dropped", "OPEN": "Still open"}
# Of nodes, the tables whose columns they carry; a column that stands in two is told once.
NODE_TABLES = ("graph.drop_offs", "graph.chain", "graph.attribution")


def journey_graph(
    transitions: "pd.DataFrame",
    *nodes: "pd.DataFrame",
    level: str = "stage",
    persona_id: str = "all",
) -> "nx.DiGraph[str]":
    """The nodes and moves of one level and persona (`all` for everyone).

    Moves carry the columns of graph.transitions; nodes those of the frames given, such as
    graph.drop_offs, graph.chain and graph.attribution. What is not known is no attribute; the ends
    have none. A node that no move leads to or from (`none` of the attribution) is no node.
    """
    graph: nx.DiGraph[str] = nx.DiGraph(level=level, persona_id=persona_id)
    for row in _rows(transitions, level, persona_id):
        graph.add_edge(str(row.pop("from_node")), str(row.pop("to_node")), **row)
    for table in nodes:
        for row in _rows(table, level, persona_id):
            if (node := str(row.pop("node"))) in graph:
                graph.nodes[node].update(row)
    return graph


def export_graph(
    connection: duckdb.DuckDBPyConnection, folder: Path, persona_id: str, level: str
) -> list[Path]:
    """Write the graph of one persona (`all` for everyone) into `folder` as GraphML, node-link JSON,
    Mermaid, and two Parquet files, of nodes and of moves.

    Moves and nodes of fewer customers than the settings' `min_group` are left out. Returns the
    files. Raises WarehouseError when there is no such persona.
    """
    personas = connection.execute("select distinct persona_id from graph.drop_offs").fetchall()
    known = sorted({"all", *(row[0] for row in personas)})
    if persona_id not in known:
        raise WarehouseError(f"No persona is called {persona_id!r}; there are {', '.join(known)}.")
    moves = frame(connection, "select * from graph.transitions order by from_node, to_node")
    tables = [
        frame(connection, f"select * from {table} order by node")
        for table in NODE_TABLES
        if has_table(connection, table)
    ]
    graph = journey_graph(moves, *tables, level=level, persona_id=persona_id)
    without_small_groups(graph, least_group(connection))
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{level}-{persona_id}"
    written = []
    for ending, write in WRITERS.items():
        write(graph, path := folder / f"{name}.{ending}")
        written.append(path)
    return [*written, *write_parquet(graph, folder, name)]


def least_group(connection: duckdb.DuckDBPyConnection) -> int:
    """The smallest group of customers that the settings of the warehouse let out of it."""
    if not has_table(connection, "run.state"):
        return 0
    return int(one(connection, "select value from run.state where name = 'min_group'") or 0)


def without_small_groups(graph: "nx.DiGraph[str]", least: int) -> None:
    """Take out the moves and nodes that fewer than `least` customers made."""
    nodes = [n for n, told in graph.nodes(data=True) if told.get("customers", least) < least]
    graph.remove_nodes_from(nodes)
    moves = [(a, b) for a, b, told in graph.edges(data=True) if told["customers"] < least]
    graph.remove_edges_from(moves)


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
    """Write the graph as GraphML; `networkx.read_graphml` gives back an equal one.

    Characters in names that XML cannot hold are written as `\\x01`.
    """
    names = {node: NOT_IN_XML.sub(_escaped, node) for node in graph}
    nx.write_graphml_xml(nx.relabel_nodes(graph, names), path)


def _escaped(found: re.Match[str]) -> str:
    return found.group().encode("unicode_escape").decode("ascii")


def write_json(graph: "nx.DiGraph[str]", path: Path) -> None:
    """Write the graph as node-link JSON: `nodes` by `id`, `edges` by `source` and `target`."""
    content = nx.node_link_data(graph, edges="edges")
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_mermaid(graph: "nx.DiGraph[str]", path: Path) -> None:
    """Write the graph as a Mermaid flowchart: moves with their probability, or their number."""
    places = {node: f"n{number}" for number, node in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for node, place in places.items():
        lost = graph.nodes[node].get("drop_off_rate")
        told = "" if lost is None else f"<br>{lost:.0%} drop off"
        shape = '(["{}"])' if node in LABELS else '["{}"]'
        lines.append(f"  {place}{shape.format(_mermaid(LABELS.get(node, node)) + told)}")
    for start, end, row in graph.edges(data=True):
        share = row.get("probability")
        told = f"{row['steps']}" if share is None else f"{share:.0%}"
        lines.append(f'  {places[start]} -->|"{told}"| {places[end]}')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _mermaid(name: str) -> str:
    """A name inside Mermaid's quotes: letters, digits and blanks stay, the rest by number."""
    return "".join(
        letter if letter.isalnum() or letter == " " else f"#{ord(letter)};" for letter in name
    )


def write_parquet(graph: "nx.DiGraph[str]", folder: Path, name: str) -> list[Path]:
    """Write `<name>-nodes.parquet` and `<name>-moves.parquet`, one row each; returns the files."""
    import pandas as pd

    moves = [
        {"from_node": start, "to_node": end, **row} for start, end, row in graph.edges(data=True)
    ]
    nodes = [{"node": node, **row} for node, row in graph.nodes(data=True)]
    written = []
    for what, rows, keys in (
        ("nodes", nodes, ["node"]),
        ("moves", moves, ["from_node", "to_node"]),
    ):
        path = folder / f"{name}-{what}.parquet"
        connection = open_scratch()
        try:
            connection.register("told", pd.DataFrame(rows) if rows else pd.DataFrame(columns=keys))
            connection.execute(f"copy (from told) to {text(str(path))} (format parquet)")
        finally:
            connection.close()
        written.append(path)
    return written


WRITERS: dict[str, Callable[["nx.DiGraph[str]", Path], None]] = {
    "graphml": write_graphml,
    "json": write_json,
    "mmd": write_mermaid,
}
