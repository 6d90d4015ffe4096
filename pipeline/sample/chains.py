"""What customers do: their steps through the stages, visit by visit, until the year ends.

All customers make their k-th stage visit at once. Steps come out just as the pipeline will define
them: two steps are of different touchpoints or of different sessions, never of both the same.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.sample import world
from pipeline.sample.population import Array, at_their_hour, draw
from pipeline.sample.trail import Trail, Walkers

NUMBER = {name: number for number, name in enumerate(world.NAMES)}
GOAL_MOVE = len(world.STAGES)
SLOTS = 4


@dataclass
class Visit:
    """One stage visit of each walker while it lasts."""

    first_step: Array  # number of its first step among all steps of the customer
    started_at: Array  # seconds
    last_touchpoint: Array


def walk(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row per step, by customer and time: see `Trail.steps` for the columns."""
    walkers, trail = _arrive(people), Trail(rng)
    while len(walkers.customer):
        visit = _walk_through_stage(walkers, trail, rng)
        extra = _meet_coach_or_community(walkers, trail, rng)
        leaves = _lost(walkers, visit, extra, rng)
        trail.close_visit(walkers, leaves)
        walkers = _go_on(walkers, leaves, trail, rng)
        walkers = walkers.only(walkers.clock < world.END)
    return trail.steps()


def _arrive(people: pd.DataFrame) -> Walkers:
    count = len(people)
    return Walkers(
        customer=people["customer"].to_numpy(copy=True),
        persona=people["persona"].to_numpy(copy=True),
        stage=np.full(count, world.AWARENESS),
        clock=people["arrives_at"].to_numpy(copy=True),
        steps=np.zeros(count, dtype=np.int64),
        touchpoint=np.full(count, -1),
        is_coached=np.zeros(count, dtype=bool),
        is_fresh=np.ones(count, dtype=bool),
        row=np.full(count, -1),
    )


def _walk_through_stage(walkers: Walkers, trail: Trail, rng: np.random.Generator) -> Visit:
    goes_on = np.ones(len(walkers.customer), dtype=bool)
    first_step = walkers.steps + 1
    for slot in range(SLOTS):
        touchpoint = _next_touchpoint(walkers, slot, rng)
        goes_on &= touchpoint >= 0
        if slot:
            chance = np.where(
                walkers.steps < world.LOOK, world.CONTINUES_FIRST, world.CONTINUES_LATER
            )
            goes_on &= rng.random(len(goes_on)) < chance
        trail.step(walkers, goes_on, touchpoint)
        if not slot:
            started_at = trail.last_starts()
    return Visit(first_step, started_at, walkers.touchpoint.copy())


def _next_touchpoint(walkers: Walkers, slot: int, rng: np.random.Generator) -> Array:
    """The script's touchpoint, or another of the stage for those who wander; -1 at its end."""
    planned = SCRIPT[walkers.persona, walkers.stage, slot]
    later = np.array(world.WANDERS_LATER)[walkers.stage]
    chance = np.where(walkers.steps < world.LOOK, world.WANDERS_FIRST, later)
    pick = (rng.random(len(planned)) * WANDER_COUNT[walkers.stage]).astype(np.int64)
    wanders = (rng.random(len(planned)) < chance) & (planned >= 0)
    other = WANDER[walkers.stage, pick]
    return np.asarray(np.where(wanders & (other >= 0), other, planned))


def _meet_coach_or_community(walkers: Walkers, trail: Trail, rng: np.random.Generator) -> Array:
    """True where a support visit was put in, after the visit and before its decision."""
    luck = rng.random(len(walkers.customer))
    coach = luck < world.COACH_SHARE
    decoy = ~coach & (luck < world.COACH_SHARE + np.array(world.DECOY_SHARES)[walkers.stage])
    trail.step(walkers, coach, np.full(len(luck), NUMBER[world.MOMENT_OF_TRUTH]))
    trail.step(walkers, decoy, np.full(len(luck), NUMBER[world.DECOY]))
    walkers.is_coached |= coach
    return np.asarray(coach | decoy)


