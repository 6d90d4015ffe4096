"""The step that finds the personas, or takes those that are kept, and assigns every customer."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import duckdb

from pipeline.database import has_table, one
from pipeline.models import Step
from pipeline.personas.checking import why_refit
from pipeline.personas.matrix import batches, sample_of
from pipeline.personas.model import PersonaModel, Wanted, assign
from pipeline.personas.notices import write_notices
from pipeline.personas.own import without_own_groups, write_own_groups
from pipeline.settings import Settings

UNKNOWN = "unknown"  # the persona of who is too little known
FITTED, CHECKED, ASSIGNED_AT_ONCE = 20_000, 5_000, 50_000  # customers

READS = (
    "personas.features", "personas.attributes", "core.sessions", "core.events", "core.attributes",
)  # fmt: skip
TABLES = {
    "run.persona_model": "model varchar",
    "run.persona_names": "persona_id varchar, name varchar, silhouette double",
    "run.personas_tried": "personas integer, quality double, stability double, chance double,"
    " is_chosen boolean",
    "run.personas_retired": "persona_id varchar, name varchar, became varchar",
}
MADE = (
    *TABLES, "run.persona_assignments", "run.own_groups", "run.found_groups", "run.persona_notices",
)  # fmt: skip

ASSIGNMENTS = (
    "create or replace table run.persona_assignments (customer_id bigint, persona_id varchar)"
)
LISTED_FEATURES = """
    select customer_id, feature_group, feature, value
    from personas.features
    where customer_id in (select customer_id from run.customers)
"""
GONE = """
    delete from run.persona_assignments
    where customer_id in (select customer_id from run.customers)
        or customer_id not in (select customer_id from core.sessions)
"""
NOT_KNOWN = """
    insert into run.persona_assignments
    select distinct customer_id, ? from core.sessions
    where customer_id not in (select customer_id from run.persona_assignments)
"""


def persona_step(settings: Settings) -> Step:
    """The step that makes run.persona_assignments (customer_id, persona_id), run.persona_names
    (persona_id, name, silhouette), run.persona_model (one row, JSON), and what is told of them.

    The kept model is used unless the parameter `refit` is true or its check fails; ids stay in any
    case. With `personas: {column: …}` the groups are the company's own.
    """
    chosen = _wanted(settings)

    def run(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
        wanted = replace(chosen, left_out=(*chosen.left_out, *_refused(connection)))
        earlier = _kept(connection)
        model, why = _model(connection, wanted, earlier, parameters)
        _write_model(connection, model)
        _write_assignments(connection, model, is_kept=model is earlier)
        if settings.personas.column:
            write_own_groups(connection, settings, model)
        else:
            without_own_groups(connection)
        write_notices(connection, model, earlier, why)

    return Step("run.personas", frozenset(READS), MADE, run)


def _wanted(settings: Settings) -> Wanted:
    personas = settings.personas
    parts = (
        personas.method, personas.features, personas.column,
        personas.between, personas.number, personas.attributes, personas.look, personas.seed,
        settings.journey.goal, settings.report.timezone,
    )  # fmt: skip
    first, last = personas.between
    own = (personas.column,) if personas.column else ()
    return Wanted(
        (first, last), personas.number, personas.seed, _digest(parts), personas.method, own
    )


def _digest(parts: tuple[object, ...]) -> str:
    """A short text that stands for these settings."""
    return sha256(repr(parts).encode()).hexdigest()[:16]


def _refused(connection: duckdb.DuckDBPyConnection) -> list[str]:
    sql = "select attribute from personas.attributes where is_refused order by attribute"
    return [row[0] for row in connection.execute(sql).fetchall()]


def _kept(connection: duckdb.DuckDBPyConnection) -> PersonaModel | None:
    connection.execute("create table if not exists run.persona_model (model varchar)")
    text = one(connection, "select model from run.persona_model")
    if not text:
        return None
    try:
        return PersonaModel.from_json(text)
    except (KeyError, TypeError, ValueError):  # of an earlier version of this package
        return None


def _model(
    connection: duckdb.DuckDBPyConnection,
    wanted: Wanted,
    earlier: PersonaModel | None,
    parameters: Mapping[str, Any],
) -> tuple[PersonaModel | None, str | None]:
    """The model to assign by, and why it is a new one; none while nothing is known of anyone."""
    sql = "select count(distinct customer_id) from personas.features"
    customers = int(one(connection, sql) or 0)
    if not customers:
        return None, None
    why = "asked for by --refit" if parameters.get("refit", False) else None
    if earlier is not None and why is None:
        why = why_refit(earlier, wanted, sample_of(connection, CHECKED), customers)
        if why is None:
            return earlier, None
    from pipeline.personas.fitting import fit_personas

    return fit_personas(sample_of(connection, FITTED), wanted, earlier), why


def _write_model(connection: duckdb.DuckDBPyConnection, model: PersonaModel | None) -> None:
    for table, columns in TABLES.items():
        connection.execute(f"create or replace table {table} ({columns})")
    if model is None:
        return
    number = len(model.names)
    rows: dict[str, list[tuple[Any, ...]]] = {
        "run.persona_model": [(model.to_json(),)],
        "run.persona_names": [
            (persona_id, name, model.silhouette)
            for persona_id, name in zip(model.persona_ids, model.names, strict=True)
        ],
        "run.personas_tried": [
            (each.personas, each.quality, each.stability, each.chance, each.personas == number)
            for each in model.tried
        ],
        "run.personas_retired": [
            (each.persona_id, each.name, each.became) for each in model.retired
        ],
    }  # fmt: skip
    for table, found in rows.items():
        if found:
            marks = ", ".join("?" * len(found[0]))
            connection.executemany(f"insert into {table} values ({marks})", found)


def _write_assignments(
    connection: duckdb.DuckDBPyConnection, model: PersonaModel | None, *, is_kept: bool
) -> None:
    """The persona of every customer who has a counted event.

    With a kept model only few are assigned anew, those in run.customers: no others changed.
    """
    if model is not None and is_kept and _are_few(connection):
        connection.execute(GONE)
        _insert(connection, model, *assign(model, connection.execute(LISTED_FEATURES).df()))
    else:
        connection.execute(ASSIGNMENTS)
        if model is not None:
            for ids, matrix in batches(connection, model.features, ASSIGNED_AT_ONCE):
                _insert(connection, model, ids, model.nearest(matrix))
    connection.execute(NOT_KNOWN, [UNKNOWN])


def _are_few(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the run makes few customers anew, upon assignments that are there."""
    if not all(has_table(connection, f"run.{n}") for n in ("persona_assignments", "customers")):
        return False
    return bool(one(connection, "select count(*) from run.customers") <= ASSIGNED_AT_ONCE)


def _insert(
    connection: duckdb.DuckDBPyConnection, model: PersonaModel, ids: Any, places: Any
) -> None:
    import pandas as pd

    names = pd.array(list(model.persona_ids))
    connection.register("assigned", pd.DataFrame({"customer_id": ids, "persona_id": names[places]}))
    connection.execute("insert into run.persona_assignments select * from assigned")
    connection.unregister("assigned")
