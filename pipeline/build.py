"""Makes the tables of `sql/` in their order: whole, or the rows of a run's listed customers.

Each table's promises are checked as it is made.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import duckdb

from pipeline import sums
from pipeline.database import bind, one
from pipeline.listed import EVENTS, LISTED, Listed
from pipeline.models import CUSTOMER_LISTS, JUDGED, TOUCHED, Model, Step
from pipeline.promises import check

SUMS = "run.sums_before"  # the step that keeps what touched customers added to each sum


def build(
    connection: duckdb.DuckDBPyConnection,
    parts: Sequence[Model | Step],
    parameters: Mapping[str, Any],
    progress: Callable[[str], None] = lambda name: None,
    made: Callable[[str, int], None] = lambda name, rows: None,
    *,
    listed: Listed | None = None,
) -> None:
    """Make every table in the given order and check its promises. Raises PromiseError.

    With `listed`, tables below the customer keep the rows of customers not listed; their rows are
    left at hand. Tables about everyone are dropped once it is known what touched customers added
    to the sums: till then little is written, and a checkpoint costs. `progress` is told each part
    as it begins, `made` each table with its number of new rows.
    """
    models = [part for part in parts if isinstance(part, Model)]
    added = [model for model in models if model.adds]
    of_touched = {model.name for model in models if model.customer_list == TOUCHED}
    for number, part in enumerate(parts, 1):
        progress(part.name)
        if isinstance(part, Step):
            part.run(connection, parameters)
            if listed and JUDGED in part.makes:
                progress(SUMS)
                sums.remember(connection, added, parameters, listed)
                listed.put_away(JUDGED, keep=of_touched)
                _give_room(connection, parts[number:], only_touched=True)
        else:
            rows = _renewed(connection, part, parameters, listed) if listed else None
            made(part.name, _whole(connection, part, parameters) if rows is None else rows)
    if listed:
        sums.forget(connection, added)


def listed_customers(
    connection: duckdb.DuckDBPyConnection, parts: Iterable[Model | Step]
) -> Listed:
    """The listed customers' events, and their rows of what is below the customer among these."""
    below = [part.name for part in parts if isinstance(part, Model) and part.is_below]
    return Listed(connection, [EVENTS, *below])


def _whole(
    connection: duckdb.DuckDBPyConnection, model: Model, parameters: Mapping[str, Any]
) -> int:
    """Make one table whole and check its promises; gives its rows."""
    rows = create(connection, for_everyone(model), parameters)
    check(connection, model)
    return rows


def _renewed(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    parameters: Mapping[str, Any],
    listed: Listed,
) -> int | None:
    """Make what is touched of one table and check its promises; gives its new rows.

    None where it must be made whole.
    """
    if model.is_below:
        return renew(connection, model, parameters, listed)
    if not model.adds:
        return None
    rows = sums.renew_sum(connection, model, parameters, listed)
    if rows is not None:
        check(connection, model)
    return rows


def drop_remade(
    connection: duckdb.DuckDBPyConnection, parts: Iterable[Model | Step], *, only_touched: bool
) -> None:
    """Drop the tables that `build` makes whole, so that the new ones take the room of the old.

    Where only touched customers are made anew, `build` does so itself, later.
    """
    if not only_touched:
        _give_room(connection, parts, only_touched=False)


def _give_room(
    connection: duckdb.DuckDBPyConnection, parts: Iterable[Model | Step], *, only_touched: bool
) -> None:
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
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    parameters: Mapping[str, Any],
    listed: Listed,
) -> int:
    """Make the rows of the listed customers anew by the same select, and keep all others.

    Few new rows are checked before they are put in; the others were when they were made.
    """
    customers = model.customer_list
    assert customers
    stale = f"delete from {model.name} where customer_id in (select customer_id from {customers})"
    tables = [model.name]
    if listed.are_few(customers):
        sql = listed.upon(model.sql, customers)
        small = listed.made(model.name, customers, sql, bind(sql, parameters))
        connection.execute(stale)
        check(connection, model, small)
        rows = int(one(connection, f"insert into {model.name} from {small}"))
        tables += listed.renewed(model.name, customers)
    else:
        connection.execute(stale)
        sql = f"insert into {model.name} {model.sql}"
        rows = int(one(connection, sql, bind(sql, parameters)))
        check(connection, model)
    if model.with_horizon:
        for table in tables:
            _move_with_horizon(connection, model, table, parameters)
    return rows


def _move_with_horizon(
    connection: duckdb.DuckDBPyConnection, model: Model, table: str, parameters: Mapping[str, Any]
) -> None:
    """Bring the column that depends on the horizon up to date, of all in the table."""
    column, value = model.with_horizon or ("", "")
    sql = f"update {table} set {column} = ({value}) from core.horizon "
    sql += f"where {column} is distinct from ({value})"
    connection.execute(sql, bind(sql, parameters))
