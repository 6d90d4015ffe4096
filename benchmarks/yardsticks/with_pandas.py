"""Sessions and transitions by hand, in pandas: sort, shift, group."""

import pandas as pd
from clock import events, part, tell

with part("read"):
    frame = pd.read_parquet(events(), columns=["visitor_id", "event_name", "occurred_at"])
with part("sort"):
    frame = frame.sort_values(["visitor_id", "occurred_at"], ignore_index=True)
with part("sessions"):
    gap = frame.groupby("visitor_id")["occurred_at"].diff()
    frame["session"] = ((gap.isna()) | (gap > pd.Timedelta(minutes=30))).cumsum()
with part("transitions"):
    same = frame["visitor_id"].shift(-1) == frame["visitor_id"]
    moves = frame.assign(
        to=frame["event_name"].shift(-1),
        seconds=(frame["occurred_at"].shift(-1) - frame["occurred_at"]).dt.total_seconds(),
    )[same]
    grouped = moves.groupby(["event_name", "to"], observed=True)
    counts = grouped.agg(
        steps=("seconds", "size"), customers=("visitor_id", "nunique"), median=("seconds", "median")
    )
tell(sessions=int(frame["session"].iloc[-1]), transitions=int(counts["steps"].sum()))
