"""What a run leads to, in a few lines for the terminal; read from the warehouse, never computed."""

from dataclasses import asdict, dataclass, fields
from typing import Any

import duckdb

PAIN_POINTS_SHOWN = 3
UNMAPPED_SHOWN = 5


@dataclass(frozen=True)
class Summary:
    """The figures of a warehouse that a person wants to see first."""

    rows_read: int
    rows_rejected: int
    events: int
    counted_events: int
    mapped_events: int
    customers: int
    sessions: int
    journeys: int
    converted: int
    dropped: int
    open: int
    horizon: Any
    pain_points: tuple[str, ...]
    unmapped: tuple[tuple[str, str, int], ...]  # source, event, events
    personas: int = 0
    unknown: int = 0  # customers of whom too little is known to tell their persona

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self) | {"horizon": self.horizon.isoformat() if self.horizon else None}


LISTS = ("pain_points", "unmapped")
FIGURE_NAMES = tuple(field.name for field in fields(Summary) if field.name not in LISTS)
FIGURES = """
    with events as (
        select
            count(*) as events,
            count(*) filter (where not is_left_out) as counted_events,
            count(touchpoint) filter (where not is_left_out) as mapped_events,
            count(distinct customer_id) filter (where not is_left_out) as customers
        from core.events
    ),
    journeys as (
        select
            count(*) as journeys,
            count(*) filter (where outcome = 'converted') as converted,
            count(*) filter (where outcome = 'dropped') as dropped,
            count(*) filter (where outcome = 'open') as open
        from journeys.journeys
    ),
    balances as (
        select
            cast(coalesce(sum(rows_read), 0) as bigint) as rows_read,
            cast(coalesce(sum(rows_rejected), 0) as bigint) as rows_rejected
        from landing.balances
    ),
    sessions as (select count(*) as sessions from core.sessions),
    personas as (select count(*) as personas from personas.profiles),
    unknowns as (
        select count(*) as unknown from personas.assignments where persona_id = 'unknown'
    )
    select * from events, journeys, balances, sessions, personas, unknowns, core.horizon
"""
UNMAPPED = """
    select source, event, events from core.unmapped_events
    order by events desc, source, event limit ?
"""


def read_summary(connection: duckdb.DuckDBPyConnection) -> Summary:
    """Read the summary from an open warehouse."""
    from pipeline.findings import read_findings

    found = connection.execute(FIGURES)
    names = [column[0] for column in found.description or ()]
    row = dict(zip(names, found.fetchone() or (), strict=True))
    figures: dict[str, Any] = {name: row[name] for name in FIGURE_NAMES}
    points = [
        found["sentence"] for found in read_findings(connection) if found["kind"] == "pain_point"
    ]
    unmapped = connection.execute(UNMAPPED, [UNMAPPED_SHOWN]).fetchall()
    return Summary(
        **figures, pain_points=tuple(points[:PAIN_POINTS_SHOWN]), unmapped=tuple(unmapped)
    )


def summary_lines(summary: Summary) -> list[str]:
    """The summary in words, one line each."""
    share = summary.mapped_events / summary.counted_events if summary.counted_events else 0
    lines = [
        f"{summary.rows_read:,} rows read, {summary.rows_rejected:,} rejected; "
        f"{summary.events:,} events, {share:.0%} of those that count are mapped to a touchpoint",
        f"{summary.customers:,} customers, {summary.sessions:,} sessions, "
        f"{summary.journeys:,} journeys: {summary.converted:,} converted, "
        f"{summary.dropped:,} dropped, {summary.open:,} still open",
    ]
    if summary.personas:
        lines += [_personas(summary)]
    if summary.pain_points:
        lines += ["Where most is lost beyond what is usual:"]
        lines += [f"  {rank}. {text}" for rank, text in enumerate(summary.pain_points, 1)]
    elif summary.journeys:
        lines += ["Nowhere is more lost than usual, as far as this data can tell."]
    if summary.unmapped:
        lines += ["Most frequent events that no rule maps:"]
        lines += [
            f"  {events:>8,}  {event} ({source})" for source, event, events in summary.unmapped
        ]
    if not summary.journeys:
        lines += ["No journeys: no counted event is mapped to a touchpoint."]
    elif not summary.converted:
        lines += ["No journey reached the goal: check the rule of the goal's touchpoint."]
    return lines


def _personas(summary: Summary) -> str:
    """`3 personas; of 12 customers too little is known to tell theirs`."""
    one, unknown = summary.personas == 1, summary.unknown
    found = "No separate personas" if one else f"{summary.personas} personas"
    if not unknown:
        return found
    of = "1 customer" if unknown == 1 else f"{unknown:,} customers"
    return f"{found}; of {of} too little is known to tell theirs"
