"""The scales that survey scores come on, and their bounds."""

import re
from typing import Any

SCALES = {
    "nps": (0.0, 10.0),
    "csat": (1.0, 5.0),
    "csat5": (1.0, 5.0),
    "csat7": (1.0, 7.0),
    "ces": (1.0, 7.0),
    "ces5": (1.0, 5.0),
    "ces7": (1.0, 7.0),
    "stars": (1.0, 5.0),
    "percent": (0.0, 100.0),
    "share": (0.0, 1.0),
}
ALLOWED = f"use one of {', '.join(SCALES)}, or {{min: 1, max: 10}}"
SENTIMENT = "sentiment"  # of free text, by a lexicon; a scale of its own that nobody is asked on
# At or below, and at or above: who is unhappy, and who is happy. On other scales a quarter of it.
FEELINGS = {"nps": (6.0, 9.0), SENTIMENT: (-0.1, 0.1)}
_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)")


def read_scale(value: Any) -> str:
    """A scale's name, or its bounds as `1..10`. Raises ValueError, in words, for anything else."""
    if isinstance(value, dict) and set(value) == {"min", "max"}:
        value = f"{value['min']}..{value['max']}"
    if not isinstance(value, str) or (value not in SCALES and not _RANGE.fullmatch(value)):
        raise ValueError(f"{value!r} is no scale; {ALLOWED}")
    low, high = scale_bounds(value)
    if low >= high:
        raise ValueError(f"the scale's min {low:g} must be below its max {high:g}")
    return value


def scale_bounds(scale: str) -> tuple[float, float]:
    """The lowest and the highest score of a scale that `read_scale` accepted, or of sentiment."""
    if scale == SENTIMENT:
        return -1.0, 1.0
    if scale in SCALES:
        return SCALES[scale]
    low, _, high = scale.partition("..")
    return float(low), float(high)


def feeling_bounds(scale: str) -> tuple[float, float]:
    """The highest score of the unhappy and the lowest of the happy.

    nps has its own (6 and 9), sentiment the lexicon's; else it is a quarter of the scale from its
    ends: 2 and 4 of 1 to 5.
    """
    if scale in FEELINGS:
        return FEELINGS[scale]
    low, high = scale_bounds(scale)
    return low + (high - low) / 4, high - (high - low) / 4
