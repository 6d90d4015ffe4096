"""What every question begins with: whose steps are asked about, and what one counts.

A persona is read from its customers' first steps, so its questions are about the steps after
those (docs/decisions/look.md).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pipeline.durations import parse_duration
from pipeline.errors import JourneysError
from pipeline.nearest import nearest

EVERYONE = "all"
UNITS = {"journey": "journey_id", "customer": "customer_id"}  # what is counted, and its key


@dataclass(frozen=True)
class Asked:
    """Whose steps a question is about, and whether it counts journeys or customers."""

    per: str = "journey"
    persona: str = EVERYONE
    look: int = 0  # of a persona only later steps are asked about

    @property
    def unit(self) -> str:
        """The column that is one of what is counted; a name of the code's own."""
        return UNITS[self.per]

    @property
    def condition(self) -> str:
        """Which rows of journeys.steps are asked about, as SQL over the bound values."""
        if self.persona == EVERYONE:
            return "true"
        return (
            "customer_step_number > $look and customer_id in "
            "(select customer_id from personas.assignments where persona_id = $persona)"
        )

    @property
    def values(self) -> dict[str, Any]:
        """What `condition` binds."""
        if self.persona == EVERYONE:
            return {}
        return {"persona": self.persona, "look": self.look}


def one_of(what: str, name: str, known: Iterable[str]) -> str:
    """`name` if it is known. Raises JourneysError with the nearest, and with all there are."""
    names = list(known)
    if name in names:
        return name
    hint = nearest(str(name), names)
    listed = ", ".join(names) or "none"
    raise JourneysError(f"There is no {what} {str(name)!r}{hint or '.'} There are: {listed}")


def length_of_time(what: str, said: str | timedelta | None) -> timedelta | None:
    """ "7 days" as a timedelta. Raises JourneysError in words for anything else."""
    if said is None or isinstance(said, timedelta):
        length = said
    else:
        try:
            length = parse_duration(str(said))
        except ValueError as problem:
            raise JourneysError(f"{what}: {problem}") from None
    if length is not None and length <= timedelta():
        raise JourneysError(f"{what}: {said!r} must be longer than nothing")
    return length


def listed(names: str | Sequence[str]) -> list[str]:
    """One name, or several."""
    return [names] if isinstance(names, str) else list(names)
