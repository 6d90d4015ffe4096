"""The floor: DuckDB reads the Parquet and lays it down in order of customer and time, on disk."""

import sys
from pathlib import Path

import duckdb
from clock import part, tell

SORTED = """
    create table sorted as
    select event_id, occurred_at, event_name, visitor_id, email, channel, device
    from read_parquet('{}')
    order by visitor_id, occurred_at
"""

MEMORY = "12GiB"  # of 24: by itself DuckDB takes four fifths, and whatever else runs ends it

target = Path(sys.argv[2])
target.unlink(missing_ok=True)
with part("sort"):
    connection = duckdb.connect(str(target), config={"memory_limit": MEMORY})
    connection.execute(SORTED.format(Path(sys.argv[1]) / "web*.parquet"))
    connection.execute("checkpoint")
    connection.close()
tell(bytes=target.stat().st_size)
target.unlink()
