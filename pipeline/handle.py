"""A warehouse held open to be read: any table, any query, and names checked before they are used.

Nothing is computed here; `pipeline.notebook` asks its questions through it.
"""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import duckdb

from pipeline.database import frame, one, quote
from pipeline.errors import JourneysError, WarehouseError
from pipeline.models import read_models
from pipeline.nearest import nearest

if TYPE_CHECKING:
    import pandas

EVERYONE = "all"
TABLES = """
    select schema_name || '.' || table_name as "table"
    from duckdb_tables() where database_name = current_database() and schema_name <> 'run'
    order by all
"""
PERSONAS = """
    select persona_id, name from findings.outcomes full join personas.profiles using (persona_id)
    order by persona_id <> 'all', persona_id
"""
ABOUT = """
    select customers, journeys, converted, dropped, open, first_event_at, last_event_at, horizon
    from findings.outcomes cross join core.horizon where persona_id = 'all'
"""


class Handle:
    """One state of a warehouse, read-only; use it in a `with` block, or `.close()` it."""

    def __init__(self, warehouse: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.warehouse, self._connection, self._is_closed = warehouse, connection, False

    def close(self) -> None:
        """Let go of the warehouse; afterwards every method refuses."""
        self._connection.close()
        self._is_closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return "\n".join(self._about())

    def _repr_html_(self) -> str:
        title, counts = self._about()
        return f"<b>{escape(title)}</b><br>{escape(counts)}"

    def tables(self) -> "pandas.DataFrame":
        """One row per table: table, rows, grain (what a row of it is; empty where none is told)."""
        tables = self.sql(TABLES)
        grains = {model.name: model.grain.splitlines()[0] for model in read_models()}
        counted = [f"select count(*) from {_quoted(name)}" for name in tables["table"]]
        rows = [self._fetch(sql)[0][0] for sql in counted]
        return tables.assign(rows=rows, grain=[grains.get(name, "") for name in tables["table"]])

    def table(self, name: str) -> "pandas.DataFrame":
        """All rows and columns of one table, such as `journeys.steps`."""
        known = [row[0] for row in self._fetch(TABLES)]
        return self.sql(f"select * from {_quoted(chosen('table', name, known))}")

    def sql(self, text: str, /, **parameters: Any) -> "pandas.DataFrame":
        """The result of a query of your own; `$name` in it is bound to the parameter `name`.

        Raises JourneysError with DuckDB's own words when the query cannot be answered.
        """
        try:
            return frame(self._open(), text, parameters)
        except duckdb.Error as problem:
            raise JourneysError(f"{problem}\nSee what there is: .tables()") from problem

    def _open(self) -> duckdb.DuckDBPyConnection:
        if self._is_closed:
            raise WarehouseError(f"{self.warehouse}: this handle is closed. Open it: open_journeys")
        return self._connection

    def _fetch(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        try:
            return self._open().execute(sql, values).fetchall()
        except duckdb.Error as problem:
            raise WarehouseError(f"{self.warehouse}: {problem}") from problem

    def _rows(self, table: str, order: str, **cells: Any) -> "pandas.DataFrame":
        """The rows of a table that have these cells; names are the code's own, values are bound."""
        wanted = " and ".join(f"{column} = ${column}" for column in cells) or "true"
        return self.sql(f"select * from {table} where {wanted} order by {order}", **cells)

    def _persona(self, persona: str) -> str:
        """The id of a persona given by its id or its name."""
        known = dict(self._fetch(PERSONAS))
        ids = {name: persona_id for persona_id, name in known.items() if name}
        said = [f"{known_id} ({name})" if name else known_id for known_id, name in known.items()]
        return chosen("persona", ids.get(persona, persona), list(known), said)

    def _customer(self, customer: str) -> int:
        kind, _, identifier = customer.partition(":")
        sql = "select distinct identifier_kind from core.identities order by all"
        kinds = [row[0] for row in self._fetch(sql)]
        chosen("kind of identifier", kind, kinds)
        cleaned = identifier.strip().lower() if kind == "email" else identifier.strip()
        sql = """
            select customer_id from core.identities where identifier_kind = ? and identifier = ?
        """
        found = self._fetch(sql, kind, cleaned)
        if not found:
            raise JourneysError(
                f"Nobody has the {kind} {cleaned!r}. Those who are known: core.identities; "
                "those that join nobody: core.ignored_identifiers."
            )
        return int(found[0][0])

    def _about(self) -> tuple[str, str]:
        """Two lines: the title with the warehouse, and the counts with the period."""
        if self._is_closed:
            return f"Journeys of {self.warehouse}", "closed; open it again: open_journeys"
        title = one(self._open(), "select max(value) from run.state where name = 'title'")
        title = f"{title or 'Customer journeys'} · {self.warehouse}"
        found = self._fetch(ABOUT)
        if not found:
            return title, "no journeys"
        customers, journeys, converted, dropped, still_open, first, last, horizon = found[0]
        return title, (
            f"{first:%Y-%m-%d} to {last:%Y-%m-%d}, complete until {horizon:%Y-%m-%d}: "
            f"{customers:,} customers, {journeys:,} journeys ({converted:,} converted, "
            f"{dropped:,} dropped, {still_open:,} open)"
        )


def _quoted(table: str) -> str:
    schema, _, name = table.partition(".")
    return f"{quote(schema)}.{quote(name)}"


def chosen(what: str, name: str, known: Sequence[str], said: Sequence[str] | None = None) -> str:
    """`name` if it is known. Raises JourneysError with the nearest, and with all there are."""
    if name in known:
        return name
    hint = nearest(str(name), known)
    listed = ", ".join(said or known) or "none"
    raise JourneysError(f"There is no {what} {name!r}{hint or '.'} There are: {listed}")
