"""What became of every row and every candidate event, and what is set aside for later."""

from datetime import datetime

import duckdb

from pipeline.settings import Settings

SET_ASIDE = "later than the run's clock, set aside until then"


def write_standing(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Count what stands in `landing` now; all else is counted where it happens."""
    for source in settings.sources:
        table = "landing.events" if source.is_event_log else "landing.rows"
        used = "true" if source.is_event_log else "not is_idle"
        idle = "rows_idle" if source.is_event_log else f"({_count(table, 'is_idle')})"
        connection.execute(
            f"""
            update landing.balances set
                rows_used = ({_count(table, used)}),
                rows_idle = {idle},
                events_made = ({_count("landing.events", "true")})
            where source = $source
            """,
            {"source": source.name},
        )


def _count(table: str, condition: str) -> str:
    return f"select count(*) from {table} where source = $source and {condition}"


def list_set_aside(
    connection: duckdb.DuckDBPyConnection, cutoff: datetime, loaded_at: datetime
) -> None:
    """List the events later than the run's clock among the rejected rows; judged at each run."""
    connection.execute("delete from landing.rejected_rows where reason = ?", [SET_ASIDE])
    connection.execute(
        "insert into landing.rejected_rows "
        "select source, file, row_number, null, ?, ?, cast(occurred_at as varchar) "
        "from landing.events where occurred_at > ? order by all",
        [SET_ASIDE, loaded_at, cutoff],
    )
