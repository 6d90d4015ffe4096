"""The listed customers' rows, at hand in small tables of the session's own.

A run that makes few customers anew reads their rows again and again from tables that hold
everyone. They are taken out of each once, where a select first asks for them; what is made anew
is made there, checked there, and put in its table whole. See docs/decisions/small-tables.md.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import duckdb

from pipeline.database import one

EVERYONE = "select count(distinct customer_id) from run.customer_sets"
EVENTS = "run.event_labels"  # a view of all events; who did them is told by their identifiers
LISTED = "customer_id in (select customer_id from {})"  # as every select about listed ones says it
ROWS = f"from {{}} where {LISTED}"
ROWS_OF_EVENTS = f"""
    from {{}} where identifier_set_id in (
        select identifier_set_id from run.customer_sets where {LISTED}
    )
"""


class Listed:
    """Small tables of the rows of customers in a list, of their events and the tables below them.

    Where a list names half of all customers or more there is no use in them, and none is made.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, below: Iterable[str]) -> None:
        self._connection = connection
        self._below = sorted(below)
        self._at_hand: dict[tuple[str, str], str] = {}  # (list, table): the small table
        self._few: dict[str, bool] = {}

    def are_few(self, customers: str) -> bool:
        """Whether the list `customers` (schema.table) names less than half of all."""
        if customers not in self._few:
            listed = one(self._connection, f"select count(*) from {customers}")
            self._few[customers] = bool(listed * 2 < one(self._connection, EVERYONE))
        return self._few[customers]

    def upon(self, sql: str, customers: str) -> str:
        """The select upon the listed customers' rows of what it reads below the customer."""
        if not self.are_few(customers):
            return sql
        for table in self._below:
            named = rf"\b(from|join) {re.escape(table)}\b"
            if not re.search(named, sql):
                continue
            small = self._rows(table, customers)
            sql = re.sub(rf"{named} as\b", rf"\1 {small} as", sql)
            sql = re.sub(named, rf"\1 {small} as {table.partition('.')[2]}", sql)
        return sql

    def made(self, table: str, customers: str, sql: str, bound: Mapping[str, Any]) -> str:
        """Make the listed customers' rows of `table` by a select; gives the small table's name."""
        small = f"listed_{customers}_{table}".replace(".", "_")
        self._connection.execute(f"create or replace temp table {small} as {sql}", bound)
        return self._at_hand.setdefault((customers, table), f"temp.{small}")

    def renewed(self, table: str, customers: str) -> list[str]:
        """Put rows just made anew in the small tables of other lists too; gives all of `table`."""
        small = self._at_hand[customers, table]
        others = {who: name for (who, what), name in self._at_hand.items() if what == table}
        for who in others.keys() - {customers}:
            self._connection.execute(f"delete from {others[who]} where {LISTED.format(customers)}")
            self._connection.execute(f"insert into {others[who]} from {small} where "
                                     f"{LISTED.format(who)}")  # fmt: skip
        return list(others.values())

    def put_away(self, only: str | None = None, keep: Collection[str] = ()) -> None:
        """Drop the small tables, or only those of one list, but not those of `keep`."""
        for customers, table in tuple(self._at_hand):
            if only in (None, customers) and table not in keep:
                self._connection.execute(f"drop table {self._at_hand.pop((customers, table))}")

    def _rows(self, table: str, customers: str) -> str:
        if (customers, table) in self._at_hand:
            return self._at_hand[customers, table]
        rows = ROWS_OF_EVENTS if table == EVENTS else ROWS
        return self.made(table, customers, rows.format(table, customers), {})
