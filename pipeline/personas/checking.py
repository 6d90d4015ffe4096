"""Whether a kept model still tells the customers apart, without finding anything anew."""

from typing import TYPE_CHECKING

from pipeline.personas.matrix import attribute_of, matrix_of
from pipeline.personas.model import PersonaModel, Wanted, clearness, unknown_share

if TYPE_CHECKING:
    import pandas as pd

LEAST_CLEARNESS = 0.75  # of what it was when the personas were found
MOST_NEW = 0.2  # of what is known of customers, that the model does not know
MANY_MORE = 2  # times the customers that they were found on
ON_FEW = 5_000  # customers; a model found on more is not unsettled by their number


def why_refit(
    model: PersonaModel, wanted: Wanted, table: "pd.DataFrame", customers: int
) -> str | None:
    """Why the personas must be found anew, in words; None while the kept model holds.

    `table` has the features of the same customers that a fit would see, `customers` is how many
    have features at all.
    """
    if model.settings != wanted.settings:
        return "the settings that they depend on changed"
    read = {attribute_of(feature) for feature in model.features}
    if told := sorted(read.intersection(wanted.left_out), key=str):
        return f"they were read from {', '.join(map(str, told))}, which tells who converted"
    if model.customers <= ON_FEW and customers >= MANY_MORE * max(model.customers, 1):
        return f"there are {customers:,} customers now, and they were found on {model.customers:,}"
    share = unknown_share(model, table)
    if share - model.unknown_share > MOST_NEW:
        return f"{share:.0%} of what is known of customers was not known then"
    _, matrix = matrix_of(table, model.features)
    now = clearness(model, matrix)
    if now is not None and model.clearness and now < LEAST_CLEARNESS * model.clearness:
        return "customers belong to them less clearly than when they were found"
    return None
