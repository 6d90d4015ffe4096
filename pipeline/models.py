"""Runs the folder `sql/`: one file is one table, its header the contract that each run checks.

The order is found from what each file reads. Steps that SQL cannot do well are Python functions
that declare what they read and make; they take their place in the same order.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from pipeline import sums
from pipeline.database import bind, one, quote
from pipeline.errors import PromiseError

# A select that reads one of these serves all customers, or those listed there.
CUSTOMER_LISTS = ("run.customers", "run.customers_to_judge")
SUMS = "run.sums_before"  # the step that keeps what touched customers added to each sum
JUDGED = CUSTOMER_LISTS[1]
LISTED = "customer_id in (select customer_id from {})"  # as every such select says it
HEADER_FIELDS = ("key", "not_null", "allowed", "shares", "adds")
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

    @property
    def reads(self) -> frozenset[str]:
        """The tables that the select reads, as schema.table."""
        return tables_read(self.sql)

    @property
    def makes(self) -> tuple[str, ...]:
        return (self.name,)

    @property
    def customer_list(self) -> str | None:
        """The table of customers that the select serves; None where it is about everyone."""
        return next((table for table in CUSTOMER_LISTS if table in self.reads), None)

    @property
    def is_kept(self) -> bool:
        """Whether a run over touched customers builds upon the table as it stands."""
        return self.customer_list is not None or self.name == sums.PERSONAS


@dataclass(frozen=True)
class Step:
    """One thing that Python does between the tables; it makes tables of the schema `run` only."""

    name: str
    reads: frozenset[str]
    makes: tuple[str, ...]
    run: Callable[[duckdb.DuckDBPyConnection, Mapping[str, Any]], None] = field(compare=False)


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
        allowed=tuple(map(_allowed, filter(None, fields.get("allowed", "").split(";")))),
    )  # fmt: skip


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _allowed(text: str) -> tuple[str, tuple[str, ...]]:
    column, _, values = text.strip().partition(" ")
    return column, tuple(value.strip() for value in values.split("|"))


def in_order(parts: Iterable[Model | Step]) -> list[Model | Step]:
    """Models and steps so that each comes after what it reads; ties by name."""
    parts = sorted(parts, key=lambda part: part.name)
    makers = {table: part for part in parts for table in part.makes}
    graph = {
        part.name: sorted({makers[table].name for table in part.reads if table in makers})
        for part in parts
    }
    by_name = {part.name: part for part in parts}
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as problem:
        raise ModelError(f"these read each other in a circle: {problem.args[1]}") from problem


def build(
    connection: duckdb.DuckDBPyConnection,
    parts: Sequence[Model | Step],
    parameters: Mapping[str, Any],
    progress: Callable[[str], None] = lambda name: None,
    made: Callable[[str, int], None] = lambda name, rows: None,
    *,
    only_touched: bool = False,
) -> None:
    """Make every table in the given order and check its promises. Raises PromiseError.

    With `only_touched`, tables below the customer keep the rows of customers not listed.
    `progress` is told each part as it begins, `made` each table with its number of new rows.
    """
    added = [part for part in parts if isinstance(part, Model) and part.adds]
    for part in parts:
        progress(part.name)
        if isinstance(part, Step):
            part.run(connection, parameters)
            if only_touched and JUDGED in part.makes:
                progress(SUMS)
                sums.remember(connection, added, parameters)
        else:
            made(part.name, _make(connection, part, parameters, only_touched=only_touched))
    sums.forget(connection, added)


def _make(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    parameters: Mapping[str, Any],
    *,
    only_touched: bool,
) -> int:
    """Make one table, or what is touched of it, and check its promises; gives its new rows."""
    if only_touched and model.customer_list and not model.adds:
        rows = renew(connection, model, parameters)
        check(connection, model, only_renewed=True)
        return rows
    summed = sums.renew_sum(connection, model, parameters) if only_touched and model.adds else None
    rows = create(connection, for_everyone(model), parameters) if summed is None else summed
    check(connection, model)
    return rows


def drop_remade(
    connection: duckdb.DuckDBPyConnection, parts: Iterable[Model | Step], *, only_touched: bool
) -> None:
    """Drop the tables that `build` makes whole, so that the new ones take the room of the old."""
    for part in parts:
        if isinstance(part, Model) and not (only_touched and part.is_kept):
            connection.execute(f"drop table if exists {part.name}")
    connection.execute("checkpoint")


def create(
    connection: duckdb.DuckDBPyConnection, model: Model, parameters: Mapping[str, Any]
) -> int:
    """Make one table anew from its select; gives its rows."""
    sql = f"create or replace table {model.name} as {model.sql}"
    return int(one(connection, sql, bind(sql, parameters)))


def for_everyone(model: Model) -> Model:
    """The same table without asking of each row whether its customer is listed: all are."""
    return replace(model, sql=all_customers(model.sql))


def all_customers(sql: str) -> str:
    """The select without asking of each row whether its customer is listed."""
    for customers in CUSTOMER_LISTS:
        sql = sql.replace(LISTED.format(customers), "true")
    return sql


def renew(
    connection: duckdb.DuckDBPyConnection, model: Model, parameters: Mapping[str, Any]
) -> int:
    """Make the rows of the listed customers anew by the same select, and keep all others."""
    connection.execute(
        f"delete from {model.name} "
        f"where customer_id in (select customer_id from {model.customer_list})"
    )
    sql = f"insert into {model.name} {model.sql}"
    return int(one(connection, sql, bind(sql, parameters)))


def check(
    connection: duckdb.DuckDBPyConnection, model: Model, *, only_renewed: bool = False
) -> None:
    """Check what the header promises, in one pass over the table. Raises PromiseError.

    With `only_renewed`, of the rows that were made anew and those that share a key with them: the
    others were checked when they were made.
    """
    promises = _promises(model)
    if not promises:
        return
    counts = ", ".join(sql for _, sql in promises)
    rows = _renewed(model) if only_renewed else model.name
    row = connection.execute(f"select {counts} from {rows}").fetchone() or ()
    broken = [
        f"{words}: {count} rows" for (words, _), count in zip(promises, row, strict=True) if count
    ]
    if broken:
        raise PromiseError(
            f"{model.name} breaks its promises, so nothing was published: " + "; ".join(broken)
        )


def _renewed(model: Model) -> str:
    """The rows of the listed customers, and what shares a key with them, as a subquery."""
    listed = f"where customer_id in (select customer_id from {model.customer_list})"
    if not model.key:
        return f"(select * from {model.name} {listed})"
    same = [f"made.{name} is not distinct from kept.{name}" for name in map(quote, model.key)]
    keys = f"select {', '.join(map(quote, model.key))} from {model.name} {listed}"
    return f"(from {model.name} as kept semi join ({keys}) as made on {' and '.join(same)})"


def _promises(model: Model) -> list[tuple[str, str]]:
    """Each promise in words, with the aggregate that counts the rows that break it."""
    key = ", ".join(map(quote, model.key))
    promises = [
        (f"{name} is null", f"count(*) filter (where {quote(name)} is null)")
        for name in dict.fromkeys(model.key + model.not_null)
    ]
    if model.key:
        distinct = key if len(model.key) == 1 else f"({key})"
        promises.append((f"({key}) is not unique", f"count({key if len(model.key) == 1 else '*'}) - count(distinct {distinct})"))  # noqa: E501  # fmt: skip
    for name, values in model.allowed:
        listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
        promises.append(
            (f"{name} is none of {listed}", f"count(*) filter (where {quote(name)} not in ({listed}))")  # noqa: E501
        )  # fmt: skip
    promises += [
        (f"{name} is not from 0 to 1", f"count(*) filter (where not {quote(name)} between 0 and 1)")
        for name in model.shares
    ]
    return promises
