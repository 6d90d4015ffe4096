"""The table dictionary: what each table holds and promises, from the headers of the SQL files.

`python -m pipeline.dictionary docs/tables.md` writes it, `--check` says whether it is fresh.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from pipeline.database import frame, has_table, one
from pipeline.errors import JourneysError
from pipeline.models import Model, read_models
from pipeline.nearest import nearest

ORDER = ("core", "journeys", "personas", "graph", "findings")
LANDING = {
    "landing.events": "One row per event as the sources tell it now.",
    "landing.identifier_sets": "One row per combination of identifiers that stands on a row.",
    "landing.rejected_rows": "One row per row or value that could not be used, with the reason.",
    "landing.balances": "One row per source: what became of each row and each candidate event.",
    "landing.files": "One row per file that was read, known by its content.",
    "runs.runs": "One row per run, also of those that published nothing.",
    "runs.inputs": "One row per run and file that it read.",
    "runs.figures": "One row per run and figure of the map as it was.",
}
INTRODUCTION = """# Tables

Made from the headers of the files in `sql/` by `make docs`; do not edit. Each file is one table, \
its header the contract that every run checks before anything is published.
"""


def grains() -> dict[str, str]:
    """What a row of each table is, in one sentence."""
    models = {model.name: _first_sentence(model.grain) for model in _sorted(read_models())}
    return models | LANDING


def _first_sentence(grain: str) -> str:
    whole = " ".join(grain.splitlines())
    return whole.split(". ")[0].rstrip(".") + "."


def _sorted(models: Iterable[Model]) -> list[Model]:
    return sorted(models, key=lambda model: (ORDER.index(model.name.split(".")[0]), model.name))


def table_list(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Each table of the warehouse with its rows and its grain."""
    return [
        {"table": name, "rows": one(connection, f"select count(*) from {name}"), "grain": grain}
        for name, grain in grains().items()
        if has_table(connection, name)
    ]


def describe(connection: duckdb.DuckDBPyConnection, table: str, rows: int) -> str:
    """A table's contract, its SQL, its columns and its first rows, as text.

    Raises JourneysError with the nearest name where there is no such table.
    """
    known = [name for name in grains() if has_table(connection, name)]
    if table not in known:
        hint = nearest(table, known) or "."
        raise JourneysError(f"There is no table {table!r}{hint} See them all: journeys tables")
    model = next((model for model in read_models() if model.name == table), None)
    text = model.sql.rstrip() if model else f"-- {LANDING[table]}"
    shown = frame(connection, f"select * from {table} limit ?", [rows])
    return f"{text}\n\n{shown.to_string(index=False)}"


def dictionary() -> str:
    """The page docs/tables.md."""
    parts = [INTRODUCTION]
    for schema in ORDER:
        parts.append(f"## {schema}\n")
        parts += [
            _entry(model) for model in _sorted(read_models()) if model.name.startswith(schema + ".")
        ]
    parts.append("## landing and runs\n")
    parts += [f"### {name}\n\n{grain}\n" for name, grain in LANDING.items()]
    return "\n".join(parts)


def _entry(model: Model) -> str:
    lines = [f"### {model.name}", "", model.grain, ""]
    if model.key:
        lines.append(f"- key: {_code(model.key)}")
    if model.not_null:
        lines.append(f"- never null: {_code(model.not_null)}")
    lines += [f"- {column} is one of {_code(values)}" for column, values in model.allowed]
    if model.shares:
        lines.append(f"- from 0 to 1: {_code(model.shares)}")
    lines.append(f"- made from: {_code(sorted(model.reads))}")
    return "\n".join(lines) + "\n"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is fresh."""
    path, text = Path(arguments[-1]), dictionary()
    if "--check" not in arguments:
        path.write_text(text, encoding="utf-8")
        return 0
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return 0
    print(f"{path} is not what the headers in sql/ say. Make it anew: make docs", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
