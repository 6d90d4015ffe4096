"""What a notebook asks of the handle, each question once, on a warehouse just opened.

The packages that frames and figures need are imported before: a notebook has them anyway.
"""

import sys
import time

began = time.perf_counter()
import pandas  # noqa: E402, F401
import plotly.graph_objects  # noqa: E402, F401
from clock import part, seconds, tell  # noqa: E402

from pipeline import charts, open_journeys  # noqa: E402, F401

imports = time.perf_counter() - began
with part("open"):
    journeys = open_journeys(sys.argv[1])
one = journeys.sql("select journey_id from journeys.journeys order by steps desc limit 1")
with part("drop-offs"):
    journeys.drop_offs()
with part("flow"):
    journeys.flow()
with part("before and after"):
    journeys.before_after(sys.argv[2])
with part("one journey"):
    journeys.journey(int(one["journey_id"].iloc[0]))
tell(imports=round(imports, 3), slowest=max(seconds, key=seconds.__getitem__))
