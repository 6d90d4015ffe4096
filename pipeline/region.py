"""Stitches anew only where something changed: the customers that new or lost rows touch.

What rows came, changed or went by are combinations of identifiers (`run.touched_sets`); only the
links of their identifiers changed. So only these can pass the bound on linked identifiers, either
way, and only customers of theirs, and of those directly linked with them, can be joined or parted.
Their sets are stitched as a whole graph would be; all others stay. See
docs/decisions/stitching-by-region.md.
"""

from collections.abc import Mapping
from typing import Any

import duckdb

from pipeline.database import bind, one
from pipeline.errors import PromiseError

MOST_TOUCHED = 0.3  # of all sets; above it the whole graph is cheaper
TOUCHED = """
    create or replace temp table touched as
    select distinct identifier_set_id from run.touched_sets
    where identifier_set_id in (select identifier_set_id from landing.identifier_sets)
"""
# The identifiers whose links changed, those directly linked with them, and the customers of all.
CHANGED = """
    create or replace temp table changed as
    select distinct identifier_kind, identifier from told
    where identifier_set_id in (select identifier_set_id from touched)
"""
NEAR_SETS = """
    create or replace temp table near_sets as
    select distinct identifier_set_id from told join changed using (identifier_kind, identifier)
"""
CUSTOMERS = """
    create or replace temp table region_customers as
    select customer_id
    from told
    join run.identities using (identifier_kind, identifier)
    where identifier_set_id in (select identifier_set_id from near_sets)
    union
    select customer_id from run.customer_sets
    where identifier_set_id in (select identifier_set_id from near_sets)
"""
SETS = """
    create or replace temp table region_sets as
    select identifier_set_id from near_sets
    union
    select identifier_set_id from run.customer_sets
    where customer_id in (select customer_id from region_customers)
"""
ACTIVE_SETS = """
    create or replace temp table active_sets as
    select identifier_set_id from landing.events
    where occurred_at <= $cutoff
        and identifier_set_id in (select identifier_set_id from region_sets)
    union
    select identifier_set_id from landing.attributes
    where identifier_set_id in (select identifier_set_id from region_sets)
"""
# All links of what changed are in the region; of others perhaps not, but they are as they were.
CROWDED = """
    create or replace temp table crowded as
    with linked as (
        select node, count(*) as linked_identifiers from pairs group by node
    )
    select node, linked_identifiers
    from nodes
    join changed using (identifier_kind, identifier)
    join linked using (node)
    where linked_identifiers > $max_identifiers
    union all
    select node, linked_identifiers
    from nodes
    join run.ignored_identifiers using (identifier_kind, identifier)
    anti join changed using (identifier_kind, identifier)
    where linked_identifiers is not null
"""
GONE = (
    "delete from run.customer_sets"
    " where identifier_set_id in (select identifier_set_id from region_sets)",
    "delete from run.identities where customer_id in (select customer_id from region_customers)"
    " or (identifier_kind, identifier) in (select (identifier_kind, identifier) from nodes)",
    "delete from run.ignored_identifiers where linked_identifiers is null"
    " or (identifier_kind, identifier) in (select (identifier_kind, identifier) from nodes)"
    " or (identifier_kind, identifier) in (select (identifier_kind, identifier) from changed)",
)
MIXED_UP = """
    select count(distinct customer_id) from run.customer_sets
    where customer_id in (select customer_id from owners)
        and customer_id not in (select customer_id from region_customers)
        and customer_id not in (
            select identifier_id from nodes where node in (select node from crowded)
        )
"""
TABLES = ("told", "touched", "changed", "near_sets", "region_customers", "region_sets")


def find_region(
    connection: duckdb.DuckDBPyConnection, told: str, cutoff: Mapping[str, Any]
) -> bool:
    """Make temp.region_sets, temp.active_sets and what else tells the region; false where it is
    too large a part. `told` selects identifier_set_id, identifier_kind and identifier of all sets.
    """
    connection.execute(TOUCHED)
    touched = one(connection, "select count(*) from touched")
    if touched > MOST_TOUCHED * one(connection, "select count(*) from landing.identifier_sets"):
        return False
    connection.execute(
        f"create or replace temp table told as select * from ({told}) where identifier is not null"
    )
    for sql in (CHANGED, NEAR_SETS, CUSTOMERS, SETS):
        connection.execute(sql)
    connection.execute(ACTIVE_SETS, cutoff)
    return True


def write_crowded(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
    """Make temp.crowded: the nodes of the region that join nobody."""
    connection.execute(CROWDED, bind(CROWDED, parameters))


def take_out(connection: duckdb.DuckDBPyConnection) -> None:
    """Take what the region said before out of the tables. Raises PromiseError where a customer of
    it would have the key of one outside."""
    for sql in GONE:
        connection.execute(sql)
    if count := one(connection, MIXED_UP):
        raise PromiseError(
            f"{count} customers would share their 60-bit key with another; nothing was published."
        )


def forget_region(connection: duckdb.DuckDBPyConnection) -> None:
    for table in TABLES:
        connection.execute(f"drop table if exists temp.{table}")
