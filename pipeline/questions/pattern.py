"""A path query, read: `pricing page -> * -> demo call within 7 days -> deal won`.

Between arrows stand touchpoints (or alternatives, `webinar | case study`) and gaps: `*` is any
number of steps, none too; `!support ticket` any number of steps, but none of these. Without a gap
between them two touchpoints come straight after each other. `START` may stand first; `CONVERTED`,
`DROPPED` or `OPEN` last. `within 7 days` after a touchpoint limits the time from the end of the
one before to its start. A name in double quotes is taken as it stands.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pipeline.errors import JourneysError
from pipeline.questions.selection import length_of_time, one_of

ENDS = ("CONVERTED", "DROPPED", "OPEN")
EXAMPLE = '"pricing page -> * -> demo call within 7 days -> deal won"'
_TOKEN = re.compile(r'"(?P<quoted>[^"]*)"|(?P<arrow>->|→)|(?P<bar>\|)|(?P<text>(?:(?!->)[^"|→])+)')
_WITHIN = re.compile(r"^(?P<name>.*?)\s*\bwithin\s+(?P<time>\d.*)$", re.DOTALL)


@dataclass(frozen=True)
class Place:
    """One named place of a pattern, and how it follows on the one before."""

    touchpoints: tuple[str, ...]  # any of these
    is_straight: bool = True  # straight after the place before, or after a gap
    without: tuple[str, ...] = ()  # none of these in the gap
    within: timedelta | None = None  # from the end of the place before to the start of this


@dataclass(frozen=True)
class Pattern:
    """A path query; `is_first` and `end` tie it to a journey's start and outcome."""

    places: tuple[Place, ...]
    is_first: bool = False  # the first place is the journey's first step
    end: str | None = None  # one of ENDS
    is_last: bool = False  # the last place is the journey's last step
    without_before: tuple[str, ...] = ()  # none of these between START and the first place
    without_after: tuple[str, ...] = ()  # none of these after the last place


@dataclass
class _Element:
    """What stands between two arrows: pieces of (text, was quoted)."""

    alternatives: list[list[tuple[str, bool]]]

    @property
    def plain(self) -> str:
        return "|".join("".join(text for text, _ in pieces) for pieces in self.alternatives).strip()

    @property
    def is_quoted(self) -> bool:
        return any(quoted for pieces in self.alternatives for _, quoted in pieces)


def read_pattern(text: str, touchpoints: Sequence[str]) -> Pattern:
    """Raises JourneysError in words, with the nearest name, for what cannot be read."""
    elements = list(_elements(text))
    is_first = bool(elements) and _is_word(elements[0], ("START",))
    end = elements[-1].plain if len(elements) > 1 and _is_word(elements[-1], ENDS) else None
    inner = elements[1 if is_first else 0 : -1 if end else None]
    places: list[Place] = []
    gap: tuple[str, ...] | None = None
    opening: tuple[str, ...] | None = None
    for element in inner:
        without = _gap(element, touchpoints)
        if without is None:
            place = _place(element, gap, touchpoints, text)
            if not places:
                opening = gap
                place = Place(place.touchpoints, within=place.within)
            places.append(place)
            gap = None
        elif gap is not None:
            raise JourneysError(
                f"{text!r}: two gaps stand next to each other. Write one, as in {EXAMPLE}; "
                "to exclude several, !one|other."
            )
        else:
            gap = without
    _refuse(text, places, is_first, opening)
    return Pattern(
        tuple(places),
        is_first=is_first and opening is None,
        end=end,
        is_last=end is not None and gap is None,
        without_before=(opening or ()) if is_first else (),
        without_after=gap or (),
    )


def _refuse(
    text: str, places: Sequence[Place], is_first: bool, opening: tuple[str, ...] | None
) -> None:
    if not places:
        raise JourneysError(f"{text!r} names no touchpoint. A path query looks like {EXAMPLE}.")
    if places[0].within:
        raise JourneysError(
            f"{text!r}: 'within' limits the time since the touchpoint before, "
            f"and before the first there is none. Write it as in {EXAMPLE}."
        )
    if opening and not is_first:
        raise JourneysError(
            f"{text!r}: an exclusion needs a place to begin. From the journey's start on: "
            "START -> !…"
        )


def _elements(text: str) -> Iterator[_Element]:
    element = _Element([[]])
    for token in _TOKEN.finditer(text):
        if token["arrow"]:
            yield _not_empty(element, text)
            element = _Element([[]])
        elif token["bar"]:
            element.alternatives.append([])
        elif token["quoted"] is not None:
            element.alternatives[-1].append((token["quoted"], True))
        else:
            element.alternatives[-1].append((token["text"], False))
    yield _not_empty(element, text)


def _not_empty(element: _Element, text: str) -> _Element:
    if not all("".join(text for text, _ in pieces).strip() for pieces in element.alternatives):
        raise JourneysError(
            f"{text!r}: nothing stands on one side of an arrow or a bar. "
            f"A path query looks like {EXAMPLE}."
        )
    return element


def _is_word(element: _Element, words: Iterable[str]) -> bool:
    return not element.is_quoted and element.plain in words


def _gap(element: _Element, touchpoints: Sequence[str]) -> tuple[str, ...] | None:
    """What may not come in a gap; None where the element is no gap."""
    first = "".join(text for text, quoted in element.alternatives[0] if not quoted).lstrip()
    if element.plain == "*" and not element.is_quoted:
        return ()
    if not first.startswith("!") or (not element.is_quoted and element.plain in touchpoints):
        return None
    names = []
    for pieces in element.alternatives:
        name = "".join(text for text, _ in pieces).strip().removeprefix("!").strip()
        names.append(one_of("touchpoint", name, touchpoints))
    return tuple(names)


def _place(
    element: _Element, gap: tuple[str, ...] | None, touchpoints: Sequence[str], text: str
) -> Place:
    names, within = [], None
    for number, pieces in enumerate(element.alternatives, 1):
        name, limit = _named(pieces, touchpoints)
        if limit and number < len(element.alternatives):
            raise JourneysError(f"{text!r}: 'within' comes after the last of the alternatives.")
        within = limit
        names.append(name)
    return Place(tuple(names), is_straight=gap is None, without=gap or (), within=within)


def _named(
    pieces: Sequence[tuple[str, bool]], touchpoints: Sequence[str]
) -> tuple[str, timedelta | None]:
    """A touchpoint and its limit in time; a known name is never cut at a `within` in it."""
    whole = "".join(text for text, _ in pieces).strip()
    if whole in touchpoints:
        return whole, None
    found = _WITHIN.match(whole)
    name, limit = (found["name"], found["time"]) if found else (whole, None)
    if name in ENDS or name == "START":
        where = "first" if name == "START" else "last"
        raise JourneysError(f"{name} can only come {where} in a path query.")
    if name not in touchpoints and (sign := re.search(r"\s(>|-+|=>|,|→)\s", name)):
        raise JourneysError(
            f"There is no touchpoint {name!r}. Between places write ->, not {sign[1]}: {EXAMPLE}"
        )
    one_of("touchpoint", name, touchpoints)
    return name, length_of_time(f"within, after {name!r}", limit)
