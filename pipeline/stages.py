"""`stages: infer`: stages that the settings do not name are read from the journeys once, and kept.

The touchpoints are those of the settings, or else the events as the sources name them.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from pipeline.database import has_table, open_readonly, text
from pipeline.errors import SettingsError
from pipeline.settings import Settings, Stage, Touchpoint
from pipeline.stage_names import Placed

MOST_EVENTS = 60  # that become touchpoints by themselves, the most frequent
TABLE = (
    "create or replace table run.inferred_stages"
    " (stage_number integer, stage varchar, touchpoint varchar, position double)"
)
PAIRS = """
    with firsts as (
        select journey_id, touchpoint, min(step_number) as place
        from journeys.steps group by journey_id, touchpoint
    )
    select a.touchpoint, b.touchpoint, count(*), count(*) filter (where a.place < b.place)
    from firsts as a
    join firsts as b on a.journey_id = b.journey_id and a.touchpoint <> b.touchpoint
    group by all order by all
"""


def with_events(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Settings:
    """The settings with a touchpoint for each event, where they name none themselves.

    Raises SettingsError when the goal is none of the events.
    """
    if settings.stages[0].touchpoints:
        return settings
    events = [
        row[0]
        for row in connection.execute(
            "select event from landing.events group by event order by count(*) desc, event limit ?",
            [MOST_EVENTS],
        ).fetchall()
    ]
    goal = settings.journey.goal
    if goal not in events:
        raise SettingsError(
            str(settings.file),
            [f"journey.goal: there is no event {goal!r}; the most frequent are {', '.join(events[:20])}"],  # noqa: E501
        )  # fmt: skip
    touchpoints = tuple(
        Touchpoint(touchpoint=event, where=f"event = {text(event)}") for event in events
    )
    return _staged(settings, [Stage(stage=settings.stages[0].stage, touchpoints=touchpoints)])


def with_stages(settings: Settings, placed: Sequence[Placed]) -> Settings:
    """The settings with these stages in place of the one that stood for all."""
    points = {each.touchpoint: each for stage in settings.stages for each in stage.touchpoints}
    stages: dict[str, list[Touchpoint]] = {}
    for each in placed:
        stages.setdefault(each.stage, []).append(points[each.touchpoint])
    return _staged(
        settings, [Stage(stage=name, touchpoints=tuple(held)) for name, held in stages.items()]
    )


def _staged(settings: Settings, stages: Sequence[Stage]) -> Settings:
    return settings.model_copy(update={"stages": tuple(stages)})


def inferred(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[Placed]:
    """The stages of journeys.steps, which was made with one stage for all; kept for later runs."""
    from pipeline.inferring import infer_stages

    steps = dict(
        connection.execute(
            "select touchpoint, count(*) from journeys.steps group by all"
        ).fetchall()
    )
    touchpoints = [rule.touchpoint for rule in settings.touchpoints()]
    pairs = connection.execute(PAIRS).fetchall()
    ends = (settings.journey.goal, *settings.journey.milestones)
    placed = infer_stages(touchpoints, pairs, steps, ends)
    keep(connection, placed)
    return placed


def keep(connection: duckdb.DuckDBPyConnection, placed: Sequence[Placed]) -> None:
    """Make run.inferred_stages; empty where the settings name their stages."""
    connection.execute(TABLE)
    rows = [(each.stage_number, each.stage, each.touchpoint, each.position) for each in placed]
    if rows:
        connection.executemany("insert into run.inferred_stages values (?, ?, ?, ?)", rows)


def kept(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[Placed]:
    """The stages inferred before; none where the touchpoints are no longer the same."""
    placed = _read(connection) if settings.is_staging_inferred else []
    named = {rule.touchpoint for rule in settings.touchpoints()}
    is_same = named == {each.touchpoint for each in placed}
    return placed if placed and (is_same or not named) else []


def restored(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Settings:
    """The settings as the last run had them: with the stages that it inferred."""
    placed = kept(connection, settings)
    if not placed:
        return settings
    if not settings.stages[0].touchpoints:
        points = tuple(
            Touchpoint(touchpoint=each.touchpoint, where=f"event = {text(each.touchpoint)}")
            for each in placed
        )
        settings = _staged(settings, [Stage(stage=settings.stages[0].stage, touchpoints=points)])
    return with_stages(settings, placed)


def before(warehouse: Path) -> list[Placed]:
    """The stages that were inferred for the published warehouse; none where there is none."""
    if not warehouse.exists():
        return []
    connection = open_readonly(warehouse)
    try:
        return _read(connection)
    finally:
        connection.close()


def _read(connection: duckdb.DuckDBPyConnection) -> list[Placed]:
    if not has_table(connection, "run.inferred_stages"):
        return []
    rows = connection.execute(
        "select stage_number, stage, touchpoint, position from run.inferred_stages"
        " order by stage_number, position, touchpoint"
    ).fetchall()
    return [Placed(*row) for row in rows]


def told(placed: Sequence[Placed]) -> str:
    """What was inferred, in a sentence without a full stop."""
    stages: dict[str, list[str]] = {}
    for each in placed:
        stages.setdefault(each.stage, []).append(each.touchpoint)
    listed = "; ".join(f"{stage} ({', '.join(points)})" for stage, points in stages.items())
    return (
        "the stages were inferred from the journeys, as a first guess: "
        f"{listed}. Correct them in the settings, under stages"
    )
