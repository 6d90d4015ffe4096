"""A shop whose exports grow from run to run: who looks on which device, and is lost or buys.

Customers of a batch look one after the other, evenly over eight weeks, and who buys does so a day
later; ten days later one more looks, so that by then it is known what became of all others.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from pipeline import runs
from pipeline.settings import read_settings
from pipeline.warehouse import Options

SETTINGS = """
title: A shop
sources:
  - {name: web, kind: web, path: "*.csv", timezone: UTC, time: at, event: what, event_id: id,
     identifiers: {visitor: who}, columns: {device: device}}
stages:
  - {stage: look, touchpoints: [{touchpoint: page, where: "event = 'page'"}]}
  - {stage: buy, touchpoints: [{touchpoint: order, where: "event = 'order'"}]}
journey: {goal: order, give_up_after: 7 days, within: 14 days}
segments: [device]
personas: {column: device}
"""
HEAD = "id,at,what,who,device"
FIRST_DAY, DAY, WEEK = datetime(2025, 1, 6), timedelta(days=1), timedelta(weeks=1)  # a Monday

Batch = dict[str, tuple[int, int]]  # by device: so many look, so many of them are lost


class Shop:
    """A folder with settings, exports and a warehouse; `.run()` is one night."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.warehouse = folder, folder / "w.duckdb"
        self.batches: list[Batch] = []
        (folder / "journeys.yml").write_text(SETTINGS)

    def run(self, **options: bool) -> runs.Result:
        settings = read_settings(self.folder / "journeys.yml")
        return runs.run(settings, self.warehouse, Options(**options))

    def export(self, batch: Batch) -> None:
        """What happened since the last batch."""
        number = len(self.batches)
        self.batches.append(batch)
        last = f"last-{number},{self._began(number) + 9.5 * WEEK},page,last-{number},desktop"
        self._write(f"{number}", [*self._rows(number), last])

    def export_late(self, number: int, device: str, count: int) -> None:
        """Of the lost of an earlier batch so many had bought, which comes to light now."""
        lost = [(who, at) for each, who, at, is_lost in self._people(number)
                if is_lost and each == device]  # fmt: skip
        rows = [f"{who}-2,{at + DAY},order,{who},{device}" for who, at in lost[:count]]
        self._write(f"{number}-{device}-late", rows)

    def _rows(self, number: int) -> Iterator[str]:
        for device, who, at, is_lost in self._people(number):
            yield f"{who}-1,{at},page,{who},{device}"
            if not is_lost:
                yield f"{who}-2,{at + DAY},order,{who},{device}"

    def _people(self, number: int) -> Iterator[tuple[str, str, datetime, bool]]:
        """Device, name, when they looked, whether they are lost: the lost spread evenly."""
        for device, (customers, lost) in self.batches[number].items():
            for place in range(customers):
                is_lost = place * lost // customers < (place + 1) * lost // customers
                at = self._began(number) + timedelta(minutes=8 * 7 * 1440 * place // customers)
                yield device, f"{number}-{device}-{place}", at, is_lost

    def _began(self, number: int) -> datetime:
        return FIRST_DAY + 10 * number * WEEK

    def _write(self, name: str, rows: list[str]) -> None:
        (self.folder / f"{name}.csv").write_text("\n".join([HEAD, *rows]) + "\n")
