"""The folder `sql/`: one file is one table, its header the contract that each run checks.

The order is found from what each file reads. Steps that SQL cannot do well are Python functions
that declare what they read and make; they take their place in the same order.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

# A select that reads one of these serves all customers, or those listed there.
CUSTOMER_LISTS = ("run.customers", "run.customers_to_judge")
TOUCHED, JUDGED = CUSTOMER_LISTS
PERSONAS = "personas.assignments"
HEADER_FIELDS = ("key", "not_null", "allowed", "shares", "adds", "with_horizon")
FIRST_WORDS = ("One row per", "A ", "Each ")


class ModelError(Exception):
    """A file in `sql/` breaks the rules of the house; for its author, not for a user."""


@dataclass(frozen=True)
class Model:
    """One table: the select that makes it, and what its header promises."""

    name: str  # schema.table
    sql: str
    grain: str  # the first lines of the header, in words
    key: tuple[str, ...] = ()
    not_null: tuple[str, ...] = ()
    allowed: tuple[tuple[str, tuple[str, ...]], ...] = ()  # column, its values
    shares: tuple[str, ...] = ()  # columns from 0 to 1
    adds: tuple[str, ...] = ()  # columns of a sum over customers, see pipeline.sums
    with_horizon: tuple[str, str] | None = None  # a column of everyone's, and what it is

    @property
    def reads(self) -> frozenset[str]:
        """The tables that the select reads, as schema.table."""
        return tables_read(self.sql)

    @property
    def follows(self) -> frozenset[str]:
        """What must be made before, read or not.

        The sums remember how things were, once all are listed whom a run makes anew; so nothing
        that comes after `core` is made anew before that.
        """
        is_late = self.customer_list and not self.name.startswith("core.")
        return self.reads | (frozenset({JUDGED}) if is_late else frozenset())

    @property
    def makes(self) -> tuple[str, ...]:
        return (self.name,)

    @property
    def customer_list(self) -> str | None:
        """The table of customers that the select serves; None where it is about everyone."""
        return next((table for table in CUSTOMER_LISTS if table in self.reads), None)

    @property
    def is_below(self) -> bool:
        """Whether its rows are those of single customers."""
        return self.customer_list is not None and not self.adds

    @property
    def is_kept(self) -> bool:
        """Whether a run over touched customers builds upon the table as it stands."""
        return self.customer_list is not None or self.name == PERSONAS


@dataclass(frozen=True)
class Step:
    """One thing that Python does between the tables; it makes tables of the schema `run` only."""

    name: str
    reads: frozenset[str]
    makes: tuple[str, ...]
    run: Callable[[duckdb.DuckDBPyConnection, Mapping[str, Any]], None] = field(compare=False)

    @property
    def follows(self) -> frozenset[str]:
        """What must be made before."""
        return self.reads


@cache
def tables_read(sql: str) -> frozenset[str]:
    """The tables that a select reads, as schema.table; parsed once in a process."""
    from sqlglot import exp, parse_one

    tables = parse_one(sql, read="duckdb").find_all(exp.Table)
    return frozenset(f"{table.db}.{table.name}" for table in tables if table.db)


def sql_folder() -> Path:
    """Where the `.sql` files are: inside an installed package, or beside it in a clone."""
    inside = Path(__file__).parent / "sql"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "sql"


def read_models(folder: Path | None = None) -> list[Model]:
    """Every table of `sql/` but the checks, ordered by name."""
    folder = folder or sql_folder()
    files = sorted(path for path in folder.glob("*/*.sql") if path.parent.name != "checks")
    return [read_model(path) for path in files]


def read_model(path: Path) -> Model:
    """One file as a model. Raises ModelError where the header is not as the house wants it."""
    sql = path.read_text(encoding="utf-8")
    lines = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line[2:].strip())
    if not lines or not lines[0].startswith(FIRST_WORDS):
        raise ModelError(f"{path}: the first line must begin with one of {FIRST_WORDS}")
    words, fields = [], {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon and name.isidentifier() and name.islower():
            if name not in HEADER_FIELDS:
                raise ModelError(f"{path}: unknown header field {name!r}, use {HEADER_FIELDS}")
            fields[name] = value.strip()
        elif fields:
            raise ModelError(f"{path}: words come before the fields: {line!r}")
        else:
            words.append(line)
    name = f"{path.parent.name}.{path.stem}"
    return Model(
        name, sql, "\n".join(words),
        key=_names(fields.get("key", "")),
        not_null=_names(fields.get("not_null", "")),
        shares=_names(fields.get("shares", "")),
        adds=_names(fields.get("adds", "")),
        with_horizon=_with_horizon(fields.get("with_horizon", "")),
        allowed=tuple(map(_allowed, filter(None, fields.get("allowed", "").split(";")))),
    )  # fmt: skip


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _allowed(text: str) -> tuple[str, tuple[str, ...]]:
    column, _, values = text.strip().partition(" ")
    return column, tuple(value.strip() for value in values.split("|"))


def _with_horizon(text: str) -> tuple[str, str] | None:
    column, _, expression = text.partition(" as ")
    return (column, expression) if expression else None


def in_order(parts: Iterable[Model | Step]) -> list[Model | Step]:
    """Models and steps so that each comes after what it reads; ties by name."""
    parts = sorted(parts, key=lambda part: part.name)
    makers = {table: part for part in parts for table in part.makes}
    graph = {
        part.name: sorted({makers[table].name for table in part.follows if table in makers})
        for part in parts
    }
    by_name = {part.name: part for part in parts}
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as problem:
        raise ModelError(f"these read each other in a circle: {problem.args[1]}") from problem
