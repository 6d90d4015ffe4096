"""Keeps the warehouse's file below 1.5 times that of one freshly built.

Each night deletes rows and makes tables anew. DuckDB uses the blocks that this leaves free again,
but gives none back to the disk but the last ones, and keeps the rows that were deleted in blocks
that others share. Both can be asked for without reading: the free blocks, and how many rows the
tables hold with and without the deleted ones. When the file is much larger than the blocks in use
that live rows fill, everything is copied into a fresh file before it is published.
"""

from pathlib import Path

import duckdb

from pipeline.database import copy_database, one, quote
from pipeline.publish import COMPACTED, beside

# Times what live rows fill. Blocks that are hardly filled are not counted, so that a file of 1.35
# by this count is up to 1.45 times a fresh one; see docs/decisions/compaction.md.
AT_MOST = 1.35
SMALL = 32 << 20  # bytes; below that it is not worth it
BLOCKS = """
    select total_blocks * block_size, total_blocks, used_blocks
    from pragma_database_size() where database_name = current_database()
"""
TABLES = """
    select schema_name, table_name, estimated_size from duckdb_tables()
    where database_name = current_database() and not temporary
"""


def is_overgrown(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the file, at its last checkpoint, is larger than it should be."""
    size = one(connection, BLOCKS)
    return bool(size > SMALL and overgrowth(connection) > AT_MOST)


def overgrowth(connection: duckdb.DuckDBPyConnection) -> float:
    """How many times what its live rows fill the file takes; at least 1."""
    [(_, total, used)] = connection.execute(BLOCKS).fetchall()
    tables = connection.execute(TABLES).fetchall()
    held = sum(rows for *_, rows in tables)
    counts = [
        f"select count(*) as rows from {quote(schema)}.{quote(table)}"
        for schema, table, _ in tables
    ]
    live = one(connection, f"select sum(rows)::bigint from ({' union all '.join(counts)})")
    return float(total / max(used * live / held, 1)) if live else 1.0


def compact(target: Path) -> None:
    """Put a fresh copy in the place of a file that no connection has open."""
    compacted = beside(target, COMPACTED)
    copy_database(target, compacted)
    compacted.replace(target)
