"""Who there is: customers, what they are like, and when they come in."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.sample import world

Array = npt.NDArray[Any]


def draw(rng: np.random.Generator, shares: Array) -> Array:
    """One column index per row of `shares`, each row being the chances of its columns."""
    chances = np.cumsum(shares, axis=1)
    luck = rng.random(len(shares))[:, None] * chances[:, -1:]
    return np.asarray((luck >= chances).sum(axis=1))


def people(count: int, first: int, rng: np.random.Generator) -> pd.DataFrame:
    """One row per customer, numbered from `first`; choices are codes into the tuples of `world`.

    Personas and arrivals are spread evenly rather than drawn one by one, so that a small sample
    shows the planted shares. `arrives_at` is in seconds since 1970, UTC.
    """
    persona = np.searchsorted(np.cumsum(world.PERSONA_SHARES), _spread(count, rng), side="right")
    persona = np.minimum(persona, len(world.PERSONAS) - 1)
    return pd.DataFrame(
        {
            "customer": np.arange(first, first + count),
            "persona": persona,
            "arrives_at": _arrivals(persona, rng),
            "channel": draw(rng, np.array(world.CHANNEL_SHARES)[persona]),
            "device": draw(rng, np.array(world.DEVICE_SHARES)[persona]),
            "company_size": draw(rng, np.array(world.SIZE_SHARES)[persona]),
            "industry": draw(rng, np.array(world.INDUSTRY_SHARES)[persona]),
            "country": draw(rng, np.tile(world.COUNTRY_SHARES, (count, 1))),
            "has_second_device": rng.random(count) < world.SECOND_DEVICE,
            "signs_up_late": rng.random(count) < world.SIGNS_UP_LATE,
            "early_sign_up_step": rng.integers(1, world.LOOK + 1, count),
        }
    )


def at_their_hour(
    moment: Array,
    persona: Array,
    rng: np.random.Generator,
    weekend_free: tuple[float, ...] = world.WEEKEND_FREE,
) -> Array:
    """Each moment moved to an hour, and off a weekend, as is usual for the persona."""
    day = moment // world.DAY
    weekday = (day + 3) % 7  # 1970 began on a Thursday
    waits = (weekday >= 5) & (rng.random(len(day)) < np.array(weekend_free)[persona])
    day = day + np.where(waits, 7 - weekday, 0)
    mean, spread = np.array(world.HOURS).T
    hour = np.clip(rng.normal(mean[persona], spread[persona]), 5.5, 22.0)
    return np.asarray(day * world.DAY + (hour * world.HOUR).astype(np.int64))


def _arrivals(persona: Array, rng: np.random.Generator) -> Array:
    """Spread evenly over the year within each persona."""
    share = np.empty(len(persona))
    for number in range(len(world.PERSONAS)):
        members = np.flatnonzero(persona == number)
        share[members] = _spread(len(members), rng)
    moment = world.BEGIN + (share * (world.END - world.BEGIN)).astype(np.int64)
    return at_their_hour(moment, persona, rng, weekend_free=(1.0, 1.0, 1.0))


def _spread(count: int, rng: np.random.Generator) -> Array:
    """Numbers from 0 to 1, one in each of `count` equal parts, shuffled."""
    return (rng.permutation(count) + rng.random(count)) / max(count, 1)
