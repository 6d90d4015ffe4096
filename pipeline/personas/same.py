"""Which of the personas found anew are the ones that were there before."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.personas.matrix import matrix_of
from pipeline.personas.model import PersonaModel, Retired

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

LEAST_OVERLAP = 0.3  # of the customers of an old and a new persona, for them to be the same


def with_ids(
    model: PersonaModel, table: "pd.DataFrame", earlier: PersonaModel | None
) -> PersonaModel:
    """The model with an id for each persona: the earlier one's where it is the same, or a new one.

    Which is the same goes by the customers that both have, over all personas at once (Hungarian
    assignment: Kuhn 1955). An id says nothing of size or rank, and that of a persona which is gone
    is never given again.
    """
    if earlier is None:
        ids = tuple(f"p{number}" for number in range(1, len(model.names) + 1))
        return replace(model, persona_ids=ids, next_number=len(ids) + 1)
    overlap = _overlap(_members(earlier, table), _members(model, table))
    kept, number = _same(overlap, earlier), earlier.next_number
    for place in range(len(model.names)):
        if place not in kept:
            kept[place], number = f"p{number}", number + 1
    ids = tuple(kept[place] for place in range(len(model.names)))
    return replace(
        model, persona_ids=ids, next_number=number,
        retired=(*earlier.retired, *_gone(overlap, earlier, ids)),
    )  # fmt: skip


def _same(overlap: "Matrix", earlier: PersonaModel) -> dict[int, str]:
    """By place of a new persona the id of the earlier one that it is.

    One persona for everyone is not the same as any of several.
    """
    from scipy.optimize import linear_sum_assignment

    if min(overlap.shape) == 1 < max(overlap.shape):
        return {}
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    return {
        int(new): earlier.persona_ids[old]
        for old, new in zip(rows, columns, strict=True)
        if overlap[old, new] >= LEAST_OVERLAP
    }


def _gone(overlap: "Matrix", earlier: PersonaModel, ids: tuple[str, ...]) -> list[Retired]:
    """The earlier personas that are no more, each with the one that shares most with it."""
    return [
        Retired(
            persona_id,
            earlier.names[place],
            ids[int(overlap[place].argmax())] if overlap[place].any() else None,
        )
        for place, persona_id in enumerate(earlier.persona_ids)
        if persona_id not in ids
    ]


def _members(model: PersonaModel, table: "pd.DataFrame") -> "NDArray[np.bool_]":
    """Who belongs to whom: one row per persona, one column per customer."""
    _, matrix = matrix_of(table, model.features)
    found = model.nearest(matrix)
    return np.asarray(found[None, :] == np.arange(len(model.centres))[:, None])


def _overlap(old: "NDArray[np.bool_]", new: "NDArray[np.bool_]") -> "Matrix":
    """The customers that two personas share, of those of either."""
    both = old.astype(float) @ new.T.astype(float)
    either = old.sum(axis=1)[:, None] + new.sum(axis=1)[None, :] - both
    return np.asarray(both / np.maximum(either, 1))
