"""The types of single values in the settings: how YAML's readings become them, in words if not."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from pipeline.durations import Duration, Tolerance
from pipeline.scales import read_scale
from pipeline.timezones import check_timezone

__all__ = [
    "Column", "Columns", "Count", "Day", "Duration", "Instant", "Name", "Names", "Placeholders",
    "Rule", "Scale", "Share", "Timezone", "Tolerance", "Words",
]  # fmt: skip


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _same_name(value: Any) -> Any:
    """`[industry]` is short for `{industry: industry}`."""
    if not isinstance(value, list):
        return value
    if not all(isinstance(name, str) for name in value):
        raise ValueError("must be a list of names, or names with their columns, as in {page: url}")
    return {name: name for name in value}


def _as_text(value: Any) -> Any:
    """Placeholders are text, also where YAML reads `0` or `null` as something else."""
    if not isinstance(value, list | tuple):
        return value
    return tuple("null" if item is None else str(item) for item in value)


def _as_date(value: Any) -> Any:
    if isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ValueError(f"{value!r} is no date; write one such as 2025-09-01")
    return value


def _as_instant(value: Any) -> Any:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):  # data that covers a day covers it to its end
        return datetime(value.year, value.month, value.day) + timedelta(days=1)
    raise ValueError(f"{value!r} is no time; write one such as 2025-12-31 or 2025-12-31 18:00")


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Words = Annotated[str, StringConstraints(strip_whitespace=True)]
Column = Annotated[str, Field(min_length=1)]  # as the file spells it, spaces and all
Rule = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_listed)]
Columns = Annotated[dict[Name, Column], BeforeValidator(_same_name)]
Timezone = Annotated[str, AfterValidator(check_timezone)]
Scale = Annotated[str, BeforeValidator(read_scale)]
Count = Annotated[int, Field(strict=True, ge=1)]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
Day = Annotated[date, BeforeValidator(_as_date)]
Instant = Annotated[datetime, BeforeValidator(_as_instant)]
Placeholders = Annotated[tuple[str, ...], BeforeValidator(_as_text)]
