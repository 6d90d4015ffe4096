"""Run against run: whether those who became known in between fare otherwise than those before.

What a later run counts beyond an earlier one is what became known since: a first visit to a stage
is settled `give_up_after` after its end, a first journey when it was seen for the time that nine in
ten conversions take. Both sides are counted in the warehouse as it is, by when each was settled,
and not taken as differences of what two runs had counted: late rows, and people who turn out to be
one, change what was counted before, and would look like news.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Any

import duckdb

from pipeline.database import has_table, one
from pipeline.findings.finding import CHANCE, Row, day, days, hundredths
from pipeline.findings.two_shares import LEAST_DIFFERENCE, family

Record = Mapping[str, Any]

DAY_MICROSECONDS = 24 * 3600 * 10**6
# A customer's first visit to a stage is its journey's first there; weeks as findings.stretches.
SETTLED = """
    with visits as (
        select journey_id, stage_number as from_number, min(ended_at) as ended_at
        from journeys.stage_visits
        group by journey_id, stage_number
    ),
    settled as (
        select node as stage, from_number, to_number = -2 as is_case,
            ended_at + (select value::interval from run.state where name = 'give_up_after')
                as settled_at
        from findings.first_moves as first_moves
        inner join visits using (journey_id, from_number)
        inner join run.nodes as nodes on nodes.level = 'stage' and node_number = from_number
        cross join findings.pace
        where first_moves.level = 'stage' and week_number >= settled_week
        union all
        select null, 0, to_number = -1, started_at + to_microseconds(in_time_microseconds)
        from findings.first_journeys
        inner join journeys.journeys using (journey_id)
        cross join findings.pace
        where week_number >= recorded_week
    )
    select stage, (select in_time_microseconds from findings.pace) as in_time_microseconds,
        count(*) filter (where settled_at >= $earlier) as customers,
        count(*) filter (where settled_at >= $earlier and is_case) as cases,
        count(*) filter (where settled_at < $earlier) as other_customers,
        count(*) filter (where settled_at < $earlier and is_case) as other_cases
    from settled
    where settled_at < $later
    group by stage, from_number
    order by from_number = 0, from_number
"""
OTHER_SETTINGS = (
    "The settings changed between the two runs, so figures may differ for that alone; the tests "
    "count both sides as the last run's settings say."
)


@dataclass(frozen=True)
class Between:
    """One row per share that was tested, the surest first; or why nothing was, in words."""

    since: datetime | None = None  # up to when the earlier run saw
    tests: list[dict[str, Any]] = field(default_factory=list)
    why_not: str = ""
    has_other_settings: bool = False


def compare_runs(
    connection: duckdb.DuckDBPyConnection, records: Sequence[Record], first: str, second: str
) -> Between:
    """The drop-off of each stage, and conversion in time, tested between two runs on record."""
    known = {record["run_id"]: record for record in records}
    earlier, later = known[first], known[second]
    if why_not := _why_not(connection, earlier, later):
        return Between(why_not=why_not)
    since = _seen(earlier)
    rows = _rows(connection, {"earlier": since, "later": _seen(later)})
    least = one(connection, "select value::integer from run.state where name = 'min_group'")
    tests = family(rows, least or 0)
    few = "" if tests else "too few customers became known between them, or were known before"
    has_other = earlier.get("settings_digest") != later.get("settings_digest")
    return Between(since, tests, few, has_other)


def since_last_run(
    connection: duckdb.DuckDBPyConnection, records: Sequence[Record]
) -> Between | None:
    """The last two runs that published; None where there is only one."""
    published = [record["run_id"] for record in records if record["outcome"] == "published"]
    return compare_runs(connection, records, *published[-2:]) if len(published) > 1 else None


def _why_not(connection: duckdb.DuckDBPyConnection, earlier: Record, later: Record) -> str:
    """Why the two cannot be held against each other; empty where they can."""
    before, after = _seen(earlier), _seen(later)
    if before is None or after is None:
        unknown = earlier if before is None else later
        return f"up to when the run {unknown['run_id']} saw is not on its record"
    if later["outcome"] != "published":
        return f"the run {later['run_id']} published nothing"
    if after <= before:
        return f"the run {later['run_id']} saw no further than the run {earlier['run_id']}"
    if not has_table(connection, "findings.first_journeys"):
        return "the warehouse was made by an earlier version: journeys run"
    return ""


def _seen(record: Record) -> datetime | None:
    """The horizon of a run; old records, and those of runs with nothing to do, have none."""
    seen = record.get("horizon")
    return datetime.fromisoformat(seen) if isinstance(seen, str) else seen


def _rows(connection: duckdb.DuckDBPyConnection, bound: dict[str, Any]) -> list[Row]:
    found = connection.execute(SETTLED, bound)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def tell_between(between: Between) -> list[str]:
    """What changed beyond chance, a sentence each; or that nothing did; or why none was tested."""
    beside = [OTHER_SETTINGS] if between.has_other_settings else []
    if between.why_not or between.since is None:
        return [f"Not tested against each other: {between.why_not}.", *beside]
    told = [_sentence(row, day(between.since)) for row in between.tests if row["is_told"]]
    none = (
        f"By what became known since {day(between.since)}, none of {len(between.tests)} shares "
        f"changed beyond chance by {CHANCE * LEAST_DIFFERENCE:.0f} of {CHANCE} or more."
    )
    return [*(told or [none]), *beside]


def _sentence(row: Row, since: str) -> str:
    """`By what became known since 3 March 2025, customers get lost at “buy” more often: …`."""
    often = "more often" if row["share"] > row["other_share"] else "less often"
    if row["stage"] is None:
        within = days(ceil(row["in_time_microseconds"] / DAY_MICROSECONDS))
        what, first = f"convert within {within} {often}", ""
    else:
        what, first = f"get lost at “{row['stage']}” {often}", ", the first time they are there"
    return (
        f"By what became known since {since}, customers {what}: {hundredths(row['share'])} of "
        f"{CHANCE}, against {hundredths(row['other_share'])} before{first} "
        f"({row['customers']:,} and {row['other_customers']:,} customers)."
    )
