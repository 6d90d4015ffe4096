"""The same questions asked of retentioneering, as its users would, with its telemetry off.

It is switched off before the import, and no connection to anywhere can be made besides.
"""

import os
import socket


def refuse(*_: object, **__: object) -> None:
    raise OSError("a yardstick connects to nothing")


os.environ["RETENTIONEERING_NO_TRACK"] = "1"
for name in ("connect", "connect_ex"):
    setattr(socket.socket, name, refuse)

import pandas as pd  # noqa: E402
from clock import events, part, tell  # noqa: E402
from retentioneering.eventstream import Eventstream  # noqa: E402

with part("read"):
    columns = ["visitor_id", "event_name", "occurred_at"]
    frame = pd.read_parquet(events(), columns=columns)
    frame.columns = ["user_id", "event", "timestamp"]
with part("event stream"):
    stream = Eventstream(frame)
with part("sessions"):
    sessions = stream.split_sessions(timeout="30m")
with part("transitions by count"):
    counts = stream.transition_graph_data(edge_weight="count")
with part("transitions by paths"):
    stream.transition_graph_data(edge_weight="unique_paths")
with part("transitions by median time"):
    stream.transition_graph_data(edge_weight="time_median")
tell(sessions=int(sessions.df["session_id"].nunique()), transitions=int(counts.to_numpy().sum()))
