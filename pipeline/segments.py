"""The values of the events' columns that journeys are segmented by, one row per event and segment.

Which columns these are is in the settings, so the select is made here for `journeys.segments`.
"""

from collections.abc import Mapping
from typing import Any

import duckdb

from pipeline.database import quote
from pipeline.models import Step

EMPTY = (
    "select session_id, event_number, ''::varchar as segment, ''::varchar as segment_value"
    " from core.events where false"
)


def segments_step() -> Step:
    """The step that makes the view `run.segment_values` from the segments that are columns."""
    reads = frozenset({"core.events", "run.segments"})
    return Step("run.segment_values", reads, ("run.segment_values",), make_segment_values)


def make_segment_values(connection: duckdb.DuckDBPyConnection, _: Mapping[str, Any]) -> None:
    """Make the view: session_id, event_number, segment, segment_value; counted events only.

    Raises duckdb.BinderException for a segment that is no column of `core.events`.
    """
    names = connection.execute(
        "select segment from run.segments where kind = 'column' order by segment"
    ).fetchall()
    selects = [_values_of(name) for (name,) in names] or [EMPTY]
    connection.execute(
        "create or replace view run.segment_values as " + " union all ".join(selects)
    )


def _values_of(name: str) -> str:
    text = name.replace("'", "''")
    return (
        f"select session_id, event_number, '{text}' as segment,"
        f" {quote(name)}::varchar as segment_value"
        f" from core.events where session_id is not null and {quote(name)} is not null"
    )
