"""Moves to judge the chain by, over so many customers that a run stays quick.

Whole customers are taken by their id, until about a million moves are there; with fewer, all.
"""

import duckdb

from pipeline.database import one

MOST_MOVES = 1_000_000


def parts_taken(connection: duckdb.DuckDBPyConnection) -> int:
    """How many of the 400 parts of the customers hold about MOST_MOVES moves."""
    moves = int(one(connection, "select count(*) from journeys.moves"))
    return max(1, min(400, 400 * MOST_MOVES // max(moves, 1)))
