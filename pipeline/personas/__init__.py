"""Personas: kinds of customers, found by clustering what is known of them at the beginning.

`matrix` makes numbers of personas.features, `model` holds where the personas lie and assigns
customers, `checking` says when a kept model no longer does. `fitting` finds the personas with
`clustering` (three methods), `number` (how many there are), `same` (which were there before) and
`naming`; these load scikit-learn. `own` takes the company's own groups. What the personas do is
told by `differences` and `typical`. The steps put it all into the warehouse.
"""

from pipeline.personas.differences import differences_step
from pipeline.personas.finding import persona_step
from pipeline.personas.model import PersonaModel, Wanted, assign
from pipeline.personas.notices import notices
from pipeline.personas.typical import typical_step

__all__ = [
    "PersonaModel", "Wanted", "assign", "differences_step", "notices", "persona_step",
    "typical_step",
]  # fmt: skip