def _lost(walkers: Walkers, visit: Visit, extra: Array, rng: np.random.Generator) -> Array:
    """Who is lost at the end of this visit, spread evenly within a group rather than drawn alone.

    So a small sample shows the planted rates nearly exactly, in every month.
    """
    chance = np.array(world.LOSSES)[walkers.persona, walkers.stage]
    hurt = (walkers.persona == world.PAIN_PERSONA) & (
        visit.last_touchpoint == NUMBER[world.PAIN_TOUCHPOINT]
    )
    chance = np.where(hurt & (walkers.stage == world.USAGE), world.PAIN_LOSS, chance)
    changing = np.where(visit.started_at < world.CHANGE_AT, *world.CHANGE_LOSSES)
    chance = np.where(walkers.stage == world.CHANGE_STAGE, changing, chance)
    chance = chance * np.where(walkers.is_coached, world.COACH_FACTOR, 1.0)
    counted_stage = np.where(extra, world.SUPPORT, walkers.stage)
    group = (walkers.persona * 10 + counted_stage) * 2 + (visit.first_step > world.LOOK)
    return evenly(chance, (group, visit.started_at), rng)


def evenly(chance: Array, groups: tuple[Array, Array], rng: np.random.Generator) -> Array:
    """Systematic sampling: each row is taken with its chance, groups in their exact share."""
    order = np.lexsort(groups[::-1])
    reached = np.cumsum(chance[order]) + rng.random()
    taken = np.empty(len(chance), dtype=bool)
    taken[order] = np.floor(reached) > np.floor(reached - chance[order])
    return taken


def _go_on(walkers: Walkers, leaves: Array, trail: Trail, rng: np.random.Generator) -> Walkers:
    """Those who stay move on to a stage, or to the goal; some who left come back later."""
    move = draw(rng, np.array(world.MOVES)[walkers.persona, walkers.stage])
    wins = ~leaves & (walkers.stage == world.PURCHASE) & (move != world.CONSIDERATION)
    trail.step(walkers, wins, np.full(len(move), NUMBER[world.MILESTONE]))
    reaches = ~leaves & (move == GOAL_MOVE)
    trail.step(walkers, reaches, np.full(len(move), NUMBER[world.GOAL]))
    luck = rng.random(len(move))
    returns = leaves & (luck < world.RETURNS)
    repeats = reaches & (luck < world.REPEATS)
    stage = np.array(world.RETURN_STAGES)[rng.integers(0, len(world.RETURN_STAGES), len(move))]
    walkers.stage = np.where(returns, stage, np.where(repeats, world.REPEAT_STAGE, move))
    _wait(walkers, returns, world.RETURN_DAYS, rng)
    _wait(walkers, repeats, world.REPEAT_DAYS, rng)
    return walkers.only(returns | repeats | ~(leaves | reaches))


def _wait(walkers: Walkers, who: Array, days: tuple[int, int], rng: np.random.Generator) -> None:
    pause = (rng.uniform(*days, len(who)) * world.DAY).astype(np.int64) + world.DAY
    later = at_their_hour(walkers.clock + pause, walkers.persona, rng)
    walkers.clock = np.where(who, later, walkers.clock)
    walkers.is_fresh |= who
    walkers.is_coached &= ~who


def _table(rows: tuple[tuple[str, ...], ...], width: int) -> Array:
    """Touchpoint numbers, filled up with -1."""
    table = np.full((len(rows), width), -1)
    for number, names in enumerate(rows):
        table[number, : len(names)] = [NUMBER[name] for name in names]
    return table


SCRIPT = np.stack([_table(rows, SLOTS) for rows in world.SCRIPTS])
WANDER = _table(world.WANDERERS, SLOTS)
WANDER_COUNT = np.array([max(len(names), 1) for names in world.WANDERERS])
