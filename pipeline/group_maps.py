"""How journeys of groups fit the assumed map, each group beside all the others."""

from typing import Any

import duckdb

from pipeline.database import has_table
from pipeline.findings.two_shares import LEVEL, family

Row = dict[str, Any]

READS = ("run.path_alignments", "run.path_moves", "run.map_places")
# Of each customer the first journey that has ended, so that customers count and not how often they
# come: whether it followed the map, met its places in order, and came to each of them.
COUNTS = """
    with ended as (
        select group_name, customer_id, path_number, cost = 0 as has_followed,
            met = places as has_met_all
        from memory.main.grouped
        inner join journeys.journeys using (journey_id, customer_id)
        inner join journeys.sequences using (journey_id, customer_id)
        inner join run.path_alignments using (path)
        where outcome <> 'open' and group_name is not null and map_name = 'assumed'
        qualify row_number() over (
            partition by group_name, customer_id order by started_at, journey_id
        ) = 1
    ),
    customers as (
        select group_name, count(*) as customers,
            count(*) filter (where has_followed) as followed,
            count(*) filter (where has_met_all) as met_all
        from ended
        group by group_name
    ),
    came as (
        select group_name, cast(place_number as integer) as place_number, count(*) as came
        from ended
        inner join run.path_moves using (path_number)
        where map_name = 'assumed' and kind = 'came' and place_number > 0
        group by group_name, place_number
    ),
    places as (
        select place_number, touchpoint
        from run.map_places
        inner join run.touchpoints using (touchpoint_number)
        where map_name = 'assumed'
    )
    select group_name, 'followed' as kind, 0 as place_number, '' as place, followed, customers
    from customers
    union all
    select group_name, 'in order', 0, '', met_all, customers from customers
    union all
    select group_name, 'came', place_number, touchpoint, coalesce(came, 0), customers
    from customers
    cross join places
    left join came using (group_name, place_number)
    order by all
"""


def compared(connection: duckdb.DuckDBPyConnection, groups: list[Row], min_group: int) -> list[Row]:
    """The shares of customers whose first ended journey fits the assumed map, of each group beside
    all the others: persona_id, kind (`followed`, `in order`, or `came` to a place), place_number,
    place, customers, share, other_customers, other_share, p_value, q_value and is_different.

    `connection` is an open warehouse whose journeys are `groups.grouped`. All rows are one family
    of tests; those that too few customers would tell of are left out. Nothing where no map is
    assumed.
    """
    if not all(has_table(connection, table) for table in READS):
        return []
    ids = {row["name"]: row["persona_id"] for row in groups}
    columns = ("persona_id", "kind", "place_number", "place", "cases", "customers")
    counts = [
        dict(zip(columns, (ids[name], *row), strict=True))
        for name, *row in connection.execute(COUNTS).fetchall()
        if name in ids
    ]
    tested = family([_beside(row, counts) for row in counts], min_group)
    return [
        row | {"is_different": row["q_value"] <= LEVEL}
        for row in tested
        if not any(0 < row[cases] < min_group for cases in ("cases", "other_cases"))
    ]


def _beside(row: Row, counts: list[Row]) -> Row:
    """A group's count with that of all the others of the same kind and place."""
    others = [
        each
        for each in counts
        if (each["kind"], each["place_number"]) == (row["kind"], row["place_number"])
        and each["persona_id"] != row["persona_id"]
    ]
    return row | {
        "other_cases": sum(each["cases"] for each in others),
        "other_customers": sum(each["customers"] for each in others),
    }
