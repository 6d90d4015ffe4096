"""How personas fare at each stage beside the rest, and whether that can be chance.

The unit is the customer: of each, at each stage, the first mature visit that begins after the look.
If one chain moves everyone, whether that visit is the last does not depend on the persona; a count
of all visits would depend on how often each customer returns.
"""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any, NamedTuple

import duckdb
import numpy as np
from scipy.special import chdtrc, gammaln

from pipeline.models import Step
from pipeline.settings import Settings

LEVEL = 0.05  # of the tests, after Holm's adjustment
LEAST_EXPECTED = 5  # in each cell of the test over all stages (Cochran 1954)
QUANTILE = 1.959963984540054  # of a 95 % interval

# The first visit is the least of its time, its number and whether it was the last, as one number:
# a window over all moves takes twice as long.
COUNTS = """
    with first_visits as (
        select customer_id, from_node as stage,
            min((epoch_us(started_at)::hugeint * 1000000 + move_number) * 2
                + (to_node = 'DROPPED')::int) % 2 = 1 as is_dropped
        from journeys.moves
        where level = 'stage' and from_node <> 'START' and is_mature and is_after_look
        group by customer_id, from_node
    )
    select persona_id, stage, count(*) as customers, count(*) filter (where is_dropped) as dropped
    from first_visits
    inner join personas.assignments using (customer_id)
    where persona_id <> 'unknown'
    group by all
    order by all
"""
OWN_TELL = """
    with customers as (
        select customer_id, bool_or(touchpoint = $goal) as is_converter
        from journeys.steps group by customer_id
    )
    select
        count(*) filter (where is_converter),
        count(own_groups.customer_id) filter (where is_converter),
        count(*) filter (where not is_converter),
        count(own_groups.customer_id) filter (where not is_converter)
    from customers
    left join run.own_groups as own_groups using (customer_id)
"""
TABLES = {
    "run.persona_differences": "persona_id varchar, stage varchar, customers bigint,"
    " dropped bigint, rest_customers bigint, rest_dropped bigint, difference double,"
    " difference_low double, difference_high double, p_value double, adjusted_p_value double",
    "run.persona_test": "stages integer, chi_square double, degrees integer, p_value double,"
    " is_tested boolean, why_not varchar",
}


class Counted(NamedTuple):
    """Customers of a persona who came to a stage after the look, and those lost there at once."""

    persona_id: str
    stage: str
    customers: int
    dropped: int


def differences_step(settings: Settings) -> Step:
    """The step that makes run.persona_differences and run.persona_test."""

    def run(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
        counts = [Counted(*row) for row in connection.execute(COUNTS).fetchall()]
        why_not = _why_not(connection, settings, counts)
        for table, columns in TABLES.items():
            connection.execute(f"create or replace table {table} ({columns})")
        rows = compared(counts, is_tested=why_not is None)
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"insert into run.persona_differences values ({marks})", rows)
        test = over_all(counts) if why_not is None else (None, None, None, None)
        connection.execute(
            "insert into run.persona_test values (?, ?, ?, ?, ?, ?)",
            [*test, why_not is None, why_not],
        )

    reads = frozenset({"journeys.moves", "journeys.steps", "personas.assignments"})
    return Step("run.persona_differences", reads, tuple(TABLES), run)


def _why_not(
    connection: duckdb.DuckDBPyConnection, settings: Settings, counts: Sequence[Counted]
) -> str | None:
    """Why differences are shown and not tested; None where they are."""
    if settings.personas.features == "behaviour" and not settings.personas.column:
        return "personas are read from all that customers did, so they differ by construction"
    if len({row.persona_id for row in counts}) < 2:
        return "there is one persona"
    if settings.personas.column:
        bound = {"goal": settings.journey.goal}
        converters, told, others, others_told = connection.execute(OWN_TELL, bound).fetchall()[0]
        if told * others > 10 * others_told * converters:
            return f"{settings.personas.column} is filled for converters and hardly anyone else"
    return None


