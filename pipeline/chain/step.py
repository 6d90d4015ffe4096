"""The step that makes run.chain: what the chain says of each node, with 95 % intervals."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import duckdb

from pipeline.chain.counts import Tally, read_counts
from pipeline.models import Step

if TYPE_CHECKING:
    import numpy as np

TABLE = """
create or replace table run.chain (
    level varchar, persona_id varchar, node varchar,
    conversion_probability double, conversion_low double, conversion_high double,
    expected_steps double, expected_steps_low double, expected_steps_high double,
    expected_seconds double, expected_seconds_low double, expected_seconds_high double
)
"""


def chain_step() -> Step:
    """The step that makes run.chain, of which graph.chain tells the columns."""
    return Step("run.chain", frozenset({"run.move_counts"}), ("run.chain",), _run)


def _run(connection: duckdb.DuckDBPyConnection, _: Mapping[str, Any]) -> None:
    connection.execute(TABLE)
    rows = [
        (level, persona_id, *row)
        for (level, persona_id), tally in read_counts(connection).items()
        for row in chain_rows(tally)
    ]
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into run.chain values ({marks})", rows)


def chain_rows(tally: Tally) -> Iterator[tuple[Any, ...]]:
    """The columns of run.chain after its group, one row for each node of the chain."""
    from pipeline.chain.replicates import Replicates, share_interval, size_interval

    chain, replicates = tally.chain, Replicates(tally)
    if not chain.nodes:
        return
    chances, steps = chain.chance(), chain.expected_steps()
    seconds = chain.total(tally.seconds_at())
    varied = replicates.chance(), replicates.expected_steps(), replicates.expected_seconds()
    trials = tally.steps_at()
    for place, node in enumerate(chain.nodes):
        chance, number, time = (_column(each, place) for each in varied)
        yield (
            node,
            chances[node], *share_interval(chances[node], chance, trials[node]),
            steps[node], *size_interval(steps[node], number),
            seconds[node], *size_interval(seconds[node], time),
        )  # fmt: skip


def _column(replicates: "np.ndarray[Any, Any]", place: int) -> "np.ndarray[Any, Any]":
    return replicates[:, place]
