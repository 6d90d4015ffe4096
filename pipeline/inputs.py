"""What the settings say, as small tables of the schema `run` and as parameters of the SQL files."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from pipeline.errors import SettingsError
from pipeline.scales import SENTIMENT, feeling_bounds, scale_bounds
from pipeline.settings import Settings

Rows = Iterable[Sequence[Any]]
ENDS = {0: "START", -1: "CONVERTED", -2: "DROPPED", -3: "OPEN"}  # numbers of run.nodes

# Each table of settings: its columns, and how its rows are read from the settings.
TABLES: dict[str, str] = {
    "sources": "source_number integer, source varchar, kind varchar, covers_until timestamp",
    "touchpoints": "touchpoint_number integer, touchpoint varchar, stage varchar, "
    "stage_number integer, owner varchar, systems varchar, people varchar, process varchar, "
    "notes varchar",
    "stages": "stage_number integer, stage varchar, notes varchar",
    "nodes": "level varchar, node_number integer, node varchar",
    "milestones": "milestone_number integer, touchpoint varchar",
    "segments": "segment varchar, kind varchar",
    "persona_attributes": "attribute varchar",
    "persona_notes": "persona varchar, notes varchar",
    "assumed_map": "place_number integer, touchpoint_number integer",
    "actions": "action_number integer, taken_at timestamp, taken_on date, touchpoint varchar, "
    "persona varchar, what varchar, owner varchar",
    "scales": "score_scale varchar, low_score double, high_score double, unhappy_to double, "
    "happy_from double",
}


def write_inputs(
    connection: duckdb.DuckDBPyConnection, settings: Settings, now: datetime, until: datetime | None
) -> None:
    """Make the tables of `run` that hold the settings, and `run.clock` with the run's cutoff.

    Events later than the cutoff are unseen: it is `until`, or `now` plus the tolerance for clocks.
    """
    rows = _rows(settings)
    for table, columns in TABLES.items():
        connection.execute(f"create or replace table run.{table} ({columns})")
        marks = ", ".join("?" for _ in columns.split(","))
        if found := list(rows[table]):
            connection.executemany(f"insert into run.{table} values ({marks})", found)
    cutoff = now + settings.clock_tolerance
    connection.execute("create or replace table run.clock (cutoff timestamp, until timestamp)")
    connection.execute(
        "insert into run.clock values (?, ?)",
        [_naive(min(cutoff, until) if until else cutoff), _naive(until)],
    )


def _rows(settings: Settings) -> Mapping[str, Rows]:
    return {
        "sources": [
            (number, source.name, source.kind, _naive(source.covers_until))
            for number, source in enumerate(settings.sources, 1)
        ],
        "touchpoints": _touchpoints(settings),
        "stages": [
            (number, stage.stage, stage.notes) for number, stage in enumerate(settings.stages, 1)
        ],
        "nodes": list(_nodes(settings)),
        "milestones": list(enumerate(settings.journey.milestones, 1)),
        "segments": [(name, _segment_kind(settings, name)) for name in settings.segments],
        "persona_attributes": [(name,) for name in settings.personas.attributes],
        "persona_notes": list(settings.personas.notes.items()),
        "assumed_map": list(_assumed_map(settings)),
        "actions": list(_actions(settings)),
        "scales": list(_scales(settings)),
    }


def _touchpoints(settings: Settings) -> Rows:
    made = {point.touchpoint: point for stage in settings.stages for point in stage.touchpoints}
    for number, touchpoint, stage, stage_number, _ in settings.touchpoints():
        point = made[touchpoint]
        behind = (point.owner, _listed(point.systems), _listed(point.people), point.process)
        yield (number, touchpoint, stage, stage_number, *behind, point.notes)


def _assumed_map(settings: Settings) -> Rows:
    numbers = {name: number for number, name, *_ in settings.touchpoints()}
    for place_number, name in enumerate(settings.assumed_map, 1):
        if name not in numbers:  # known only now where the events themselves are the touchpoints
            words = f"assumed_map: there is no touchpoint {name!r}; use one of {', '.join(numbers)}"
            raise SettingsError(str(settings.file), [words])
        yield place_number, numbers[name]


def _scales(settings: Settings) -> Rows:
    """Every scale that is asked on, and that of sentiment, with who is happy and who unhappy."""
    told = [
        score
        for source in settings.sources
        for score in (source.score, *(event.score for event in source.events))
    ]
    names = {score.scale for score in told if score} | {SENTIMENT}
    for name in sorted(names):
        yield name, *scale_bounds(name), *feeling_bounds(name)


def _nodes(settings: Settings) -> Rows:
    """Every node of the graph at each level; the outcomes have numbers below the START's."""
    points = {number: touchpoint for number, touchpoint, *_ in settings.touchpoints()}
    stages = {number: stage.stage for number, stage in enumerate(settings.stages, 1)}
    for level, named in (("touchpoint", points), ("stage", stages)):
        yield from ((level, number, name) for number, name in (ENDS | named).items())


def _actions(settings: Settings) -> Rows:
    """An action begins with its day, in the zone of the report."""
    zone = ZoneInfo(settings.report.timezone)
    for number, action in enumerate(settings.actions, 1):
        begun = _naive(datetime.combine(action.date, time(), zone))
        told = (action.touchpoint, action.persona, action.what, action.owner)
        yield number, begun, action.date, *told


def _listed(names: Sequence[str]) -> str | None:
    return ", ".join(names) or None


def _segment_kind(settings: Settings, name: str) -> str:
    """A segment is a column carried along with events, or else an attribute of the customer."""
    carried = {column for source in settings.sources for column in source.columns}
    return "column" if name in carried else "attribute"


def _naive(moment: datetime | None) -> datetime | None:
    """UTC without a zone, as all times are stored."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment and moment.tzinfo else moment


def parameters(settings: Settings, until: datetime | None) -> dict[str, Any]:
    """Every parameter that a file in `sql/` may name."""
    journey = settings.journey
    return {
        "session_timeout": settings.sessions.timeout,
        "give_up_after": journey.give_up_after,
        "within": journey.within,
        "starts_with": journey.starts_with,
        "after_goal": journey.after_goal,
        "goal": journey.goal,
        "look": settings.personas.look,
        "persona_features": settings.personas.features,
        "persona_method": settings.personas.method,
        "min_group": settings.privacy.min_group,
        "max_identifiers": settings.max_identifiers,
        "until": _naive(until),
        "timezone": settings.report.timezone,
    }
