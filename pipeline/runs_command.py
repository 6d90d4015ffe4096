"""The command `runs`: every run on record, and what changed between two of them."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.options import json_option, open_published, warehouse_option

if TYPE_CHECKING:
    from pipeline.findings import Between


@click.command("runs")
@warehouse_option
@click.option("--compare", nargs=2, metavar="A B",
              help="Show what changed in the figures, and what did beyond chance.")  # fmt: skip
@json_option
def list_runs(warehouse: Path, compare: tuple[str, str] | None, as_json: bool) -> None:
    """List the runs, also those that published nothing."""
    from pipeline import journal

    records = journal.read(warehouse)
    if compare:
        _compare(warehouse, records, compare, as_json)
        return
    told = journal.listed(records)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for line in _aligned(told) or [f"No run of {warehouse} yet: journeys run"]:
        click.echo(line)


def _compare(
    warehouse: Path, records: list[dict[str, Any]], two: tuple[str, str], as_json: bool
) -> None:
    """The figures that changed from the one run to the other, and what the tests say of it."""
    from pipeline import journal
    from pipeline.findings import tell_between

    changed = journal.compared(records, *two)
    between = _between(warehouse, records, two)
    told = tell_between(between)
    if as_json:
        answer = {"figures": changed, "tests": between.tests, "told": told}
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    for line in [*(_aligned(changed) or ["Nothing changed."]), *told]:
        click.echo(line)


def _between(warehouse: Path, records: list[dict[str, Any]], two: tuple[str, str]) -> "Between":
    """The two runs tested against each other, where the warehouse is still there to count in."""
    from pipeline.errors import WarehouseError
    from pipeline.findings import Between, compare_runs

    try:
        connection = open_published(warehouse)
    except WarehouseError as problem:
        return Between(why_not=str(problem).rstrip("."))
    try:
        return compare_runs(connection, records, *two)
    finally:
        connection.close()


def _aligned(rows: list[dict[str, Any]]) -> list[str]:
    """Rows as lines of columns, with a head; numbers to the right."""
    cells = (
        [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)] if rows else []
    )
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    is_text = [
        all(isinstance(v, str) for v in column)
        for column in zip(*(r.values() for r in rows), strict=True)
    ]
    return [
        "  ".join(
            cell.ljust(width) if left else cell.rjust(width)
            for cell, width, left in zip(line, widths, is_text, strict=True)
        ).rstrip()
        for line in cells
    ]


def _cell(value: Any) -> str:
    if isinstance(value, (int, float)):
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"
    return "" if value is None else str(value)
