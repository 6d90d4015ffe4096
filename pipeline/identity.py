"""Stitches identifiers into customers: identifiers on one row belong together, transitively.

An identifier directly linked to more than `max_identifiers` others (a shared device, a mailbox
such as info@) joins nobody. A customer's id is the key of the smallest "kind:identifier" text of
its component, so it does not depend on the order in which rows arrived.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import duckdb

from pipeline import region
from pipeline.database import bind, one, quote
from pipeline.errors import PromiseError
from pipeline.models import Step

if TYPE_CHECKING:
    import numpy as np

READS = frozenset({"landing.events", "landing.identifier_sets", "landing.attributes", "run.clock"})
MAKES = ("run.customer_sets", "run.identities", "run.ignored_identifiers")

# Identifiers of the sets that any current event or attribute row carries.
ACTIVE_SETS = """
    create or replace temp table active_sets as
    select identifier_set_id from landing.events
    where occurred_at <= $cutoff
    union
    select identifier_set_id from landing.attributes
"""
MEMBERS = """
    create or replace temp table members as
    select
        identifier_set_id, identifier_kind, identifier,
        identifier_kind || ':' || identifier as name
    from ({rows}) where identifier is not null
"""
NODES = """
    create or replace temp table nodes as
    select
        identifier_kind, identifier, name,
        cast('0x' || left(md5(name), 15) as bigint) as identifier_id,
        row_number() over (order by name) - 1 as node
    from (select distinct identifier_kind, identifier, name from members)
"""
PAIRS = """
    create or replace temp table pairs as
    with joined as (
        select members.identifier_set_id, nodes.node
        from members join nodes using (identifier_kind, identifier)
        where members.identifier_set_id in (
            select identifier_set_id from members group by all having count(*) > 1
        )
    )
    select distinct one.node as node, other.node as other
    from joined as one join joined as other
        on one.identifier_set_id = other.identifier_set_id and one.node <> other.node
"""
CROWDED = """
    create or replace temp table crowded as
    select node, count(*) as linked_identifiers from pairs
    group by node having count(*) > $max_identifiers
"""
KEPT_PAIRS = """
    select node, other from pairs
    where node < other
        and node not in (select node from crowded) and other not in (select node from crowded)
"""
OWNERS = """
    create or replace temp table owners as
    select nodes.node, customer.identifier_id as customer_id
    from nodes
    left join components on components.node = nodes.node
    join nodes as customer on customer.node = coalesce(components.first_node, nodes.node)
"""
# A set belongs to the customer of its identifiers that join; with only crowded ones, to a customer
# of its own, that of the smallest.
CUSTOMER_SETS = """
    select
        members.identifier_set_id,
        coalesce(
            min(owners.customer_id) filter (where crowded.node is null),
            min_by(owners.customer_id, nodes.node)
        ) as customer_id
    from members
    join nodes using (identifier_kind, identifier)
    join owners on owners.node = nodes.node
    left join crowded on crowded.node = nodes.node
    group by members.identifier_set_id
    order by members.identifier_set_id
"""
IDENTITIES = """
    select nodes.identifier_kind, nodes.identifier, owners.customer_id
    from nodes
    join owners on owners.node = nodes.node
    where nodes.node not in (select node from crowded)
        or owners.customer_id in (select customer_id from run.customer_sets)
    order by all
"""
IGNORED = """
    select
        nodes.identifier_kind, nodes.identifier,
        'linked to more than ' || cast($max_identifiers as varchar) || ' others' as reason,
        crowded.linked_identifiers
    from crowded join nodes on nodes.node = crowded.node
    union all
    select identifier_kind, identifier, 'placeholder', cast(null as bigint)
    from landing.placeholders
    order by all
