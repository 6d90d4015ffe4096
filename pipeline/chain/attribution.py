"""Credit for conversions from aggregated paths: the shape that attribution packages use.

The removal effects are those of `pipeline.chain.removal`, the rules those of graph.touches,
told once more in Python; a test compares the two.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Any

from pipeline.chain.absorbing import CONVERTED, DROPPED, ENDS, START, absorbing_chain
from pipeline.chain.removal import removal_effects
from pipeline.errors import InputError
from pipeline.nearest import nearest

if TYPE_CHECKING:
    import pandas

NONE = "none"
NAMES = {  # what a column may be called; the second names are those of ChannelAttribution
    "path": ("path",),
    "conversions": ("conversions", "total_conversions"),
    "value": ("value", "total_conversion_value"),
    "nulls": ("nulls", "total_null"),
}
Sums = defaultdict[str, float]
Path = tuple[tuple[str, ...], float, float, float]  # touches, conversions, their value, nulls


def _first(count: int) -> list[float]:
    return [1.0] + [0.0] * (count - 1)


def _position(count: int) -> list[float]:
    if count <= 2:
        return [1 / count] * count
    return [0.4, *[0.2 / (count - 2)] * (count - 2), 0.4]


def _decay(count: int) -> list[float]:
    weights = [0.5 ** (count - number) for number in range(1, count + 1)]
    return [weight / sum(weights) for weight in weights]


RULES: dict[str, Callable[[int], list[float]]] = {  # the shares of so many touches, in their order
    "first_touch": _first,
    "last_touch": lambda count: _first(count)[::-1],
    "linear": lambda count: [1 / count] * count,
    "position_based": _position,
    "time_decay": _decay,
}
METHODS = ("credit", *RULES, "shapley")


def attribute(paths: "pandas.DataFrame", separator: str = ">") -> "pandas.DataFrame":
    """Credit each touch of these paths with conversions, and with their value where it is told.

    `paths`: one row per path, with `path` (touches in order, joined by `separator`), `conversions`
    (how many journeys took it and converted), and where known `value` (of these conversions
    together) and `nulls` (how many took it and did not convert).

    Returns one row per touch, ascending: node, journeys (that converted and met it),
    removal_effect, credit (by it), first_touch, last_touch, linear, position_based (40-20-40),
    time_decay (each touch half as much as the next: paths tell no times), shapley; with `value`
    also value_removal_effect and each of these methods as `<method>_value`. A converting path
    without touches is credited to `none`. Each method adds up to the conversions and to the value.
    Raises InputError when the frame cannot be used.
    """
    import pandas

    rows = list(_read(paths, separator))
    has_value = _column(paths, "value") is not None
    if not sum(conversions for _, conversions, _, _ in rows):
        raise InputError("No path has a conversion, so there is nothing to give credit for.")
    found = _rules(rows)
    for node, numbers in _by_removal(rows).items():
        found[node].update(numbers)
    columns = ["journeys", "removal_effect", *METHODS]
    if has_value:
        columns += ["value_removal_effect", *(f"{method}_value" for method in METHODS)]
    effects = ("removal_effect", "value_removal_effect")
    table = [
        (node, *(found[node].get(name, None if name in effects else 0.0) for name in columns))
        for node in sorted(found)
    ]
    return pandas.DataFrame(table, columns=["node", *columns])


def _rules(rows: Iterable[Path]) -> dict[str, Sums]:
    """What each rule credits, by node and name of the column."""
    found: dict[str, Sums] = defaultdict(lambda: defaultdict(float))
    for touches, conversions, value, _ in rows:
        if not conversions:
            continue
        met = sorted(set(touches)) or [NONE]
        for node in met:
            numbers = found[node]
            numbers["journeys"] += conversions if touches else 0
            _give(numbers, "shapley", conversions / len(met), value / len(met))
        for name, rule in RULES.items():
            told = touches or (NONE,)
            for node, share in zip(told, rule(len(told)), strict=True):
                _give(found[node], name, conversions * share, value * share)
    return found


def _give(numbers: Sums, method: str, conversions: float, value: float) -> None:
    numbers[method] += conversions
    numbers[f"{method}_value"] += value


def _by_removal(rows: Sequence[Path]) -> dict[str, dict[str, float]]:
    """Removal effects, and the credit and value shared out by them, by node."""
    moves: defaultdict[tuple[str, str], float] = defaultdict(float)
    won: Sums = defaultdict(float)
    worth: Sums = defaultdict(float)
    for touches, conversions, value, nulls in rows:
        steps = (START, *touches)
        for pair in pairwise(steps):
            moves[pair] += conversions + nulls
        moves[steps[-1], CONVERTED] += conversions
        moves[steps[-1], DROPPED] += nulls
        won[steps[-1]] += conversions
        worth[steps[-1]] += value
    chain = absorbing_chain(moves)
    value_at = {node: worth[node] / count for node, count in won.items() if count}
    effects, of_value = removal_effects(chain), removal_effects(chain, value_at)
    shares, value_shares = effects.shares(), of_value.shares()
    touched, touched_value = sum(won.values()) - won[START], sum(worth.values()) - worth[START]
    found = {
        node: {
            "removal_effect": effect,
            "credit": touched * shares.get(node, 0.0),
            "value_removal_effect": of_value.effects.get(node, 0.0),
            "credit_value": touched_value * value_shares.get(node, 0.0),
        }
        for node, effect in effects.effects.items()
    }
    if won[START]:
        none = found.setdefault(NONE, {"credit": 0.0, "credit_value": 0.0})
        none["credit"] += won[START]
        none["credit_value"] += worth[START]
    return found


# -- reading


def _read(paths: "pandas.DataFrame", separator: str) -> Iterator[Path]:
    texts = _needed(paths, "path").fillna("").astype(str)
    _needed(paths, "conversions")
    counts = [
        _numbers(paths, name) if _column(paths, name) else [0.0] * len(paths)
        for name in ("conversions", "value", "nulls")
    ]
    for number, (text, *row) in enumerate(zip(texts, *counts, strict=True), 1):
        touches = tuple(name for part in text.split(separator) if (name := part.strip()))
        if reserved := sorted({START, *ENDS} & set(touches)):
            raise InputError(
                f"Row {number}: a path names {reserved[0]}, which is the chain's own. Leave the "
                "start and the ends out of the paths."
            )
        yield (touches, *row)


def _column(paths: "pandas.DataFrame", name: str) -> str | None:
    """What the frame calls a column."""
    return next((known for known in NAMES[name] if known in paths.columns), None)


def _needed(paths: "pandas.DataFrame", name: str) -> Any:
    column = _column(paths, name)
    if column is None:
        listed = ", ".join(map(str, paths.columns)) or "none"
        hint = nearest(name, [str(each) for each in paths.columns]) or "."
        raise InputError(
            f"There is no column {' or '.join(map(repr, NAMES[name]))}{hint} Needed are path and "
            f"conversions, and where known value and nulls; there are: {listed}"
        )
    return paths[column]


def _numbers(paths: "pandas.DataFrame", name: str) -> list[float]:
    """A column of counts or values; what is missing is 0."""
    import pandas

    column = _column(paths, name)
    numbers = pandas.to_numeric(paths[column], errors="coerce")
    bad = numbers.isna() & paths[column].notna() | (numbers < 0) | (numbers == inf)
    if bad.any():
        row = int(bad.to_numpy().argmax())
        raise InputError(
            f"Row {row + 1}, column {column!r}: {paths[column].iloc[row]!r} is no number from 0 up."
        )
    told: list[float] = numbers.fillna(0.0).astype(float).tolist()
    return told
