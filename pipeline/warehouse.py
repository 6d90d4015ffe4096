"""What stands in a published warehouse, and whether a run can build upon it."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipeline.database import has_table, one, open_readonly
from pipeline.durations import duration_words
from pipeline.errors import WarehouseError
from pipeline.load import all_files, new_files
from pipeline.models import read_models
from pipeline.settings import Settings

LAYOUT = "2"  # of the warehouse; one of another layout is rebuilt from its sources


@dataclass(frozen=True)
class Options:
    """How a run was asked for."""

    full: bool = False
    refit: bool = False
    until: datetime | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    wait: float = 0
    publish: bool = True
    memory_limit: str | None = None  # such as 4GB; pipeline.memory tells the usual one


def settings_digest(settings: Settings) -> str:
    """Of everything that the settings say, but not of where they lie."""
    return _digest(settings.model_dump_json(exclude={"folder", "file"}))


def sources_digest(settings: Settings) -> str:
    """Of what decides how rows are read; when it changes, every file is read again."""
    return _digest(settings.model_dump_json(include={"sources", "placeholders"}))


def tables_digest() -> str:
    """Of the SQL that makes the tables; when it changes, every table is made anew."""
    return _digest("\n".join(f"{model.name}\n{model.sql}" for model in read_models()))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write_state(
    connection: duckdb.DuckDBPyConnection, settings: Settings, options: Options
) -> None:
    connection.execute("create or replace table run.state (name varchar, value varchar)")
    rows = [
        ("layout", LAYOUT),
        ("settings", settings_digest(settings)),
        ("sources", sources_digest(settings)),
        ("tables", tables_digest()),
        ("until", options.until.isoformat() if options.until else None),
        ("title", settings.title),
        *_answered_with(settings),
    ]
    connection.executemany("insert into run.state values (?, ?)", rows)


def _answered_with(settings: Settings) -> list[tuple[str, str]]:
    """What a question asked of the warehouse needs to know, so that it needs no settings."""
    return [
        ("goal", settings.journey.goal),
        ("give_up_after", duration_words(settings.journey.give_up_after)),
        ("within", duration_words(settings.journey.within)),
        ("look", str(settings.personas.look)),
        ("min_group", str(settings.privacy.min_group)),
    ]


def read_state(connection: duckdb.DuckDBPyConnection) -> dict[str, str | None]:
    """What the last run left written about itself; empty where the file is no warehouse of ours."""
    if not has_table(connection, "run.state"):
        return {}
    return dict(connection.execute("select name, value from run.state").fetchall())


@contextmanager
def published(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = open_readonly(warehouse)
    try:
        yield connection
    finally:
        connection.close()


def reasons_for_full(settings: Settings, warehouse: Path, options: Options) -> list[str]:
    """Why everything is loaded anew; empty when the published warehouse can be built upon."""
    if not warehouse.exists():
        return ["there is no warehouse yet"]
    with published(warehouse) as connection:
        state = read_state(connection)
        _refuse_strangers(state, warehouse)
        _refuse_other_until(state, warehouse, options)
        if options.full:
            return ["asked for by --full"]
        why = ""
        if state.get("layout") != LAYOUT:
            why = "the warehouse was made by another version of this package"
        elif state.get("sources") != sources_digest(settings):
            why = "the settings of the sources changed"
        if why:
            _refuse_to_lose(connection, settings, warehouse, why)
    return [why] if why else []


def _refuse_strangers(state: dict[str, str | None], warehouse: Path) -> None:
    """A database of something else must not be replaced."""
    if not state:
        raise WarehouseError(
            f"{warehouse}: is a database, but none that `journeys run` made, so it is left alone. "
            "Name another place: --warehouse PATH."
        )


def refuse_other_layout(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> None:
    """Raise WarehouseError where this version cannot know what stands in the tables."""
    state = read_state(connection)
    _refuse_strangers(state, warehouse)
    if state.get("layout") != LAYOUT:
        raise WarehouseError(
            f"{warehouse}: was made by another version of this package. Bring it up to date: "
            "journeys run"
        )


def _refuse_other_until(state: dict[str, str | None], warehouse: Path, options: Options) -> None:
    until = options.until.isoformat() if options.until else None
    if state.get("until") == until:
        return
    made = f"until {state['until']}" if state.get("until") else "without --until"
    asked = f"--until {until}" if until else "all events"
    raise WarehouseError(
        f"{warehouse}: was made {made}, this run asks for {asked}. "
        "A look back needs a warehouse of its own: --warehouse PATH."
    )


def _refuse_to_lose(
    connection: duckdb.DuckDBPyConnection, settings: Settings, warehouse: Path, why: str
) -> None:
    """Reading anew must not lose what files gave that are gone by now."""
    if not has_table(connection, "landing.files"):
        return
    names = {source.name for source in settings.sources}
    known = connection.execute("select distinct source, file from landing.files").fetchall()
    gone = sorted(
        f for source, f in known if source in names and not (settings.folder / f).exists()
    )
    if gone:
        raise WarehouseError(
            f"{warehouse}: {why}, so every file must be read again, but {len(gone)} of them are "
            f"gone, such as {gone[0]}. Put them back, or do without them: --full."
        )


def same_settings(connection: duckdb.DuckDBPyConnection, settings: Settings) -> bool:
    """Whether the tables of the warehouse were made by these very settings."""
    return read_state(connection).get("settings") == settings_digest(settings)


def same_tables(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the tables of the warehouse were made by the SQL of this version."""
    return read_state(connection).get("tables") == tables_digest()


def nothing_new(settings: Settings, warehouse: Path, options: Options) -> bool:
    """Whether the published tables are already what a run would make."""
    if options.refit or not options.publish:
        return False
    with published(warehouse) as connection:
        if not (same_settings(connection, settings) and same_tables(connection)):
            return False
        if _has_come_due(connection, settings, options):
            return False
        is_new = next(new_files(connection, all_files(connection, settings)), None)
        return is_new is None


def _has_come_due(
    connection: duckdb.DuckDBPyConnection, settings: Settings, options: Options
) -> bool:
    """Whether this run's clock has passed an event that was set aside, or is before one again."""
    cutoff = (options.now + settings.clock_tolerance).astimezone(UTC).replace(tzinfo=None)
    sql = """
        select count(*) from landing.events, run.clock
        where occurred_at > least(cutoff, $now) and occurred_at <= greatest(cutoff, $now)
    """
    if options.until:
        cutoff = min(cutoff, options.until.astimezone(UTC).replace(tzinfo=None))
    return bool(one(connection, sql, {"now": cutoff}))


def kept_model(warehouse: Path) -> str | None:
    """The persona model of the published warehouse, so that personas stay who they are."""
    if not warehouse.exists():
        return None
    with published(warehouse) as connection:
        if not has_table(connection, "run.persona_model"):
            return None
        row = connection.execute("select model from run.persona_model").fetchone()
        return str(row[0]) if row and row[0] else None


def keep_model(connection: duckdb.DuckDBPyConnection, model: str | None) -> None:
    connection.execute("create or replace table run.persona_model (model varchar)")
    if model:
        connection.execute("insert into run.persona_model values (?)", [model])
