"""Names for personas, in plain words, from what sets each apart from the other customers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pipeline.personas.matrix import HOUR, PACE, TEMPO, Feature

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Labels = NDArray[np.intp]

PHRASES = 3
LEAST_SHARE, LEAST_DIFFERENCE = 0.5, 0.2  # of the persona's customers; from the others' share
TIMES_OF_DAY = (("at night", 0, 6), ("in the morning", 6, 12), ("in the afternoon", 12, 18),
                ("in the evening", 18, 24))  # fmt: skip
FASTER = 2.0  # how many times sooner or later they come back
PLACES = (
    "channel",
    "device",
    HOUR,
    "weekday",
    "weekend",
    "first",
    "often",
    PACE,
    TEMPO,
    "attribute",
)  # in a name
UNTOLD = ("walk", "moves", "channel mix")  # no words for a name in these
ANY_OF = ("first steps", "touchpoints")  # whether at all, not how large a share
WAITS = {PACE: "to come back", TEMPO: "from step to step"}
SAYINGS = {  # place in the name, and the words there
    "first steps": ("first", "early at {}"),
    "first touchpoint": ("first", "beginning with {}"),
    "touchpoints": ("often", "coming to {}"),
    "device": ("device", "on {}"),
    "weekday": ("weekday", "on {}s"),
    "weekend": ("weekend", "at weekends"),
}
ENTRY = PLACES[:3]  # how they come in says more to a colleague than where, so it is told first

Trait = tuple[float, str, str]  # strength, place in the name, words

ONE = "No separate personas"
UNREMARKABLE = "Like the others"


def names_of(
    matrix: "Matrix", features: Sequence[Feature], labels: "Labels", count: int | None = None
) -> list[str]:
    """A name for each persona, all different; `labels` number the personas of the rows from 0."""
    if count is None:
        count = int(labels.max()) + 1 if len(labels) else 0
    if count == 1:
        return [ONE]
    traits = [_traits(matrix, features, labels == number) for number in range(count)]
    names: list[str] = []
    for found in traits:
        phrases = PHRASES
        while (name := _worded(found[:phrases])) in names and phrases < len(found):
            phrases += 1
        same = sum(other.startswith(name) for other in names)
        names.append(f"{name} ({same + 1})" if name in names else name)
    return names


def _traits(matrix: "Matrix", features: Sequence[Feature], inside: "NDArray[np.bool_]") -> list[Trait]:  # noqa: E501  # fmt: skip
    """What sets the customers inside apart, one trait for each place in a name: how they come in,
    then the rest, strongest first."""
    found: dict[str, Trait] = {}
    if not inside.any() or inside.all():
        return []
    for column, feature in zip(matrix.T, features, strict=True):
        for trait in _candidates(column[inside], column[~inside], feature):
            place = trait[1]
            if place not in found or (-trait[0], trait[2]) < (-found[place][0], found[place][2]):
                found[place] = trait
    return sorted(
        found.values(), key=lambda trait: (trait[1] not in ENTRY, -trait[0], PLACES.index(trait[1]))
    )


def _candidates(inside: "Matrix", outside: "Matrix", feature: Feature) -> list[Trait]:
    group = feature.feature_group
    if group == HOUR:
        return [
            trait
            for words, begin, end in TIMES_OF_DAY
            for trait in _of_share(_between(inside, begin, end), _between(outside, begin, end), HOUR, words)  # noqa: E501
        ]  # fmt: skip
    if group in WAITS:
        return _of_pace(inside, outside, group)
    if group in UNTOLD:
        return []
    inside, outside = np.nan_to_num(inside), np.nan_to_num(outside)
    if group in ANY_OF:
        inside, outside = np.ceil(inside), np.ceil(outside)
    value = feature.feature.partition(": ")[2] or feature.feature
    place, words = SAYINGS.get(group, (group, "{}"))
    return _of_share(inside, outside, place, words.format(value))


def _between(hours: "Matrix", begin: int, end: int) -> "NDArray[np.bool_]":
    return np.asarray((hours >= begin) & (hours < end))


def _of_share(inside: "NDArray[np.float64] | NDArray[np.bool_]", outside: "NDArray[np.float64] | NDArray[np.bool_]", place: str, words: str) -> list[Trait]:  # noqa: E501  # fmt: skip
    share = float(inside.mean())
    difference = share - float(outside.mean())
    is_told = share >= LEAST_SHARE and difference >= LEAST_DIFFERENCE
    return [(round(difference, 6), place, words)] if is_told else []


def _of_pace(inside: "Matrix", outside: "Matrix", place: str) -> list[Trait]:
    """Quick or slow, by the median of those who came back."""
    inside, outside = inside[~np.isnan(inside)], outside[~np.isnan(outside)]
    if not len(inside) or not len(outside):
        return []
    mine, others = float(np.median(inside)), float(np.median(outside))
    if mine * FASTER <= others:
        return [(LEAST_DIFFERENCE, place, f"quick {WAITS[place]}")]
    if mine >= others * FASTER:
        return [(LEAST_DIFFERENCE, place, f"slow {WAITS[place]}")]
    return []


def _worded(traits: Sequence[Trait]) -> str:
    """`Paid on mobile, in the evening`."""
    told = sorted(traits, key=lambda trait: PLACES.index(trait[1]))
    places, words = [trait[1] for trait in told], [trait[2] for trait in told]
    if places[:2] == ["channel", "device"]:
        words = [f"{words[0]} {words[1]}", *words[2:]]
    name = ", ".join(words) or UNREMARKABLE
    return name[0].upper() + name[1:]