def compared(counts: Sequence[Counted], *, is_tested: bool = True) -> list[tuple[Any, ...]]:
    """The rows of run.persona_differences: each persona at each stage against all others there.

    Intervals are Newcombe's (1998, method 10), p-values Fisher's exact ones, two-sided, adjusted
    over all rows by Holm (1979).
    """
    rows: list[list[Any]] = []
    for persona_id, stage, customers, dropped in counts:
        there = [row for row in counts if row.stage == stage and row.persona_id != persona_id]
        rest, rest_dropped = sum(row.customers for row in there), sum(row.dropped for row in there)
        if rest:
            difference = newcombe(dropped, customers, rest_dropped, rest)
            p_value = fisher(dropped, customers, rest_dropped, rest) if is_tested else None
            rows.append(
                [persona_id, stage, customers, dropped, rest, rest_dropped, *difference, p_value]
            )
    adjusted = holm([row[-1] for row in rows]) if is_tested else [None] * len(rows)
    return [(*row, value) for row, value in zip(rows, adjusted, strict=True)]


def over_all(counts: Sequence[Counted]) -> tuple[int, float, int, float | None]:
    """Whether personas differ anywhere: stages, Pearson's chi-square added up over them, its
    degrees of freedom, its p-value. At each stage personas of whom too few are expected to be lost
    or to stay there are left out, and stages where that leaves no two."""
    statistic, degrees, stages = 0.0, 0, 0
    for stage in sorted({row.stage for row in counts}):
        there = _enough([row[2:] for row in counts if row.stage == stage])
        if len(there) < 2:
            continue
        customers, dropped = there.T
        share = dropped.sum() / customers.sum()
        statistic += float(
            ((dropped - customers * share) ** 2 / (customers * share * (1 - share))).sum()
        )
        degrees, stages = degrees + len(there) - 1, stages + 1
    return stages, statistic, degrees, float(chdtrc(degrees, statistic)) if degrees else None


def _enough(rows: Sequence[tuple[int, int]]) -> Any:
    """The customers and dropped of a stage without those of whom too few are expected in a cell."""
    there = np.array(rows, dtype=float)
    while len(there) > 1:
        share = there[:, 1].sum() / there[:, 0].sum()
        if there[:, 0].min() * min(share, 1 - share) >= LEAST_EXPECTED:
            break
        there = np.delete(there, there[:, 0].argmin(), axis=0)
    return there


def fisher(dropped: int, customers: int, rest_dropped: int, rest: int) -> float:
    """The two-sided p-value of Fisher's exact test (1935): the chance of all tables with these
    totals that are no likelier than this one."""
    lost, everyone = dropped + rest_dropped, customers + rest
    first, last = max(0, lost - rest), min(lost, customers)
    possible = np.arange(first, last + 1, dtype=float)
    logs = (
        _log_choices(customers, possible) + _log_choices(rest, lost - possible)
        - _log_choices(everyone, np.array([float(lost)]))
    )  # fmt: skip
    seen = logs[dropped - first]
    return float(min(1.0, np.exp(logs[logs <= seen + 1e-7]).sum()))


def _log_choices(of: int, some: Any) -> Any:
    return gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1)


def newcombe(dropped: int, customers: int, rest_dropped: int, rest: int) -> tuple[float, ...]:
    """The difference of two shares and its 95 % interval."""
    share, low, high = _wilson(dropped, customers)
    rest_share, rest_low, rest_high = _wilson(rest_dropped, rest)
    difference = share - rest_share
    return (
        difference,
        difference - sqrt((share - low) ** 2 + (rest_high - rest_share) ** 2),
        difference + sqrt((high - share) ** 2 + (rest_share - rest_low) ** 2),
    )


def _wilson(part: int, whole: int) -> tuple[float, float, float]:
    square = QUANTILE**2
    middle, spread = part + square / 2, QUANTILE * sqrt(part * (whole - part) / whole + square / 4)
    return part / whole, (middle - spread) / (whole + square), (middle + spread) / (whole + square)


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted so that the chance of any false alarm stays what it was of one."""
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda n: p_values[n])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted
