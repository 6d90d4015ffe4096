"""Small exports written by a test, the settings that read them, and what landing then holds."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from pipeline.database import open_scratch, open_warehouse, text
from pipeline.load import load, source_files
from pipeline.settings import read_settings

NOW = datetime(2025, 6, 1, tzinfo=UTC)
LOG = {
    "name": "web", "kind": "web", "path": "web*", "time": "at", "event": "what",
    "identifiers": {"visitor": "who"},
}  # fmt: skip
WIDE = {
    "name": "deals", "kind": "crm", "path": "deals*", "row_id": "id", "version": "changed",
    "identifiers": {"contact": "who"},
    "events": [
        {"event": "created", "time": "created"},
        {"event": "won", "time": "closed", "where": "stage = 'won'", "value": "amount"},
    ],
}  # fmt: skip
DEALS = "id,changed,who,created,closed,stage,amount\n"
FIXED = {
    "stages": [{"stage": "buy", "touchpoints": [{"touchpoint": "order", "where": "event = 'x'"}]}],
    "journey": {"goal": "order"},
}
EVENTS = "select event, occurred_at from landing.events order by occurred_at, event"


class Exports:
    """A folder with exports; each load opens the warehouse anew, as each run does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sources: list[dict[str, Any]] = []
        self.more: dict[str, Any] = {}

    def log(self, **changes: Any) -> "Exports":
        """Read an event log `web*` of at, what, who; a change to None takes a key away."""
        return self._source(LOG, changes)

    def wide(self, **changes: Any) -> "Exports":
        """Read wide rows `deals*` of id, changed, who, created, closed, stage, amount."""
        return self._source(WIDE, changes)

    def _source(self, source: dict[str, Any], changes: dict[str, Any]) -> "Exports":
        merged = source | changes
        self.sources.append({key: value for key, value in merged.items() if value is not None})
        return self

    def write(self, name: str, content: str | bytes) -> "Exports":
        data = content.encode() if isinstance(content, str) else content
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return self

    def write_parquet(self, name: str, select: str) -> "Exports":
        with open_scratch() as connection:
            target = text(str(self.folder / name))
            connection.execute(f"copy ({select}) to {target} (format parquet)")
        return self

    def settings(self):
        path = self.folder / "journeys.yml"
        path.write_text(yaml.safe_dump({"sources": self.sources, **FIXED, **self.more}))
        return read_settings(path)

    def load(self, warehouse: str = "w.duckdb", *, now: datetime = NOW) -> "Exports":
        settings = self.settings()
        with open_warehouse(self.folder / warehouse, source_files(settings)) as connection:
            load(connection, settings, now=now, run_id="run")
        return self

    def rows(self, sql: str, warehouse: str = "w.duckdb") -> list[tuple[Any, ...]]:
        with open_warehouse(self.folder / warehouse) as connection:
            return connection.execute(sql).fetchall()

    def balance(self, *columns: str) -> list[tuple[Any, ...]]:
        return self.rows(f"select {', '.join(columns)} from landing.balances order by source")


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0, month: int = 1) -> datetime:
    """An instant of 2025, in UTC."""
    return datetime(2025, month, day, hour, minute, second)
