"""The chance to convert from each stage in the report, beside that of the others."""

from collections.abc import Sequence
from typing import Any

from pipeline.chain.absorbing import START
from pipeline.report.tables import Row, Tables


def chances(
    tables: Tables, persona_id: str, stages: Sequence[str], least: int
) -> list[dict[str, Any]]:
    """The rows of graph.chain of one persona or group in the order of the stages, START first, each
    with what is told `beside` it of the others; where fewer than `least` customers came, none."""
    rows = {row["node"]: row for row in tables.of("chances", persona_id)}
    beside = {row["node"]: row for row in tables.chances_beside if row["persona_id"] == persona_id}
    told = [*tables.of("drop_offs", persona_id, level="stage"),
            *(row | {"node": START} for row in tables.of("outcomes", persona_id))]  # fmt: skip
    came = {row["node"]: row["customers"] for row in told}
    return [
        rows[node] | {"beside": beside.get(node)}
        for node in (START, *stages)
        if node in rows and came.get(node, 0) >= least
    ]


def beyond_chance(
    told: Sequence[Sequence[Row]], people: Sequence[dict[str, str]]
) -> list[dict[str, Any]]:
    """The chances that differ beyond chance, of whom and by how much, the furthest apart first;
    `told` are those of each of the people, as `chances` gives them."""
    rows = [
        row["beside"] | {"name": person["name"], "by": _by(row["beside"])}
        for person, each in zip(people, told, strict=True)
        for row in each
        if row["beside"] and row["beside"]["is_different"]
    ]
    return sorted(rows, key=lambda row: -abs(row["difference"]))


def _by(row: Row) -> list[float]:
    return sorted((abs(row["difference_low"]), abs(row["difference_high"])))
