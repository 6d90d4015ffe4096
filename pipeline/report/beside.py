"""The tables behind the report as CSV files: the rows that it read, and no small group."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pipeline.numbers import clean, kept_back
from pipeline.report.tables import SELECTS, Row, Tables

# Parts of one whole: where one is too small to be told, the next smallest goes with it.
PARTS = ("advanced", "converted", "went_back", "dropped", "open")
RATES = {  # what would tell of a part that is not told
    "dropped": ("dropped_", "drop_off_", "journey_drop_off_", "touchpoint_drop_off_"),
    "converted": ("converted_", "conversion_rate", "conversion_low", "conversion_high"),
    "open": ("open_share",), "went_back": ("went_back_",), "advanced": ("advanced_",),
}  # fmt: skip
OF_CUSTOMERS = ("customers", "rest_customers")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a cell that begins so


def write_tables(tables: Tables, folder: Path, least: int) -> list[Path]:
    """Write each table that the report read to `folder`, named as it is; returns the files.

    Rows of fewer than `least` customers are left out, small parts of a whole are empty. Cells that
    a spreadsheet would take for a formula begin with an apostrophe.
    """
    folder.mkdir(parents=True, exist_ok=True)
    named: dict[str, Sequence[Row]] = {}
    for name, (table, _) in SELECTS.items():
        named[table if table not in named else f"{table}.{name}"] = tables[name]
    if tables.comparison:
        named["compared"] = tables.comparison.differences
        named["compared.groups"] = tables.comparison.groups
        named["compared.pain_points"] = tables.comparison.pain_points
        named["compared.moments_of_truth"] = tables.comparison.moments
        named["compared.what_ifs"] = tables.comparison.what_ifs
        named["compared.removals"] = tables.comparison.removals
        named["compared.maps"] = tables.comparison.maps
        named |= {f"compared.{name}": rows for name, rows in tables.comparison.cards.items()}
    named["chances_beside"] = tables.chances_beside
    named["findings"] = [
        {column: cell for column, cell in row.items() if column != "evidence"}
        for row in tables.findings
    ]
    return [_write(folder / f"{name}.csv", rows, least) for name, rows in named.items() if rows]


def _write(path: Path, rows: Sequence[Row], least: int) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(rows[0])
        for row in _told(rows, least):
            writer.writerow([_cell(value) for value in row.values()])
    return path


def _told(rows: Iterable[Row], least: int) -> Iterable[Row]:
    for row in rows:
        groups = [row.get(column) for column in OF_CUSTOMERS]
        if any(isinstance(size, int) and 0 < size < least for size in groups):
            continue
        parts = [part for part in PARTS if isinstance(row.get(part), int)]
        held = kept_back([row[part] for part in parts], least)
        small = [part for part, is_held in zip(parts, held, strict=True) if is_held]
        prefixes = tuple(prefix for part in small for prefix in RATES[part])
        yield {
            column: None if column in small or (prefixes and column.startswith(prefixes)) else value
            for column, value in row.items()
        }


def _cell(value: Any) -> Any:
    if not isinstance(value, str):
        return "" if value is None else value
    said = clean(value)
    return f"'{said}" if said.startswith(FORMULA) else said
