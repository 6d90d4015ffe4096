"""Groups of journeys held beside each other: by a segment, an attribute, or two periods."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from pipeline.errors import JourneysError
from pipeline.nearest import nearest
from pipeline.numbers import month

Row = dict[str, Any]

MOST_GROUPS = 6
MONTH = "strftime((started_at at time zone 'UTC') at time zone $timezone, '%Y-%m')"
BY_MONTHS = f"{MONTH} between $first and $last"  # a condition on journeys.journeys
IN_GROUP = "journey_id in (select journey_id from memory.main.grouped where group_name = $name)"
BY_SEGMENT = """
    select journey_id, customer_id, segment_value as group_name
    from journeys.segments where segment = $by
"""
BY_ATTRIBUTE = """
    select journey_id, customer_id, attributes.value as group_name
    from journeys.journeys inner join core.attributes using (customer_id) where attribute = $by
"""
BY_PERIOD = f"""
    select journey_id, customer_id, case
        when {MONTH} between $first and $last then $said
        when {MONTH} between $first_before and $last_before then $said_before
    end as group_name
    from journeys.journeys
"""
# As personas.differences counts: of each customer the first visit whose end is known.
COUNTS = """
    with first_visits as (
        select group_name, moves.customer_id, from_node as stage,
            min((epoch_us(started_at)::hugeint * 1000000 + move_number) * 2
                + (to_node = 'DROPPED')::int) % 2 = 1 as is_dropped
        from journeys.moves inner join memory.main.grouped using (journey_id)
        where level = 'stage' and from_node <> 'START' and is_mature
        group by all
    )
    select group_name, stage, count(*), count(*) filter (where is_dropped)
    from first_visits group by all order by all
"""


@dataclass(frozen=True)
class Period:
    """Months of start, from the first to the last, as YYYY-MM in the company's zone."""

    first: str
    last: str

    @classmethod
    def of(cls, text: str) -> "Period":
        """A period written 2025-07..2025-12, or one month. Raises JourneysError."""
        first, dots, last = text.strip().partition("..")
        period = cls(first, last if dots else first)
        try:
            starts = [datetime.strptime(each, "%Y-%m") for each in (period.first, period.last)]
        except ValueError:
            starts = []
        if not starts or starts[0] > starts[1] or len(period.first + period.last) != 14:
            raise JourneysError(
                f"{text!r} is no period. Write its months, the earlier first: 2025-07..2025-12"
            )
        return period

    @property
    def before(self) -> "Period":
        """As many months, straight before."""
        first, last = _number(self.first), _number(self.last)
        return Period(_month(2 * first - last - 1), _month(first - 1))

    def __str__(self) -> str:
        if self.first == self.last:
            return month(self.first)
        return f"{month(self.first)} – {month(self.last)}"


def _number(text: str) -> int:
    return int(text[:4]) * 12 + int(text[5:]) - 1


def _month(number: int) -> str:
    return f"{number // 12:04}-{number % 12 + 1:02}"


def grouped(
    connection: duckdb.DuckDBPyConnection,
    by: str | None,
    period: Period | None,
    timezone: str,
    least: int,
) -> tuple[list[Row], int]:
    """Lay the journeys of each group down in memory.main.grouped; give the groups, largest first.

    `by` is a segment or an attribute, or None for the period and as many months before it. A
    group is group_id, name, customers, journeys; besides, how many more there are than are shown.
    Raises JourneysError for what is neither, and where there are no two groups to compare.
    """
    sql, values = _query(connection, by, period, timezone)
    connection.execute(f"create or replace table memory.main.grouped as {sql}", values)
    found = connection.execute(
        "select group_name, count(distinct customer_id), count(*) from memory.main.grouped "
        "where group_name is not null group by group_name order by 3 desc, 1"
    ).fetchall()
    large = [row for row in found if row[1] >= least]
    if len(large) < 2:
        raise JourneysError(
            f"There are no two groups of {least} customers or more to compare: "
            + (", ".join(str(row[0]) for row in large) or "none")
        )
    groups = [
        {"persona_id": f"g{place}", "name": name, "customers": customers, "journeys": journeys}
        for place, (name, customers, journeys) in enumerate(large[:MOST_GROUPS], 1)
    ]
    if by is None:
        groups.sort(key=lambda row: row["name"] != values["said"])
    return groups, len(found) - len(groups)


def _query(
    connection: duckdb.DuckDBPyConnection, by: str | None, period: Period | None, timezone: str
) -> tuple[str, Mapping[str, Any]]:
    if by is None:
        if period is None:
            raise JourneysError("--compare period needs to know which: --period 2025-07..2025-12")
        before = period.before
        return BY_PERIOD, {
            "timezone": timezone, "first": period.first, "last": period.last, "said": str(period),
            "first_before": before.first, "last_before": before.last, "said_before": str(before),
        }  # fmt: skip
    sql = f"select * from ({_of(connection, by)})"
    if period is None:
        return sql, {"by": by}
    within = f"select journey_id from journeys.journeys where {BY_MONTHS}"
    return f"{sql} where journey_id in ({within})", {
        "by": by, "timezone": timezone, "first": period.first, "last": period.last,
    }  # fmt: skip


def _of(connection: duckdb.DuckDBPyConnection, by: str) -> str:
    segments, attributes = (
        [row[0] for row in connection.execute(f"select distinct {what} order by all").fetchall()]
        for what in ("segment from journeys.segments", "attribute from core.attributes")
    )
    if by in segments:
        return BY_SEGMENT
    if by in attributes:
        return BY_ATTRIBUTE
    known = ["persona", "period", "run", *dict.fromkeys([*segments, *attributes])]
    raise JourneysError(
        f"Journeys cannot be compared by {by!r}{nearest(by, known) or '.'} There are: "
        f"{', '.join(known)}. A column of the events becomes one in the settings: segments: [{by}]"
    )


def differences(connection: duckdb.DuckDBPyConnection, groups: list[Row]) -> list[Row]:
    """How each group fares at each stage beside the others, as personas.differences tells it."""
    from pipeline.personas.differences import LEVEL, Counted, compared  # loads scipy

    ids = {row["name"]: row["persona_id"] for row in groups}
    counts = [
        Counted(ids[name], stage, customers, dropped)
        for name, stage, customers, dropped in connection.execute(COUNTS).fetchall()
        if name in ids
    ]
    columns = (
        "persona_id", "stage", "customers", "dropped", "rest_customers", "rest_dropped",
        "difference", "difference_low", "difference_high", "p_value", "adjusted_p_value",
    )  # fmt: skip
    rows = [dict(zip(columns, row, strict=True)) for row in compared(counts)]
    return [
        row
        | {
            "drop_off_rate": row["dropped"] / row["customers"],
            "rest_rate": row["rest_dropped"] / row["rest_customers"],
            "is_different": row["adjusted_p_value"] < LEVEL,
        }
        for row in rows
    ]
