"""Tables of counts: what touched customers added is taken off, and what they add now put on.

A table whose header says `adds:` is a sum over customers: its select serves all, or those in
`run.customers_to_judge`. A run that makes only touched customers anew computes it for them twice:
over their rows as they were, before these are renewed, and as they are. What is kept, less the
one, plus the other is the table of a full run, as whole numbers add up to the same in any order.
See docs/decisions/sums.md.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

from pipeline.database import bind, one, quote
from pipeline.listed import Listed
from pipeline.models import PERSONAS, Model

BEFORE, NEW_PERSONAS = "temp.personas_before", "temp.new_personas"
# Who was given another persona while nothing else about them changed: the personas are new ones.
REASSIGNED = f"""
    create temp table if not exists {NEW_PERSONAS} as
    select count(*) as customers
    from {BEFORE} as before
    full join {PERSONAS} as now using (customer_id)
    where before.persona_id is distinct from now.persona_id
        and customer_id not in (select customer_id from run.customers_to_judge)
"""


def remember(
    connection: duckdb.DuckDBPyConnection,
    models: Iterable[Model],
    parameters: Mapping[str, Any],
    listed: Listed,
) -> None:
    """Keep what the listed customers added to each sum, before their rows are renewed."""
    connection.execute(f"create or replace temp table {BEFORE} as from {PERSONAS}")
    for model in models:
        sql = f"create or replace temp table {_before(model)} as {_of_listed(model, listed)}"
        connection.execute(sql, bind(sql, parameters))


def renew_sum(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    parameters: Mapping[str, Any],
    listed: Listed,
) -> int | None:
    """Bring one sum up to date; gives its rows, None where it must be made whole.

    That is where it counts by persona and customers who were not touched have another persona.
    """
    if PERSONAS in model.reads and _has_new_personas(connection):
        return None
    columns = [row[0] for row in connection.execute(f"describe {model.name}").fetchall()]
    keys = ", ".join(quote(name) for name in columns if name not in model.adds)
    added = ", ".join(map(quote, model.adds))
    taken = ", ".join(f"-{quote(name)} as {quote(name)}" for name in model.adds)
    summed = [f"sum({quote(name)})::bigint" for name in model.adds]
    shown = ", ".join(
        f"{summed[model.adds.index(name)]} as {quote(name)}" if name in model.adds else quote(name)
        for name in columns
    )
    sql = f"""
        create or replace table {model.name} as
        select {shown}
        from (
            select {keys}, {added} from {model.name}
            union all
            select {keys}, {taken} from {_before(model)}
            union all
            select {keys}, {added} from ({_of_listed(model, listed)})
        )
        group by {keys}
        having {" or ".join(f"{name} <> 0" for name in summed)}
        order by {keys}
    """
    rows = int(one(connection, sql, bind(sql, parameters)))
    connection.execute(f"drop table {_before(model)}")
    return rows


def forget(connection: duckdb.DuckDBPyConnection, models: Iterable[Model]) -> None:
    """Drop what was kept for the sums, where any is left."""
    for table in (BEFORE, NEW_PERSONAS, *map(_before, models)):
        connection.execute(f"drop table if exists {table}")


def _has_new_personas(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether customers who were not touched have another persona; looked at once in a run."""
    connection.execute(REASSIGNED)
    return bool(one(connection, f"from {NEW_PERSONAS}"))


def _of_listed(model: Model, listed: Listed) -> str:
    """The select of a sum, upon the listed customers' rows."""
    assert model.customer_list
    return listed.upon(model.sql, model.customer_list)


def _before(model: Model) -> str:
    return "temp.before_" + model.name.replace(".", "_")
