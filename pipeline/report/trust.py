"""The trust page: what the numbers rest on, what was left out, and what is withheld."""

from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup, escape

from pipeline.numbers import count, fewer, instant, name
from pipeline.report.tables import Row, Tables
from pipeline.settings import Settings

NUMBERS = {
    "events", "counted_events", "customers", "rows", "rows_read", "rows_used", "rows_repeated",
    "rows_superseded", "rows_rejected", "rows_idle",
}  # fmt: skip
Column = tuple[str, str, Callable[[Any], Any] | None]  # column, what it is called, its format


def trust(tables: Tables, settings: Settings) -> list[dict[str, Any]]:
    """The blocks of the trust page, in order."""
    zone = settings.report.timezone

    def moment(value: Any) -> str:
        return instant(value, zone)

    least = settings.privacy.min_group

    def group(value: Any) -> str:
        return fewer(least) if 0 < value < least else count(value)

    return [
        _block(
            "Sources", "How many events each source gave, and up to when it tells.",
            tables["sources"], "core.sources",
            ("source", "Source", None), ("kind", "Kind", None), ("events", "Events", count),
            ("counted_events", "Counted", count), ("first_event_at", "First", moment),
            ("last_event_at", "Last", moment), ("covers_until", "Covers until", moment),
            ("is_behind", "Note", lambda behind: "more than a week behind" if behind else ""),
            empty="No source gave an event.",
        ),
        _block(
            "Rows", "What became of every row read: used, repeated, superseded by a newer version, "
            "rejected, or holding no event.",
            tables["balances"], "landing.balances",
            ("source", "Source", None), ("rows_read", "Read", count), ("rows_used", "Used", count),
            ("rows_repeated", "Repeated", count), ("rows_superseded", "Superseded", count),
            ("rows_rejected", "Rejected", count), ("rows_idle", "No event", count),
            empty="No row was read.",
        ),
        _block(
            "Rejected rows", "Rows that could not be used, by reason.",
            tables["rejected"], "findings.rejections",
            ("source", "Source", None), ("column_name", "Column", None),
            ("reason", "Reason", None), ("rows", "Rows", count),
            empty="Every row could be used.",
        ),
        _block(
            "Unmapped events", "Events that no touchpoint's rule matched; they are in no journey.",
            tables["unmapped"], "core.unmapped_events",
            ("event", "Event", None), ("source", "Source", None), ("events", "Events", count),
            ("customers", "Customers", group),
            empty="Every counted event is mapped to a touchpoint.",
        ),
        _block(
            "How far it reaches", "", tables["trust"], "findings.trust",
            ("subject", "Of the", None), ("measure", "What", None), ("value", "How much", None),
            empty="Nothing was measured.",
        ),
        {
            "title": "What is withheld",
            "words": f"Groups of fewer than {least} customers are not shown: where one stood, the "
            f"report says “{fewer(least)}”. So that a small part of a whole cannot be found "
            "from the rest, the next smallest part is not shown either. No name, address or "
            "other identifier of a customer is in this file.",
            "rows": [], "columns": [], "empty": "", "table": "",
        },
    ]  # fmt: skip


def _block(
    title: str, words: str, rows: Sequence[Row], table: str, *columns: Column, empty: str
) -> dict[str, Any]:
    known = [column for column in columns if not rows or column[0] in rows[0]]
    return {
        "title": title, "words": words, "table": table, "empty": empty,
        "columns": [{"said": said, "is_number": column in NUMBERS} for column, said, _ in known],
        "rows": [[_cell(row[column], form) for column, _, form in known] for row in rows],
    }  # fmt: skip


def _cell(value: Any, form: Callable[[Any], Any] | None) -> Markup:
    return escape(form(value)) if form else name(value, 90)
