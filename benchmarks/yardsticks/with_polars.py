"""Sessions and transitions by hand, in Polars: sort, shift, group."""

import polars as pl
from clock import events, part, tell

with part("read"):
    frame = pl.read_parquet(events(), columns=["visitor_id", "event_name", "occurred_at"])
with part("sort"):
    frame = frame.sort("visitor_id", "occurred_at")
with part("sessions"):
    is_first = pl.col("visitor_id") != pl.col("visitor_id").shift(1)
    is_long = pl.col("occurred_at").diff() > pl.duration(minutes=30)
    frame = frame.with_columns(session=(is_first | is_long).fill_null(True).cum_sum())
with part("transitions"):
    moves = frame.with_columns(
        to=pl.col("event_name").shift(-1),
        seconds=(pl.col("occurred_at").shift(-1) - pl.col("occurred_at")).dt.total_microseconds(),
    ).filter(pl.col("visitor_id") == pl.col("visitor_id").shift(-1))
    counts = moves.group_by("event_name", "to").agg(
        steps=pl.len(), customers=pl.col("visitor_id").n_unique(), median=pl.col("seconds").median()
    )
tell(sessions=int(frame["session"][-1]), transitions=int(counts["steps"].sum()))
