"""Of several rows with one key the highest (version, content) stands, whatever came first.

The same rule for rows of a CRM and for events, within a file, across files and across runs.
"""

import duckdb

# Most of what comes again is what stands already, and needs no contest: a file that has grown.
RIVALS = """
    create or replace temp table rivals as
    with rivals as (
        {rivals}
    ),
    standing as (
        select * from rivals where not is_new
    )
    select
        rivals.*,
        rivals.is_new and standing.{key} is not null
            and (standing.file, standing.row_number) <= (rivals.file, rivals.row_number) as is_same
    from rivals
    left join standing
        on standing.{key} = rivals.{key}
        and standing.content_digest = rivals.content_digest
        and standing.version is not distinct from rivals.version
"""
# Those with the version and content of another tell it again; of these, the first in order of
# files stands, so that what stands does not depend on what came first.
RANKED = """
    create or replace temp table ranked as
    with contested as (
        select * from rivals
        where not is_same and {key} in (select {key} from rivals where is_new and not is_same)
    )
    select
        *,
        row_number() over settled as place,
        row_number() over (
            partition by {key}, version, content_digest order by file, row_number, is_new
        ) as telling,
        bool_or(not is_new) over (partition by {key}, version, content_digest) as is_known,
        version is not distinct from first_value(version) over settled
            and content_digest = first_value(content_digest) over settled as is_winning
    from contested
    window settled as (
        partition by {key}
        order by version_order desc nulls last, version desc nulls last, content_digest desc,
            file, row_number, is_new
    )
    union all
    select *, 2, 2, true, false from rivals where is_same
"""
COUNTED = """
    select
        count(*) filter (where telling > 1),
        count(*) filter (where telling = 1 and place > 1)
    from ranked
"""


def rank(connection: duckdb.DuckDBPyConnection, rivals: str, key: str) -> tuple[int, int]:
    """Make temp.ranked, where place 1 stands; counts what is repeated and what superseded.

    `rivals` selects the key, pointer (of what comes: its rowid), version, version_order,
    content_digest, file, row_number and is_new, of what comes and of what stands. `is_known` says
    whether the same stood before; `is_winning` whether it is the same as what stands now.
    """
    connection.execute(RIVALS.format(rivals=rivals, key=key))
    connection.execute(RANKED.format(key=key))
    connection.execute("drop table rivals")
    repeated, superseded = connection.execute(COUNTED).fetchall()[0]
    return repeated, superseded
