"""What `journeys attribute` prints: credit from the warehouse, or from a file of paths."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipeline.chain.attribution import attribute
from pipeline.database import frame, open_scratch, text
from pipeline.errors import InputError, WarehouseError
from pipeline.nearest import nearest

if TYPE_CHECKING:
    import pandas

READERS = {".csv": "read_csv", ".gz": "read_csv", ".parquet": "read_parquet"}
SHOWN = (
    "node", "journeys", "removal_effect", "credit", "shapley", "first_touch", "last_touch",
    "linear", "position_based", "time_decay", "credit_value",
)  # fmt: skip


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


def of_warehouse(
    connection: duckdb.DuckDBPyConnection, level: str, persona: str
) -> "pandas.DataFrame":
    """The rows of graph.attribution of one level and persona, most credited first."""
    sql = "select distinct persona_id from graph.attribution order by persona_id"
    personas = [row[0] for row in connection.execute(sql).fetchall()] or ["all"]
    if persona not in personas:
        hint = nearest(persona, personas) or "."
        raise WarehouseError(f"There is no persona {persona!r}{hint} There are: {personas}")
    return frame(
        connection,
        "select * exclude (level, persona_id) from graph.attribution "
        "where level = ? and persona_id = ? order by credit desc nulls last, node",
        [level, persona],
    )


def as_json(table: "pandas.DataFrame") -> str:
    """A list with one object per node."""
    rows = json.loads(table.to_json(orient="records", double_precision=15))
    return json.dumps(rows, ensure_ascii=False)


def as_text(table: "pandas.DataFrame") -> str:
    """The columns that fit a terminal, with counts to a tenth and shares in hundredths."""
    if table.empty:
        return "Nothing converted yet, so there is nothing to give credit for."
    shown = table[[name for name in SHOWN if name in table.columns]].copy()
    for name in shown.columns:
        if name == "removal_effect":
            shown[name] = [f"{share:.1%}" if share == share else "" for share in shown[name]]  # noqa: PLR0124
        elif name != "node":
            shown[name] = [f"{number:,.1f}" for number in shown[name]]
    return shown.rename(columns=lambda name: name.replace("_", " ")).to_string(index=False)
