"""What a run's tables cost with nothing worked out: written once as they are, and their promises.

Arguments: a warehouse, a file to write to, and the tables of the way from load to drop-offs;
without any, all tables.
"""

import sys
from pathlib import Path

import duckdb
from clock import part, tell

from pipeline.models import read_models
from pipeline.promises import check

TABLES = """
    select schema_name || '.' || table_name from duckdb_tables()
    where database_name = 'warehouse' order by all
"""
warehouse, target, on_the_way = sys.argv[1], Path(sys.argv[2]), set(sys.argv[3:])
target.unlink(missing_ok=True)
connection = duckdb.connect(config={"temp_directory": f"{target}.tmp"})
connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
connection.execute(f"attach '{target}' as written")
names = [name for (name,) in connection.execute(TABLES).fetchall()]
on_the_way = on_the_way or set(names)
written = [name for name in names if name in on_the_way or name.startswith("landing.")]
connection.execute("use written")
with part("written"):
    for name in written:
        connection.execute(f"create schema if not exists {name.split('.')[0]}")
        connection.execute(f"create table {name} as from warehouse.{name}")
    connection.execute("checkpoint")
connection.execute("use warehouse")
with part("promises"):
    for model in read_models():
        if model.name in on_the_way:
            check(connection, model)
connection.close()
target.unlink()
tell(tables=len(written))
