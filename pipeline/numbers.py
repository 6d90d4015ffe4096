"""How the report writes numbers, shares, times and names. Formatting only: nothing is computed."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from math import isnan
from typing import TypeGuard, TypeVar
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

THIN = "\u202f"  # a thin space that does not break
NONE, MINUS = "–", "−"
SHOWN_CHARACTERS = 60
TOLD_CHARACTERS = 300

# Marks that turn the reading direction of what follows, or are not seen at all.
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
JOINERS = "\u200d\ufe0f"  # these hold an emoji together

Cell = int | float | None
Known = TypeVar("Known")


def is_known(value: Known | None) -> TypeGuard[Known]:
    """Whether a cell holds something: neither null nor NaN."""
    return value is not None and not (isinstance(value, float) and isnan(value))


def count(value: Cell) -> str:
    """A whole number with thin spaces between thousands: 12 345."""
    if not is_known(value):
        return NONE
    return f"{round(value):,}".replace(",", THIN)


def number(value: Cell, digits: int = 1) -> str:
    """A number with so many digits after the point, without needless zeros: 12 345.6."""
    text = steady(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def steady(value: Cell, digits: int = 1) -> str:
    """A number with all its digits, so that points lie below each other: −12 345.0."""
    if not is_known(value):
        return NONE
    text = f"{value:,.{digits}f}".replace(",", THIN).replace("-", MINUS)
    return text if set(text) & set("123456789") else text.removeprefix(MINUS)


def rough(value: Cell) -> str:
    """A large number as a person says it, in two figures: 6.1 million, 45 thousand, 870."""
    if not is_known(value):
        return NONE
    rounded = float(f"{value:.2g}")
    for size, unit in ((1e9, "billion"), (1e6, "million"), (1e4, "thousand")):
        if abs(rounded) >= size:
            return f"{number(rounded / (1e3 if size == 1e4 else size))}{THIN}{unit}"
    return count(rounded)


def share(value: Cell, digits: int = 1) -> str:
    """A share from 0 to 1 in hundredths: 12.3 %. What is not quite nothing is not shown as 0."""
    if not is_known(value):
        return NONE
    smallest = 10.0**-digits
    if 0 < value * 100 < smallest / 2:
        return f"<{THIN}{smallest:.{digits}f}{THIN}%"
    return f"{value * 100:.{digits}f}{THIN}%"


def interval(low: Cell, high: Cell) -> str:
    """A 95 % interval of a share: 10.1–14.9 %."""
    if not (is_known(low) and is_known(high)):
        return NONE
    return f"{low * 100:.1f}–{high * 100:.1f}{THIN}%"


def per_hundred(value: Cell) -> str:
    """How many of a hundred: 23."""
    if not is_known(value):
        return NONE
    return "fewer than 1" if 0 < value < 0.005 else f"{value * 100:.0f}"


def times(value: Cell) -> str:
    """How many times as much, in two figures: 35, 3.5, 0.35, 0.035."""
    if not is_known(value):
        return NONE
    return f"{value:.0f}" if value >= 9.95 else f"{float(f'{value:.2g}'):.4g}"


def duration(seconds: Cell) -> str:
    """A time in the unit that a person would say: 45 s, 12 min, 3.5 h, 4 days."""
    if not is_known(seconds):
        return NONE
    if seconds < 1:
        return "a moment"
    for size, unit in ((86400.0, "days"), (3600.0, "h"), (60.0, "min")):
        if seconds >= size:
            value = seconds / size
            text = number(value, 0 if value >= 10 else 1)
            return f"{text}{THIN}{'day' if text == '1' and unit == 'days' else unit}"
    return f"{number(seconds, 0)}{THIN}s"


def clean(text: object) -> str:
    """A name without characters that cannot be seen or that turn the direction of others."""
    joined = unicodedata.normalize("NFC", str(text))
    kept = (
        character if unicodedata.category(character) not in HIDDEN or character in JOINERS else " "
        for character in joined
    )
    return " ".join("".join(kept).split())


def short(text: object, characters: int = SHOWN_CHARACTERS) -> str:
    """A name cut to what a person can take in, the cut marked."""
    cleaned = clean(text)
    return cleaned if len(cleaned) <= characters else cleaned[: characters - 1].rstrip() + "…"


def name(text: object, characters: int = SHOWN_CHARACTERS) -> Markup:
    """A name as HTML, apart from the reading direction around it; the whole of it on hover."""
    if not is_known(text):
        return Markup(NONE)
    cleaned, shown = clean(text), short(text, characters)
    if shown == cleaned:
        return Markup("<bdi>{}</bdi>").format(shown or "(no name)")
    return Markup('<bdi title="{}">{}</bdi>').format(short(cleaned, TOLD_CHARACTERS), shown)


def words(text: object, characters: int = 600) -> Markup:
    """Words of an analyst or a finding, as HTML."""
    return escape(short(text, characters))


def sentence(text: object) -> Markup:
    """Words of an analyst that stand alone, so they begin with a capital."""
    said = short(text, 300)
    return escape(said[:1].upper() + said[1:])


def score(value: Cell) -> str:
    """A mean score, always to one digit: 4.0."""
    return steady(value)


def day(moment: object, timezone: str = "UTC") -> str:
    """A day in the company's zone: 4 Mar 2025. `moment` is a naive UTC timestamp."""
    if not isinstance(moment, datetime):
        return NONE
    local = _local(moment, timezone)
    return f"{local.day}{THIN}{local:%b}{THIN}{local:%Y}"


def instant(moment: object, timezone: str = "UTC") -> str:
    """A time to the minute in the company's zone: 4 Mar 2025, 13:05."""
    if not isinstance(moment, datetime):
        return NONE
    return f"{day(moment, timezone)}, {_local(moment, timezone):%H:%M}"


def _local(moment: datetime, timezone: str) -> datetime:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(ZoneInfo(timezone))


def month(text: object) -> str:
    """A month such as 2025-03 as a person writes it: Mar 2025."""
    try:
        return f"{datetime.strptime(str(text), '%Y-%m'):%b %Y}"
    except ValueError:
        return clean(text)


def fewer(min_group: int) -> str:
    """What stands where a group is too small to be shown."""
    return f"fewer than {min_group}"


def kept_back(counts: Sequence[int | None], min_group: int) -> list[bool]:
    """Which of the parts of one whole are withheld: small ones, and never one alone.

    Nought is no group. A lone withheld part could be found from the rest, so the next smallest
    goes with it.
    """
    small = [value is not None and 0 < value < min_group for value in counts]
    rest = [(value, place) for place, value in enumerate(counts) if value and not small[place]]
    if sum(small) == 1 and rest:
        small[min(rest)[1]] = True
    return small


def filters(timezone: str) -> Mapping[str, Callable[..., object]]:
    """The formats by the names that the templates call them by."""
    return {
        "count": count, "number": number, "steady": steady, "rough": rough, "share": share,
        "interval": interval, "per_hundred": per_hundred, "duration": duration, "name": name,
        "words": words, "month": month, "short": short, "sentence": sentence, "score": score,
        "day": lambda moment: day(moment, timezone),
        "instant": lambda moment: instant(moment, timezone),
    }  # fmt: skip
