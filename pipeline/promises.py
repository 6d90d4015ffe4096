"""What the header of a table promises, checked against its rows."""

import duckdb

from pipeline.database import one, quote
from pipeline.errors import PromiseError
from pipeline.models import Model


def check(
    connection: duckdb.DuckDBPyConnection, model: Model, made_anew: str | None = None
) -> None:
    """Check what the header promises, in one pass over the table. Raises PromiseError.

    With `made_anew`, a small table of rows that are to be put in: of these, and that no row which
    stands shares a key with them.
    """
    promises = _promises(model)
    if not promises:
        return
    counts = ", ".join(sql for _, sql in promises)
    row = connection.execute(f"select {counts} from {made_anew or model.name}").fetchone() or ()
    found = dict(zip((words for words, _ in promises), row, strict=True))
    if made_anew and model.key:
        found[_not_unique(model)] += _shared(connection, model, made_anew)
    broken = [f"{words}: {count} rows" for words, count in found.items() if count]
    if broken:
        raise PromiseError(
            f"{model.name} breaks its promises, so nothing was published: " + "; ".join(broken)
        )


def _shared(connection: duckdb.DuckDBPyConnection, model: Model, made_anew: str) -> int:
    """How many rows that stand have the key of one that is to be put in.

    Keys that name the customer cannot: no row of theirs stands. Others have an id that is seldom
    shared, and is looked at before the whole key.
    """
    if "customer_id" in model.key:
        return 0
    ids = [name for name in model.key if name.endswith("_id")][:1]
    for columns in filter(None, (ids, model.key)):
        listed = ", ".join(map(quote, columns))
        sql = f"from {model.name} semi join (select {listed} from {made_anew}) using ({listed})"
        if not (count := int(one(connection, f"select count(*) {sql}"))):
            return 0
    return count


def _not_unique(model: Model) -> str:
    return f"({', '.join(map(quote, model.key))}) is not unique"


def _promises(model: Model) -> list[tuple[str, str]]:
    """Each promise in words, with the aggregate that counts the rows that break it."""
    key = ", ".join(map(quote, model.key))
    promises = [
        (f"{name} is null", f"count(*) filter (where {quote(name)} is null)")
        for name in dict.fromkeys(model.key + model.not_null)
    ]
    if model.key:
        distinct = key if len(model.key) == 1 else f"({key})"
        promises.append((_not_unique(model), f"count({key if len(model.key) == 1 else '*'}) - count(distinct {distinct})"))  # noqa: E501  # fmt: skip
    for name, values in model.allowed:
        listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
        promises.append(
            (f"{name} is none of {listed}", f"count(*) filter (where {quote(name)} not in ({listed}))")  # noqa: E501
        )  # fmt: skip
    promises += [
        (f"{name} is not from 0 to 1", f"count(*) filter (where not {quote(name)} between 0 and 1)")
        for name in model.shares
    ]
    return promises
