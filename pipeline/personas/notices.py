"""What a run has to tell of the personas, in sentences without a full stop."""

from collections.abc import Iterable

import duckdb

from pipeline.database import has_table
from pipeline.personas.model import PersonaModel

SAID = (
    "select attribute, converters_share, others_share from personas.attributes"
    " where is_refused order by attribute"
)
UNMET = """
    with named as (
        select persona, 'a note' as what, 'personas.notes' as place from run.persona_notes
        union all
        select persona, 'an action', 'actions' from run.actions where persona is not null
    )
    select persona, what, place from named
    where persona not in (select persona_id from run.persona_names)
        and persona not in (select name from run.persona_names)
    order by all
"""

NAMED = "select persona_id, name from run.persona_names order by persona_id"


def write_notices(
    connection: duckdb.DuckDBPyConnection,
    model: PersonaModel | None,
    earlier: PersonaModel | None,
    why: str | None,
) -> None:
    """Make run.persona_notices: what changed in the personas, what of the settings did not do."""
    told = [*_refused(connection), *_unmet(connection)]
    if earlier is not None and why is not None:
        told.append(f"the personas were found anew: {why}")
    if model is not None and earlier is not None:
        before = {each.persona_id for each in earlier.retired}
        told += [
            f"the persona {each.persona_id} (“{each.name}”) is no more"
            + (f"; most of its customers are {each.became} now" if each.became else "")
            for each in model.retired
            if each.persona_id not in before
        ]
    _write(connection, told)


def _refused(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        f"the attribute {name!r} is no feature of personas: it is filled for {converters:.0%} of "
        f"the customers who reached the goal and {others:.0%} of the others, so it tells who converted"  # noqa: E501
        for name, converters, others in connection.execute(SAID).fetchall()
    ]


def _unmet(connection: duckdb.DuckDBPyConnection) -> list[str]:
    there = ", ".join(
        persona_id if name == persona_id else f"{persona_id} (“{name}”)"
        for persona_id, name in connection.execute(NAMED).fetchall()
    )
    return [
        f"the settings have {what} on {name!r} ({place}), and no persona is called that: "
        f"there are {there}"
        for name, what, place in connection.execute(UNMET).fetchall()
    ]


def _write(connection: duckdb.DuckDBPyConnection, told: Iterable[str]) -> None:
    connection.execute("create or replace table run.persona_notices (notice varchar)")
    for notice in told:
        connection.execute("insert into run.persona_notices values (?)", [notice])


def notices(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What the last run had to tell of the personas."""
    if not has_table(connection, "run.persona_notices"):
        return []
    return [row[0] for row in connection.execute("from run.persona_notices").fetchall()]
