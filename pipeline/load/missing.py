"""Keys that a whole NDJSON file lacks: lines may leave out what is optional, but not all of them
what every event needs."""

import duckdb

from pipeline.database import one
from pipeline.load.files import SourceFile
from pipeline.load.reading import ndjson_lines, refuse_missing
from pipeline.load.unread import forget_unread
from pipeline.settings import Source

USABLE = "select count(*) from staged where file_number = ? and reason is null and not is_idle"
KEYS = """
    with objects as (select line from {lines} where json_valid(line)),
    outer_keys as (select distinct unnest(json_keys(line)) as name from objects),
    inner_keys as (
        select distinct name || '.' || unnest(json_keys(line, '$."' || name || '"'))
        from objects, outer_keys where not contains(name, '"')
    )
    select name from outer_keys union all select * from inner_keys order by all
"""


def refuse_keys_nowhere(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, number: int
) -> None:
    """Raise InputError where no row of a file is of use and a key that all need is nowhere.

    CSV and Parquet tell by their header which columns there are; NDJSON only by all its lines.
    """
    if file.kind != "ndjson" or one(connection, USABLE, [number]):
        return
    found = connection.execute(KEYS.format(lines=ndjson_lines(file))).fetchall()
    forget_unread(connection)
    if found:
        refuse_missing(file, needed(file.source), [name for (name,) in found])


def needed(source: Source) -> list[list[str]]:
    """Of each of these lists at least one column must be there."""
    identifiers = list(source.identifiers.values())
    if source.time and source.event:
        return [[source.time], [source.event], identifiers]
    told = [event.time for event in source.events] + list(source.attributes.values())
    return [list(dict.fromkeys(told)), identifiers]
