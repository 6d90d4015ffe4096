"""The command `findings`: what to act on, what is new in it, and whom it concerns."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.options import json_option, open_published, warehouse_option

if TYPE_CHECKING:
    import duckdb

    from pipeline.findings import Finding, Standing

NOTHING = "Nothing is beyond what is usual, as far as this data can tell."
LARGEST = "The largest drop-offs, which are usual here:"
FIRST_PAGE = 10


@click.command()
@warehouse_option
@click.option("--customers", metavar="FINDING_ID",
              help="Write the customers whom this finding concerns as CSV.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path),
              help="Where --customers writes to, instead of out/FINDING_ID.csv.")  # fmt: skip
@click.option("--all", "is_all", is_flag=True, help="Print more than the first ten.")
@json_option
def findings(
    warehouse: Path, customers: str | None, out: Path | None, is_all: bool, as_json: bool
) -> None:
    """Print what to act on, in order of rank, and since when it is so."""
    from pipeline import journal
    from pipeline.findings import read_findings, standings, tell_trust, write_customers

    connection = open_published(warehouse)
    try:
        if customers:
            file = out or Path("out") / f"{customers}.csv"
            count = write_customers(connection, customers, file)
            click.echo(f"{count:,} customers: {file}")
            return
        known = standings(journal.read(warehouse))
        told = [
            _with(found, known) for found in read_findings(connection) if _is_told(found, known)
        ]
        largest = [] if told else _largest(connection)
        trust = tell_trust(connection)
    finally:
        connection.close()
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, default=str))
        return
    for line in [*_lines(told, known, largest, is_all), *filter(None, trust)]:
        click.echo(line)


def _is_told(found: "Finding", known: dict[str, "Standing"]) -> bool:
    """Whether it is sure enough to be new, or was there before; without a journal all are."""
    return not known or found["finding_id"] in known


def _with(found: "Finding", known: dict[str, "Standing"]) -> dict[str, Any]:
    """The finding, with its status and since when in its evidence."""
    standing = known.get(found["finding_id"])
    told = {"status": standing.status, "since": standing.since} if standing else {}
    return {**found, "evidence": {**found["evidence"], **told}}


def _lines(
    told: list[dict[str, Any]], known: dict[str, "Standing"], largest: list[str], is_all: bool
) -> list[str]:
    shown = told if is_all else told[:FIRST_PAGE]
    lines = [
        f"{rank:>3}. {found['sentence']}\n     {_status(found)}"
        for rank, found in enumerate(shown, 1)
    ]
    if len(shown) < len(told):
        lines.append(f"{len(told) - len(shown)} more: --all")
    if not told:
        lines += [NOTHING, *([LARGEST, *largest] if largest else [])]
    away = [each for each in known.values() if each.status in ("not seen", "gone")]
    return lines + [f"     {each.place}: {each.status} since {each.since}" for each in away]


def _status(found: dict[str, Any]) -> str:
    told = found["evidence"]
    said = f"{told['status']}, since {told['since']} · " if "status" in told else ""
    return f"{said}{found['finding_id']}"


def _largest(connection: "duckdb.DuckDBPyConnection") -> list[str]:
    """The stages with the highest drop-off rates, in words."""
    from pipeline.findings import largest_drop_offs

    return [f"     {sentence}" for sentence in largest_drop_offs(connection)]
