"""What came of the actions of the settings: the rows of findings.actions as sentences."""

from collections.abc import Mapping
from typing import Any

import duckdb

from pipeline.database import has_table

Row = Mapping[str, Any]

ACTIONS = """
    select made.*, names.name, state.value as soon
    from findings.actions as made
    left join run.persona_names as names using (persona_id)
    left join run.state as state on state.name = 'give_up_after'
    where not is_withheld
    order by action_number, measure desc, side
"""
TAKEN = """
    select action_number, taken_on, touchpoint, persona, what, owner
    from run.actions order by action_number
"""
WARNING = "Other things changed in that time too: this tells what came after, not what came of it."
TOO_YOUNG = "what came of it is not known yet, or of too few to tell"


def read_actions(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """One entry per action of the settings, in their order: action_number, taken_on, touchpoint,
    persona, what, owner, and `sentences`, one for each measure that is known of `min_group`."""
    if not has_table(connection, "findings.actions"):
        return []
    rows = _dicts(connection, ACTIONS)
    told = _dicts(connection, TAKEN)
    for action in told:
        own = [row for row in rows if row["action_number"] == action["action_number"]]
        action["sentences"] = _sentences(own)
    return told


def _dicts(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    found = connection.execute(sql)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _sentences(rows: list[dict[str, Any]]) -> list[str]:
    others = {row["measure"]: row for row in rows if row["side"] == "others"}
    return [
        _sentence(row, others.get(row["measure"])) for row in rows if row["side"] == "concerned"
    ]


def _sentence(row: Row, others: Row | None) -> str:
    """`In the 61 days after it 7 of 100 visits to “coach call” were the last (5 to 11), …`."""
    what = (
        f"visits to “{row['touchpoint']}” were the last"
        if row["measure"] == "drop_off"
        else f"journeys that came to “{row['touchpoint']}” converted within {row['soon']}"
    )
    whose = f" of “{row['name'] or row['persona_id']}”" if row["persona_id"] else ""
    told = (
        f"In the {round(row['period_days'])} days after it {_hundredths(row['after_rate'])} of 100 "
        f"{what}{whose} ({_hundredths(row['after_low'])} to {_hundredths(row['after_high'])}), "
        f"before it {_hundredths(row['before_rate'])} ({_hundredths(row['before_low'])} to "
        f"{_hundredths(row['before_high'])}): {_change(row)}"
    )
    return told + (f"; {_beside(row)} {_change(others)}." if others else ".")


def _beside(row: Row) -> str:
    return "for all others there" if row["persona_id"] else "at the other touchpoints of its stage"


def _change(row: Row) -> str:
    """`18 points more (14 to 23)`; `no clear change` where the interval holds nothing."""
    low, high = row["change_low"], row["change_high"]
    if low <= 0 <= high:
        return f"no clear change ({_points(low)} to {_points(high)} points)"
    ends = sorted((abs(low), abs(high)))
    more = "more" if row["change"] > 0 else "fewer"
    return f"{_points(abs(row['change']))} points {more} ({_points(ends[0])} to {_points(ends[1])})"


def _points(share: float) -> str:
    return f"{100 * share:+.0f}".removeprefix("+").replace("-0", "0").replace("-", "−")


def _hundredths(rate: float) -> str:
    return f"{100 * rate:.0f}"
