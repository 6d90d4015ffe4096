"""The company's own groups as personas: who belongs to which, from a column or an attribute."""

import duckdb

from pipeline.database import quote
from pipeline.personas.model import PersonaModel
from pipeline.settings import Settings

MOST_GROUPS = 12
OTHER, UNKNOWN = "other", "unknown"
TAKEN = ("all", UNKNOWN, OTHER)  # as ids these mean something else

TOLD = """
    create or replace table run.own_groups as
    with told as ({values}),
    sized as (
        select value, count(*) as customers,
            row_number() over (order by count(*) desc, value) as place
        from told
        group by value
    )
    select customer_id,
        case
            when lower(value) = 'unknown' then 'unknown'
            when customers < $min_group or place > $most then 'other'
            when lower(value) in ('all', 'other') then value || ' (own)'
            else value
        end as persona_id
    from told
    join sized using (value)
"""


def write_own_groups(
    connection: duckdb.DuckDBPyConnection, settings: Settings, model: PersonaModel | None
) -> None:
    """Make run.persona_assignments and run.persona_names of the column that the settings name.

    A column of events takes the first value that a customer's counted events tell. Groups of
    fewer than `min_group` customers, and those beyond the twelve largest, are `other`; who has no
    value is `unknown`. What was found from behaviour goes to run.found_groups (customer_id,
    persona_id, name), to be compared.
    """
    connection.execute("""
        create or replace table run.found_groups as
        select customer_id, persona_id, name
        from run.persona_assignments
        join run.persona_names using (persona_id)
    """)
    column = settings.personas.column or ""
    bound = {"min_group": settings.privacy.min_group, "most": MOST_GROUPS}
    if column in settings.attribute_names():
        values = (
            "select customer_id, value from core.attributes"
            " where attribute = $column and value is not null"
        )
        bound |= {"column": column}  # type: ignore[dict-item]
    else:
        values = (
            f"select customer_id, arg_min({quote(column)}, event_number) as value from core.events"
            f" where session_id is not null and {quote(column)} is not null group by customer_id"
        )
    connection.execute(TOLD.format(values=values), bound)
    connection.execute("""
        create or replace table run.persona_assignments as
        select customer_id, coalesce(persona_id, 'unknown') as persona_id
        from (select distinct customer_id from core.sessions)
        left join run.own_groups using (customer_id)
    """)
    connection.execute(
        """
        create or replace table run.persona_names as
        select distinct persona_id, persona_id as name, cast(? as double) as silhouette
        from run.persona_assignments
        where persona_id <> 'unknown'
        order by persona_id
        """,
        [model.silhouette if model else None],
    )


def without_own_groups(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the same tables where the settings name no column: there is nothing to compare."""
    for table, more in (("run.own_groups", ""), ("run.found_groups", ", name varchar")):
        connection.execute(
            f"create or replace table {table} (customer_id bigint, persona_id varchar{more})"
        )
