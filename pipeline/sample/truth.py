"""What a right analysis finds: rates counted here, with none of the pipeline's own queries."""

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from pipeline.sample import world
from pipeline.sample.chains import NUMBER, walk
from pipeline.sample.population import people

TRUTH_SEED, TRUTH_TIMES, TRUTH_BATCH = 2025, 100, 40_000
TRUTH_LEAST, TRUTH_MOST = 40_000, 400_000  # customers; beyond it the rates no longer move

Rates = dict[str, dict[str, float]]


def visits_of(steps: pd.DataFrame, horizon: int = world.END) -> pd.DataFrame:
    """One row per stage visit: persona, stage, is_mature, is_lost, is_after_look.

    `steps` as `chains.walk` makes them. A journey ends at the goal or before a silence longer than
    `GIVE_UP_AFTER`; a visit is a run of steps of one stage in one journey.
    """
    customer, stage = steps["customer"].to_numpy(), steps["stage"].to_numpy()
    started, ended = steps["started_at"].to_numpy(), steps["ended_at"].to_numpy()
    is_goal = steps["touchpoint"].to_numpy() == NUMBER[world.GOAL]
    first_of_customer = _differs(customer)
    silence = np.append(0, started[1:] - ended[:-1])
    after_silence = ~first_of_customer & (silence > world.GIVE_UP_AFTER)
    begins_journey = first_of_customer | after_silence | np.append(True, is_goal[:-1])
    begins_visit = begins_journey | _differs(stage)
    last = np.append(begins_visit[1:], True)
    ends_journey = np.append(begins_journey[1:], True)[last]
    falls_silent = np.append(after_silence[1:], False)[last]
    is_over = horizon - ended[last] > world.GIVE_UP_AFTER
    is_final = np.append(first_of_customer[1:], True)[last]
    number = np.arange(len(steps)) - np.maximum.accumulate(
        np.where(first_of_customer, np.arange(len(steps)), 0)
    )
    return pd.DataFrame(
        {
            "persona": steps["persona"].to_numpy()[last],
            "stage": stage[last],
            "is_mature": is_over,
            "is_lost": ends_journey & ~is_goal[last] & (falls_silent | (is_final & is_over)),
            "is_after_look": number[begins_visit] >= world.LOOK,
        }
    )


def counts_of(steps: pd.DataFrame) -> pd.DataFrame:
    """Mature visits and how many of them were lost, per persona, stage and side of the look."""
    visits = visits_of(steps)
    mature = visits[visits["is_mature"]].groupby(["persona", "stage", "is_after_look"])
    return mature["is_lost"].agg(["size", "sum"]).set_axis(["visits", "lost"], axis=1)


def many_counts(customers: int) -> pd.DataFrame:
    """The same over a hundred times as many customers as a sample of `customers` has.

    They are drawn with a seed of their own: the planted rates are the world's, not the sample's.
    """
    return _counts_over(min(max(customers * TRUTH_TIMES, TRUTH_LEAST), TRUTH_MOST))


@lru_cache(maxsize=4)
def _counts_over(wanted: int) -> pd.DataFrame:
    total = None
    for number, first in enumerate(range(0, wanted, TRUTH_BATCH)):
        rng = np.random.default_rng([TRUTH_SEED, number])
        counts = counts_of(walk(people(min(TRUTH_BATCH, wanted - first), first, rng), rng))
        total = counts if total is None else total.add(counts, fill_value=0)
    assert total is not None
    return total


def rates_of(counts: pd.DataFrame) -> tuple[Rates, Rates]:
    """Drop-off per persona and stage after the look, and per persona and for all everywhere."""
    after = counts[counts.index.get_level_values("is_after_look")]
    everyone = counts.groupby("stage").sum()
    stages = [world.STAGES[number] for number in everyone.index]
    all_rates = dict(zip(stages, _share_lost(everyone), strict=True))
    return _by_persona(after), {"all": all_rates, **_by_persona(counts)}


def _by_persona(counts: pd.DataFrame) -> Rates:
    rates: Rates = {name: {} for name in world.PERSONAS}
    sums = counts.groupby(["persona", "stage"]).sum()
    personas, stages = (sums.index.get_level_values(level) for level in (0, 1))
    for persona, stage, share in zip(personas, stages, _share_lost(sums), strict=True):
        rates[world.PERSONAS[persona]][world.STAGES[stage]] = share
    return rates


def _share_lost(sums: pd.DataFrame) -> list[float]:
    return [round(float(share), 4) for share in sums["lost"] / sums["visits"]]


def _differs(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.append(True, values[1:] != values[:-1])
