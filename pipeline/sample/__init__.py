"""Sample data: the exports of an invented company, of any size, whose truth is known.

`world` says what is planted. `population` and `chains` make customers and their steps, `events`
and `crm` the rows of each system, `dirt` and `crm_dirt` what is wrong with them, `exports` the
files, and `truth` what a right analysis finds.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.sample.exports import Form

__all__ = ["make_sample"]

BATCH = 40_000  # customers made at once
EVENTS_PER_CUSTOMER = 26.1


def make_sample(
    out: Path,
    customers: int = 4000,
    seed: int = 1,
    form: "Form" = "exports",
    events: int | None = None,
) -> None:
    """Write a sample to the folder `out`: exports, their settings, README.md and truth.json.

    With `events`, as many customers as make about that many. `form` is `exports`, text files as
    the systems write them, or `parquet`, a folder of parts per system. The same seed and size
    give the same bytes. Raises InputError for a sample of nobody.
    """
    import numpy as np

    from pipeline.errors import InputError
    from pipeline.sample.batch import make_batch
    from pipeline.sample.exports import Exports
    from pipeline.sample.ledger import Ledger
    from pipeline.sample.paper import write_paper

    if events is not None:
        customers = round(events / EVENTS_PER_CUSTOMER)
    if customers < 1:
        raise InputError("A sample needs at least one customer, or about 25 events.")
    out.mkdir(parents=True, exist_ok=True)
    exports, ledger = Exports(out, form), Ledger()
    personas: dict[str, str] = {}
    for number, first in enumerate(range(0, customers, BATCH)):
        rng = np.random.default_rng([seed, number])
        batch = make_batch(first, min(BATCH, customers - first), rng, ledger)
        exports.add(batch.tables)
        personas |= batch.personas
    exports.close()
    write_paper(out, form, customers, seed, personas, ledger)
