"""The same questions asked of pm4py, by its faster way, over Polars."""

import warnings

import polars as pl
from clock import events, part, tell

warnings.filterwarnings("ignore")
import pm4py  # noqa: E402

with part("format"):
    log = pm4py.format_dataframe(
        pl.scan_parquet(events()).select("visitor_id", "event_name", "occurred_at"),
        case_id="visitor_id", activity_key="event_name", timestamp_key="occurred_at",
    )  # fmt: skip
with part("directly-follows graph"):
    graph, starts, ends = pm4py.discover_dfg(log)
with part("variants"):
    variants = pm4py.get_variants(log)
tell(transitions=sum(graph.values()), variants=len(variants))
