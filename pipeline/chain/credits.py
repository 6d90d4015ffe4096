"""What `journeys attribute` prints, of the warehouse or of a file of paths."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipeline.chain.attribution import attribute
from pipeline.database import frame, open_scratch, text
from pipeline.errors import InputError
from pipeline.numbers import NONE, clean, count, fewer, interval, is_known, share

if TYPE_CHECKING:
    import pandas

READERS = {".csv": "read_csv", ".gz": "read_csv", ".parquet": "read_parquet"}
SHOWN = {  # the columns that are printed, and what they are called there
    "node": "", "journeys": "journeys", "removal_effect": "lost without it", "credit": "credit",
    "shapley": "equal share", "first_touch": "first", "last_touch": "last", "linear": "linear",
    "position_based": "40-20-40", "time_decay": "latest most", "credit_value": "value by credit",
}  # fmt: skip


def of_paths(file: Path, separator: str = ">") -> "pandas.DataFrame":
    """`attribute` over a file of paths, CSV or Parquet. Raises InputError, naming the file."""
    if not file.is_file():
        raise InputError(f"{file}: there is no such file.")
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        raise InputError(f"{file}: paths are read from CSV (.csv, .csv.gz) and Parquet (.parquet).")
    connection = open_scratch()
    try:
        paths = frame(connection, f"from {reader}({text(str(file))})")
    except duckdb.Error as problem:
        raise InputError(f"{file}: {str(problem).splitlines()[0]}") from problem
    finally:
        connection.close()
    try:
        return attribute(paths, separator)
    except InputError as problem:
        raise InputError(f"{file}: {problem}") from problem


def as_json(table: "pandas.DataFrame") -> str:
    """A list with one object per node."""
    rows = json.loads(table.to_json(orient="records", double_precision=15))
    return json.dumps(rows, ensure_ascii=False)


def as_text(table: "pandas.DataFrame", min_group: int = 0) -> str:
    """The columns that fit a terminal: counts to a tenth, shares in hundredths, 95 % intervals
    beside them; what is withheld is said below.
    """
    if table.empty:
        return "Nothing converted yet, so there is nothing to give credit for."
    is_withheld = table["is_withheld"] if "is_withheld" in table.columns else table["node"].isna()
    shown = table[~is_withheld]
    columns: list[tuple[str, ...]] = []  # each with its head
    for name, said in SHOWN.items():
        if name not in table.columns:
            continue
        columns.append((said, *(_told(name, value) for value in shown[name])))
        if f"{name}_low" in table.columns:
            ends = zip(shown[f"{name}_low"], shown[f"{name}_high"], strict=True)
            columns.append(("95 %", *(_range(name, low, high) for low, high in ends)))
    lines = [*_lines(columns)]
    if is_withheld.any():
        names = ", ".join(table.loc[is_withheld, "node"])
        lines.append(
            f"Withheld, met by {fewer(min_group)} customers who converted or beside one that was: "
            f"{clean(names)}"
        )
    return "\n".join(lines)


def _told(name: str, value: Any) -> str:
    if name == "node":
        return clean(value)
    if not is_known(value):
        return NONE
    if name == "removal_effect":
        return share(value)
    return count(value) if name in ("journeys", "credit_value") else f"{value:,.1f}"


def _range(name: str, low: Any, high: Any) -> str:
    if not (is_known(low) and is_known(high)):
        return NONE
    return interval(low, high) if name == "removal_effect" else f"{count(low)}–{count(high)}"


def _lines(columns: list[tuple[str, ...]]) -> Iterator[str]:
    """Columns beside each other: names to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in columns]
    for row in zip(*columns, strict=True):
        first, *others = (
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join((first, *others)).rstrip()
