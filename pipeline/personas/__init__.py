"""Personas: kinds of customers, found by clustering what is known of them at the beginning.

`matrix` makes numbers of personas.features, `model` holds where the personas lie and assigns
customers. `fitting` finds them and keeps their ids, with `clustering`, `number` (how many there
are) and `naming`; these load scikit-learn. The step here puts it all into the warehouse.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import duckdb

from pipeline.models import Step
from pipeline.personas.matrix import batches, sample_of
from pipeline.personas.model import PersonaModel, Wanted, assign
from pipeline.settings import Settings

__all__ = ["PersonaModel", "Wanted", "assign", "persona_step"]

UNKNOWN = "unknown"  # the persona of who is too little known
FITTED, ASSIGNED_AT_ONCE = 50_000, 50_000  # customers


def persona_step(settings: Settings) -> Step:
    """The step that finds the personas, or takes the kept ones, and assigns every customer.

    It makes run.persona_model (model: one row, JSON), run.persona_assignments (customer_id,
    persona_id) and run.persona_names (persona_id, name, silhouette). The kept model is used
    unless the settings changed or the parameter `refit` is true; ids stay in any case.
    """
    wanted = _wanted(settings)

    def run(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
        model = _kept(connection)
        if model is None or model.settings != wanted.settings or parameters.get("refit", False):
            model = _fitted(connection, wanted, model)
        _write_model(connection, model)
        _write_assignments(connection, model)

    made = ("run.persona_model", "run.persona_assignments", "run.persona_names")
    return Step("run.personas", frozenset({"personas.features", "core.sessions"}), made, run)


def _wanted(settings: Settings) -> Wanted:
    personas = settings.personas
    parts = (
        personas.between, personas.number, personas.attributes, personas.look, personas.seed,
        settings.journey.goal, settings.report.timezone,
    )  # fmt: skip
    first, last = personas.between
    return Wanted((first, last), personas.number, personas.seed, _digest(parts))


def _digest(parts: tuple[object, ...]) -> str:
    """A short text that stands for these settings."""
    return sha256(repr(parts).encode()).hexdigest()[:16]


def _kept(connection: duckdb.DuckDBPyConnection) -> PersonaModel | None:
    connection.execute("create table if not exists run.persona_model (model varchar)")
    row = connection.execute("select model from run.persona_model").fetchone()
    return PersonaModel.from_json(row[0]) if row and row[0] else None


def _fitted(
    connection: duckdb.DuckDBPyConnection, wanted: Wanted, earlier: PersonaModel | None
) -> PersonaModel | None:
    """A new model; none as long as nothing is known of anyone."""
    from pipeline.personas.fitting import fit_personas

    table = sample_of(connection, FITTED)
    return fit_personas(table, wanted, earlier) if len(table) else None


def _write_model(connection: duckdb.DuckDBPyConnection, model: PersonaModel | None) -> None:
    connection.execute("create or replace table run.persona_model (model varchar)")
    connection.execute(
        "create or replace table run.persona_names"
        " (persona_id varchar, name varchar, silhouette double)"
    )
    if model is None:
        return
    connection.execute("insert into run.persona_model values (?)", [model.to_json()])
    for persona, name in zip(model.persona_ids, model.names, strict=True):
        connection.execute(
            "insert into run.persona_names values (?, ?, ?)", [persona, name, model.silhouette]
        )


def _write_assignments(connection: duckdb.DuckDBPyConnection, model: PersonaModel | None) -> None:
    """The persona of every customer who has a counted event."""
    import pandas as pd

    connection.execute(
        "create or replace table run.persona_assignments (customer_id bigint, persona_id varchar)"
    )
    if model is not None:
        names = pd.array(list(model.persona_ids))
        for table in batches(connection, ASSIGNED_AT_ONCE):
            ids, places = assign(model, table)
            assigned = pd.DataFrame({"customer_id": ids, "persona_id": names[places]})
            connection.register("assigned", assigned)
            connection.execute("insert into run.persona_assignments select * from assigned")
            connection.unregister("assigned")
    connection.execute(
        """
        insert into run.persona_assignments
        select distinct customer_id, ? from core.sessions
        where customer_id not in (select customer_id from run.persona_assignments)
        """,
        [UNKNOWN],
    )
