"""Lengths of time as people write them: "30 minutes", "1 day 12 hours"."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator

UNITS = {
    "week": timedelta(weeks=1),
    "day": timedelta(days=1),
    "hour": timedelta(hours=1),
    "minute": timedelta(minutes=1),
    "second": timedelta(seconds=1),
}
ALLOWED = 'write a number and a unit, such as "30 minutes" or "2 weeks"'
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)")
_WHOLE = re.compile(rf"{_PART.pattern}(?:(?:\s*,\s*|\s+and\s+|\s+){_PART.pattern})*")


def parse_duration(text: str) -> timedelta:
    """Read "30 minutes". Raises ValueError, in words, for a bare number or an unknown unit."""
    written = text.strip().lower()
    if not _WHOLE.fullmatch(written):
        raise ValueError(f"{text!r} is no length of time; {ALLOWED}")
    total = timedelta()
    for number, unit in _PART.findall(written):
        if unit.removesuffix("s") not in UNITS:
            raise ValueError(f"{unit!r} is no unit of time; use one of {', '.join(UNITS)}")
        total += _times(float(number), UNITS[unit.removesuffix("s")], text)
    return total


def _times(number: float, unit: timedelta, text: str) -> timedelta:
    try:
        return number * unit
    except OverflowError:
        raise ValueError(f"{text!r} is longer than any data; {ALLOWED}") from None


def duration_words(duration: timedelta) -> str:
    """A timedelta in words that `parse_duration` reads back, whole units only: "1 day 12 hours".

    Weeks are only used where nothing is left over, as people say "30 days" and "2 weeks".
    """
    if duration < UNITS["second"]:
        return "0 seconds" if not duration else f"{duration.total_seconds():f} seconds"
    if duration % UNITS["week"] == timedelta():
        return _counted(duration // UNITS["week"], "week")
    words = []
    for name in ("day", "hour", "minute", "second"):
        count, duration = divmod(duration, UNITS[name])
        words += [_counted(count, name)] if count else []
    return " ".join(words)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _read(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        return parse_duration(value)
    raise ValueError(f"{value!r} has no unit; {ALLOWED}")


def _longer_than_nothing(value: Any) -> timedelta:
    duration = _read(value)
    if duration <= timedelta():
        raise ValueError("must be longer than nothing")
    return duration


Duration = Annotated[timedelta, BeforeValidator(_longer_than_nothing)]
Tolerance = Annotated[timedelta, BeforeValidator(_read)]  # may be nothing at all