"""


MADE = {
    "run.customer_sets": CUSTOMER_SETS,
    "run.identities": IDENTITIES,
    "run.ignored_identifiers": IGNORED,
}


def identity_step(only_touched: bool = False) -> Step:
    """The step that makes `run.customer_sets`, `run.identities` and `run.ignored_identifiers`.

    With `only_touched` it builds upon what the last run left in them.
    """

    def make(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
        stitch(connection, parameters, only_touched=only_touched)

    return Step("run.identity", READS, MAKES, make)


def stitch(
    connection: duckdb.DuckDBPyConnection,
    parameters: Mapping[str, Any],
    *,
    only_touched: bool = False,
) -> None:
    """Find who belongs together. Raises PromiseError if two identifiers had the same key."""
    told = _unpivoted(connection, "landing.identifier_sets")
    # Told as it is: looked up by a subquery, it would be asked of each row by itself.
    cutoff = {"cutoff": one(connection, "select cutoff from run.clock")}
    is_region = only_touched and region.find_region(connection, told, cutoff)
    if not is_region:
        connection.execute(ACTIVE_SETS, cutoff)
    active = "(from landing.identifier_sets semi join active_sets using (identifier_set_id))"
    connection.execute(MEMBERS.format(rows=_unpivoted(connection, active)))
    for sql in (NODES, PAIRS):
        connection.execute(sql)
    _refuse_collisions(connection)
    if is_region:
        region.write_crowded(connection, parameters)
    else:
        connection.execute(CROWDED, bind(CROWDED, parameters))
    _write_components(connection)
    connection.execute(OWNERS)
    if is_region:
        region.take_out(connection)
    for table, select in MADE.items():
        into = f"insert into {table}" if is_region else f"create or replace table {table} as"
        connection.execute(f"{into} {select}", bind(select, parameters))
    for table in ("active_sets", "members", "nodes", "pairs", "crowded", "components", "owners"):
        connection.execute(f"drop table temp.{table}")
    region.forget_region(connection)


def _unpivoted(connection: duckdb.DuckDBPyConnection, sets: str) -> str:
    """A select of one row per set and kind of identifier; the kinds are columns of the table."""
    columns = [row[0] for row in connection.execute("describe landing.identifier_sets").fetchall()]
    selects = [
        f"select identifier_set_id, '{name.removeprefix('identifier_')}' as identifier_kind, "
        f"{quote(name)} as identifier from {sets}"
        for name in columns
        if name != "identifier_set_id"
    ]
    return " union all ".join(selects)


def _refuse_collisions(connection: duckdb.DuckDBPyConnection) -> None:
    count = one(connection, "select count(*) - count(distinct identifier_id) from nodes")
    if count:
        raise PromiseError(
            f"{count} identifiers share their 60-bit key with another, so customers would be "
            "mixed up; nothing was published. This is one chance in a million at a million "
            "identifiers: report it."
        )


def _write_components(connection: duckdb.DuckDBPyConnection) -> None:
    """temp.components: node, first_node (the smallest of its component), for linked nodes only."""
    pairs = connection.execute(KEPT_PAIRS).df()
    connection.execute("create or replace temp table components (node bigint, first_node bigint)")
    if len(pairs):
        nodes, first = smallest_of_component(pairs["node"].to_numpy(), pairs["other"].to_numpy())
        connection.register("found", _arrays(nodes, first))
        connection.execute("insert into components select node, first_node from found")
        connection.unregister("found")


def _arrays(nodes: "np.ndarray", first: "np.ndarray") -> Any:
    import pandas

    return pandas.DataFrame({"node": nodes, "first_node": first})


def smallest_of_component(
    left: "np.ndarray", right: "np.ndarray"
) -> tuple["np.ndarray", "np.ndarray"]:
    """The nodes of the edges `left`-`right`, ascending, and the smallest node each is joined with.

    Shapes: (edges,), (edges,) to (nodes,), (nodes,). Nodes are numbers from 0, with few gaps: no
    sort is needed, and the memory is that of the greatest.
    """
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = 1 + int(max(np.max(left), np.max(right)))
    matrix = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
    components, labels = connected_components(matrix, directed=False)
    smallest = np.empty(components, dtype=np.int64)
    smallest[labels[::-1]] = np.arange(count - 1, -1, -1)  # of several, the last written stands
    is_linked = np.zeros(count, dtype=bool)
    is_linked[left] = is_linked[right] = True
    nodes = np.flatnonzero(is_linked)
    return nodes, smallest[labels[nodes]]
