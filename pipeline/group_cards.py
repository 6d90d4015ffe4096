"""What the cards of groups tell: by the SQL files of personas, with the groups in their place.

A persona is of customers, a group of journeys: so each customer stands in each group as a customer
of its own, with that group's journeys only, and the files need not know.
"""

from collections.abc import Sequence
from typing import Any

import duckdb

from pipeline.build import build, for_everyone
from pipeline.database import SCHEMAS
from pipeline.inputs import parameters
from pipeline.models import in_order, read_models
from pipeline.personas.typical import typical_step
from pipeline.settings import Settings

Row = dict[str, Any]

PROFILES, TRAITS = "personas.profiles", "personas.traits"
MADE = (PROFILES, TRAITS, "personas.typical_journeys", "personas.scores", "personas.words")
# How read_tables calls them, and orders their rows.
TOLD = {
    "profiles": f"select * from {PROFILES} where persona_id <> 'unknown' order by persona_id",
    "traits": f"select * from {TRAITS} order by persona_id, feature_group, feature",
    "typical_journeys": "select * from personas.typical_journeys order by persona_id, place",
    "persona_scores": "select * from personas.scores order by persona_id, scores desc, score_scale",
    "persona_words": "select * from personas.words order by persona_id, place",
}
# In the order of the customers' ids, which are digests, as typical journeys are of the lowest.
MEMBERS = """
    create table main.members as
    select row_number() over (order by of_customer, persona_id) as customer_id,
        of_customer, persona_id
    from (
        select distinct customer_id as of_customer, coalesce(persona_id, 'unknown') as persona_id
        from memory.main.grouped
        left join run.persona_names on name = group_name
    )
"""
JOURNEYS = """
    create table main.journeys_of as
    select journey_id, members.customer_id
    from memory.main.grouped
    left join run.persona_names on name = group_name
    inner join main.members
        on of_customer = grouped.customer_id
        and members.persona_id = coalesce(persona_names.persona_id, 'unknown')
"""
OF_JOURNEYS = """
    create view {table} as
    select told.* replace (journeys_of.customer_id as customer_id)
    from warehouse.{table} as told inner join main.journeys_of using (journey_id)
"""
# An answer belongs to the journey of its customer's last step before it.
EVENTS = """
    create view core.events as
    with answers as (
        select events.*, journey_id
        from warehouse.core.events
        asof join warehouse.journeys.steps
            on steps.customer_id = events.customer_id and steps.started_at <= events.occurred_at
        where events.score is not null or events.text is not null
    )
    select answers.* exclude (journey_id) replace (journeys_of.customer_id as customer_id)
    from answers inner join main.journeys_of using (journey_id)
"""
FEATURES = """
    create view personas.features as
    select features.* replace (members.customer_id as customer_id)
    from warehouse.personas.features inner join main.members on of_customer = features.customer_id
"""


def cards(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    groups: Sequence[Row],
    conversion: Sequence[Row],
    journeys: int,
) -> dict[str, list[Row]]:
    """The rows of personas.profiles, traits, typical_journeys, scores and words, of each group
    beside all the others, as `read_tables` names them.

    `connection` is an open warehouse whose journeys are `groups.grouped`; `conversion` are the rows
    of graph.conversion of each group. A profile also tells `journey_share`, of all these journeys.
    """
    chosen = connection.cursor()
    chosen.execute("use memory")
    try:
        for schema in SCHEMAS:
            chosen.execute(f"create schema if not exists {schema}")
        _lay_down(chosen, groups, conversion)
        models = [for_everyone(each) for each in read_models() if each.name in MADE]
        build(chosen, in_order([typical_step(), *models]), parameters(settings, None))
        rows = {name: _read(chosen, sql) for name, sql in TOLD.items()}
    finally:
        for table in ("members", "journeys_of"):
            chosen.execute(f"drop table if exists main.{table}")
        for schema in SCHEMAS:
            chosen.execute(f"drop schema if exists {schema} cascade")
        chosen.close()
    shared = [row | {"journey_share": row["journeys"] / journeys} for row in rows["profiles"]]
    return rows | {"profiles": shared}


def _lay_down(
    chosen: duckdb.DuckDBPyConnection, groups: Sequence[Row], conversion: Sequence[Row]
) -> None:
    """What the files read, with the groups in the place of personas."""
    chosen.execute("create table run.persona_names (persona_id varchar, name varchar)")
    named = [(row["persona_id"], row["name"]) for row in groups]
    chosen.executemany("insert into run.persona_names values (?, ?)", named)
    chosen.execute(MEMBERS)
    chosen.execute(JOURNEYS)
    chosen.execute("create view personas.assignments as from main.members")
    for table in ("journeys.journeys", "journeys.steps"):
        chosen.execute(OF_JOURNEYS.format(table=table))
    chosen.execute(EVENTS)
    chosen.execute(FEATURES)
    chosen.execute("create view personas.attributes as from warehouse.personas.attributes")
    chosen.execute("create table run.persona_notes (persona varchar, notes varchar)")
    chosen.execute("create table run.conversion as from warehouse.graph.conversion where false")
    if conversion:
        marks = ", ".join("?" * len(conversion[0]))
        told = [list(row.values()) for row in conversion]
        chosen.executemany(f"insert into run.conversion values ({marks})", told)


def _read(chosen: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    result = chosen.execute(sql)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
