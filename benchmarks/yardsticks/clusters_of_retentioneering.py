"""retentioneering's default cluster search over event counts, as its users would, telemetry off.

Reads a Parquet file of user_id, event, timestamp; writes user_id and cluster to another.
"""

import os
import socket
import sys


def refuse(*_: object, **__: object) -> None:
    raise OSError("a yardstick connects to nothing")


os.environ["RETENTIONEERING_NO_TRACK"] = "1"
for name in ("connect", "connect_ex"):
    setattr(socket.socket, name, refuse)

import pandas as pd  # noqa: E402
from retentioneering.eventstream import Eventstream  # noqa: E402

frame = pd.read_parquet(sys.argv[1])
found = Eventstream(frame).cluster_analysis_data(features=[{"metric": "event_count_bulk"}])
labels = found["cluster_labels"]
pd.DataFrame(
    {"user_id": labels.index.astype(str), "cluster": labels.astype(str).to_numpy()}
).to_parquet(sys.argv[2])
