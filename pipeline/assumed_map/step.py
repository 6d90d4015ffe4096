"""The step that lays every distinct path beside the assumed map, and beside the one found best."""

from collections.abc import Mapping
from typing import Any

import duckdb
import numpy as np

from pipeline.assumed_map.alignment import KINDS, Alignments, align
from pipeline.assumed_map.best_map import best_map
from pipeline.database import one
from pipeline.models import Step

READS = frozenset({
    "journeys.sequences", "journeys.steps", "journeys.journeys", "run.touchpoints",
    "run.assumed_map",
})  # fmt: skip
MAKES = ("run.map_places", "run.path_alignments", "run.path_moves")
TABLES = """
    create or replace table run.map_places (
        map_name varchar, place_number integer, touchpoint_number integer);
    create or replace table run.path_alignments (
        map_name varchar, path_number bigint, path varchar, steps bigint, places bigint, met bigint,
        cost bigint);
    create or replace table run.path_moves (
        map_name varchar, path_number bigint, kind varchar, place_number bigint,
        touchpoint_number bigint);
"""
# Of each distinct path one journey tells the numbers of its touchpoints; journeys are ended ones.
PATHS = """
    create or replace temp table paths as
    select path, min(journey_id) as journey_id,
        count(*) filter (where outcome <> 'open') as journeys,
        cast(row_number() over (order by path) - 1 as bigint) as path_number
    from journeys.sequences
    inner join (select journey_id, outcome from journeys.journeys) using (journey_id)
    group by path
"""
ASSUMED = "select touchpoint_number from run.assumed_map order by place_number"
TOUCHPOINTS = """
    select path_number, touchpoint_number
    from journeys.steps
    inner join paths using (journey_id)
    where next_touchpoint_number is null or next_touchpoint_number <> touchpoint_number
    order by path_number, step_number
"""


def assumed_map_step() -> Step:
    """The step that makes run.path_alignments; without an assumed map its tables are empty."""
    return Step("run.path_alignments", READS, MAKES, _run)


def _run(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
    connection.execute(TABLES)
    told = connection.execute(ASSUMED).fetchall()
    assumed = tuple(int(number) for (number,) in told)
    if not assumed:
        return
    connection.execute(PATHS)
    counted = connection.execute("select journeys from paths order by path_number").fetchall()
    journeys = [int(count) for (count,) in counted]
    steps = connection.execute(TOUCHPOINTS).fetchnumpy()
    numbers, rows = np.asarray(steps["touchpoint_number"]), np.asarray(steps["path_number"])
    paths = np.split(numbers, np.flatnonzero(np.diff(rows)) + 1) if len(rows) else []
    goal = one(
        connection,
        "select min(touchpoint_number) from run.touchpoints where touchpoint = $goal",
        {"goal": parameters["goal"]},
    )
    found = best_map(paths, journeys, len(assumed), assumed)
    for name, places in (("assumed", assumed), ("found", found)):
        alignments = align(paths, places, goal or 0)
        _write_map(connection, name, places, alignments)
        _write_moves(connection, name, alignments)
    connection.execute("drop table paths")


def _write_map(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    places: tuple[int, ...],
    alignments: Alignments,
) -> None:
    import pandas

    rows = [(name, number, place) for number, place in enumerate(places, 1)]
    if rows:
        connection.executemany("insert into run.map_places values (?, ?, ?)", rows)
    met = pandas.DataFrame({"met": alignments.met, "cost": alignments.cost})
    connection.register("met", met.assign(path_number=range(len(met))))
    connection.execute(
        "insert into run.path_alignments "
        "select $name, path_number, path, cost - $places + 2 * met, $places, met, cost "
        "from paths inner join met using (path_number)",
        {"name": name, "places": len(places)},
    )
    connection.unregister("met")


def _write_moves(connection: duckdb.DuckDBPyConnection, name: str, alignments: Alignments) -> None:
    import pandas

    columns = dict(zip(("path", "kind", "place", "touchpoint"), alignments.moves.T, strict=True))
    connection.register("moves", pandas.DataFrame(columns))
    connection.execute(
        "insert into run.path_moves "
        "select $name, path, list_extract($kinds, kind + 1), place, touchpoint from moves",
        {"name": name, "kinds": list(KINDS)},
    )
    connection.unregister("moves")
