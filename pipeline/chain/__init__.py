"""The absorbing Markov chain behind the map, and what is read from it.

`counts` reads the moves, `absorbing` solves the chain, `replicates` gives intervals, and the rest
are its uses: `step` (run.chain), `removal` and `attribution`, `what_if`, `memory`, `forecast`,
`next_steps`.
"""

from pipeline.chain.absorbing import ENDS, Chain, absorbing_chain
from pipeline.chain.counts import counts_step
from pipeline.chain.forecast import forecast_step
from pipeline.chain.memory import memory_step
from pipeline.chain.next_steps import next_steps_step
from pipeline.chain.removal import removal_effects, removal_step
from pipeline.chain.step import chain_step
from pipeline.chain.what_if import what_if_step
from pipeline.models import Step

__all__ = ["ENDS", "Chain", "absorbing_chain", "chain_steps", "removal_effects"]


def chain_steps() -> list[Step]:
    """Every step of a run that belongs to the chain."""
    return [
        counts_step(), chain_step(), removal_step(), what_if_step(), memory_step(),
        forecast_step(), next_steps_step(),
    ]  # fmt: skip
