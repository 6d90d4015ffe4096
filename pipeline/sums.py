"""Tables of counts: what touched customers added is taken off, and what they add now put on.

A table whose header says `adds:` is a sum over customers: its select serves all, or those in
`run.customers_to_judge`. A run that makes only touched customers anew computes it for them twice:
over their rows as they were, before these are renewed, and as they are. What is kept, less the
one, plus the other is the table of a full run, as whole numbers add up to the same in any order.
All of them read the same few tables, so the listed customers' rows of these are kept at hand.
See docs/decisions/sums.md.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import duckdb

from pipeline.database import bind, has_table, one, quote

if TYPE_CHECKING:
    from pipeline.models import Model

PERSONAS = "personas.assignments"
BEFORE = "run.personas_before"
BELOW = "journeys."  # what a sum reads of this schema, it reads of the listed customers only
LISTED = """
    create temp table {} as
    from {} where customer_id in (select customer_id from run.customers_to_judge)
"""
ARE_FEW = f"""
    select (select count(*) from run.customers_to_judge) * 2 < (select count(*) from {PERSONAS})
"""
AT_HAND = "select table_name from duckdb_tables() where temporary and table_name like 'listed_%'"
# Who was given another persona while nothing else about them changed: the personas are new ones.
REASSIGNED = f"""
    select count(*)
    from {BEFORE} as before
    full join {PERSONAS} as now using (customer_id)
    where before.persona_id is distinct from now.persona_id
        and customer_id not in (select customer_id from run.customers_to_judge)
"""


def remember(
    connection: duckdb.DuckDBPyConnection,
    models: "Iterable[Model]",
    parameters: Mapping[str, Any],
) -> None:
    """Keep what the listed customers added to each sum, before their rows are renewed."""
    connection.execute(f"create or replace table {BEFORE} as from {PERSONAS}")
    for model in models:
        sql = f"create or replace table {_before(model)} as {_of_listed(connection, model)}"
        connection.execute(sql, bind(sql, parameters))
    _put_away(connection)


def renew_sum(
    connection: duckdb.DuckDBPyConnection, model: "Model", parameters: Mapping[str, Any]
) -> int | None:
    """Bring one sum up to date; gives its rows, None where it must be made whole.

    That is where it counts by persona and customers who were not touched have another persona.
    """
    if PERSONAS in model.reads and one(connection, REASSIGNED):
        return None
    columns = [row[0] for row in connection.execute(f"describe {model.name}").fetchall()]
    keys = ", ".join(quote(name) for name in columns if name not in model.adds)
    added = ", ".join(map(quote, model.adds))
    taken = ", ".join(f"-{quote(name)} as {quote(name)}" for name in model.adds)
    summed = [f"sum({quote(name)})::bigint" for name in model.adds]
    listed = ", ".join(
        f"{summed[model.adds.index(name)]} as {quote(name)}" if name in model.adds else quote(name)
        for name in columns
    )
    sql = f"""
        create or replace table {model.name} as
        select {listed}
        from (
            select {keys}, {added} from {model.name}
            union all
            select {keys}, {taken} from {_before(model)}
            union all
            select {keys}, {added} from ({_of_listed(connection, model)})
        )
        group by {keys}
        having {" or ".join(f"{name} <> 0" for name in summed)}
        order by {keys}
    """
    rows = int(one(connection, sql, bind(sql, parameters)))
    connection.execute(f"drop table {_before(model)}")
    return rows


def forget(connection: duckdb.DuckDBPyConnection, models: "Iterable[Model]") -> None:
    """Drop what was kept for the sums, where any is left."""
    for table in (BEFORE, *map(_before, models)):
        if has_table(connection, table):
            connection.execute(f"drop table {table}")
    _put_away(connection)


def _of_listed(connection: duckdb.DuckDBPyConnection, model: "Model") -> str:
    """The select of a sum, upon the listed customers' rows; these are taken out where none did yet.

    Where most customers are listed there is no use in that, and it reads the whole tables.
    """
    if not one(connection, ARE_FEW):
        return model.sql
    at_hand = {name for (name,) in connection.execute(AT_HAND).fetchall()}
    sql = model.sql
    for table in sorted(model.reads):
        if table.startswith(BELOW):
            listed = "listed_" + table.removeprefix(BELOW)
            if listed not in at_hand:
                connection.execute(LISTED.format(listed, table))
            sql = re.sub(rf"\b(from|join) {re.escape(table)}\b", rf"\1 temp.{listed}", sql)
    return sql


def _put_away(connection: duckdb.DuckDBPyConnection) -> None:
    for (name,) in connection.execute(AT_HAND).fetchall():
        connection.execute(f"drop table temp.{name}")


def _before(model: "Model") -> str:
    return "run.before_" + model.name.replace(".", "_")
