"""How much of the past says where a journey goes next: nothing, this node, or the one before too.

Compared by the likelihood of customers that were held out, and by Schwarz's criterion (Estimating
the dimension of a model, The Annals of Statistics 6, 1978; for the order of Markov chains Katz,
Technometrics 23, 1981).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import log
from typing import Any

import duckdb

from pipeline.chain.sampled import parts_taken
from pipeline.models import Step

Contexts = Mapping[tuple[str, ...], Mapping[str, float]]  # the nodes remembered -> next -> moves

# Known moves with the node before; seven of ten customers are learned from, three held out.
MOVES = """
with moves as (
    select level, persona_id, from_number, to_number, customer_id // 400 % 10 >= 7 as is_held_out,
        lag(from_number) over (partition by level, journey_id order by move_number)
            as before_number
    from journeys.moves
    inner join personas.assignments using (customer_id)
    where is_mature and to_node <> 'OPEN' and customer_id % 400 < $parts
),

counted as (  -- numbers instead of names are grouped by
    select level, persona_id, before_number, from_number, to_number, is_held_out, count(*) as moves
    from moves
    group by all
),

summed as (
    select level, 'all' as persona_id, before_number, from_number, to_number, is_held_out,
        cast(sum(moves) as bigint) as moves
    from counted
    group by all
    union all
    select * from counted
)

select summed.level, persona_id, coalesce(befores.node, '') as before_node, froms.node as from_node,
    tos.node as to_node, is_held_out, moves
from summed
join run.nodes as froms on froms.level = summed.level and froms.node_number = from_number
join run.nodes as tos on tos.level = summed.level and tos.node_number = to_number
left join run.nodes as befores
    on befores.level = summed.level and befores.node_number = before_number
order by all
"""
TABLE = """
create or replace table run.memory (
    level varchar, persona_id varchar, steps_remembered integer, moves bigint,
    held_out_moves bigint, parameters bigint, log_likelihood double, bic double,
    held_out_log_likelihood double, is_best_by_bic boolean, is_best_held_out boolean
)
"""
MEMORIES = (0, 1, 2)


def memory_step() -> Step:
    """The step that makes run.memory, of which graph.memory tells the columns."""
    reads = frozenset({"journeys.moves", "personas.assignments", "run.nodes"})
    return Step("run.memory", reads, ("run.memory",), _run)


def _run(connection: duckdb.DuckDBPyConnection, _: Mapping[str, Any]) -> None:
    found = connection.execute(MOVES, {"parts": parts_taken(connection)}).fetchall()
    groups: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for level, persona_id, *row in found:
        groups.setdefault((level, persona_id), []).append(tuple(row))
    connection.execute(TABLE)
    rows = [(*group, *row) for group, moves in groups.items() for row in compared(moves)]
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into run.memory values ({marks})", rows)


def compared(moves: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """One row per memory: the columns of run.memory after its group.

    `moves` are rows (before, from, to, is_held_out, moves).
    """
    learned = [_counted(moves, memory, held_out=False) for memory in MEMORIES]
    whole = [_counted(moves, memory) for memory in MEMORIES]
    tried = _counted(moves, 2, held_out=True)
    count, held_out = _size(whole[0]), _size(tried)
    kinds = len(whole[0][()])
    rows = []
    for memory in MEMORIES:
        likelihood = _log_likelihood(whole[memory])
        parameters = len(whole[memory]) * (kinds - 1)
        bic = parameters * log(count) - 2 * likelihood
        told = _held_out(learned[: memory + 1], tried, kinds) / held_out if held_out else None
        rows.append((memory, count, held_out, parameters, likelihood, bic, told))
    by_bic = min(rows, key=lambda row: row[5])[0]
    by_held_out = max(rows, key=lambda row: row[6] or 0.0)[0] if held_out else None
    return [
        (*row, row[0] == by_bic, None if by_held_out is None else row[0] == by_held_out)
        for row in rows
    ]


def _counted(
    moves: list[tuple[Any, ...]], memory: int, held_out: bool | None = None
) -> dict[tuple[str, ...], dict[str, float]]:
    """How often each node came next, by the nodes that are remembered, the last one last."""
    found: dict[tuple[str, ...], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for before, start, end, is_held_out, count in moves:
        if held_out is None or is_held_out == held_out:
            found[(before, start)[2 - memory :]][end] += count
    return found or {(): {}}


def _size(contexts: Contexts) -> int:
    return round(sum(sum(nexts.values()) for nexts in contexts.values()))


def _log_likelihood(contexts: Contexts) -> float:
    """Of these very moves, under the shares that they have."""
    return sum(
        count * log(count / sum(nexts.values()))
        for nexts in contexts.values()
        for count in nexts.values()
    )


def _held_out(learned: Sequence[Contexts], tried: Contexts, kinds: int) -> float:
    """The log-likelihood of moves that were not learned from.

    What was never seen is not impossible: each context begins with one move, spread as the shorter
    memory says; without any memory it is spread evenly over the nodes that there are.
    """
    total = 0.0
    for context, nexts in tried.items():
        for node, count in nexts.items():
            share = 1 / kinds
            for memory, contexts in enumerate(learned):
                seen = contexts.get(context[2 - memory :], {})
                share = (seen.get(node, 0.0) + share) / (sum(seen.values()) + 1)
            total += count * log(share)
    return total
