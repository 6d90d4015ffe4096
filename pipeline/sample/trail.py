"""The record of a walk: where each customer stands, and every step made so far."""

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from pipeline.sample import world
from pipeline.sample.population import Array, at_their_hour

STAGE_OF = np.array([stage for stage, _, _ in world.TOUCHPOINTS.values()])
IS_ONLINE = np.array([source == "web" for _, source, _ in world.TOUCHPOINTS.values()])
IS_TICKET = np.array([source == "support" for _, source, _ in world.TOUCHPOINTS.values()])
IS_SURVEYED = np.array([name in world.SURVEYED for name in world.NAMES])
EVENTS_PER_STEP, EVENTS_LIMIT = 3.4, 12  # mean of those online, and the most
SHORTEST_PAUSE = world.HOUR  # between sessions: well above the timeout
LATEST_HOUR = 23
SAME_SESSION = np.array([world.SAME_SESSION_FIRST, world.SAME_SESSION_LATER])
GAP_DAYS = np.array([world.GAP_DAYS_FIRST, world.GAP_DAYS_LATER])


@dataclass
class Walkers:
    """Where the customers who are still on their way stand; all arrays are of one length."""

    customer: Array
    persona: Array
    stage: Array
    clock: Array  # end of the last step; for the fresh, when the next begins
    steps: Array  # made so far, over all journeys
    touchpoint: Array  # of the last step, -1 before the first
    is_coached: Array  # met a coach in this journey
    is_fresh: Array  # about to begin a journey
    row: Array  # of the last step in the trail

    def only(self, keep: Array) -> "Walkers":
        """Those to keep, as new arrays."""
        return Walkers(**{item.name: getattr(self, item.name)[keep] for item in fields(self)})


class Trail:
    """All steps in the order they were made, to be sorted by customer and time at the end."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng, self.rows = rng, 0
        self.made: list[dict[str, Array]] = []
        self.surveys: list[dict[str, Array]] = []
        self.left: list[Array] = []

    def step(self, walkers: Walkers, who: Array, touchpoint: Array) -> None:
        """A step to `touchpoint` by those in `who`, whose clocks move to its end."""
        number = touchpoint[who]
        start, is_new_session = self._start(walkers, who, number)
        events = np.where(IS_ONLINE[number], self._events(len(number)), 1)
        seconds = (events - 1) * self.rng.integers(15, 150, len(number))
        seconds = np.where(IS_TICKET[number], self.rng.integers(240, 1500, len(number)), seconds)
        self._record(walkers, who, number, start, start + seconds, events, is_new_session)

    def last_starts(self) -> Array:
        """When the step just made by all began."""
        return self.made[-1]["started_at"]

    def close_visit(self, walkers: Walkers, leaves: Array) -> None:
        """Note who leaves, and let some answer a survey about their last step."""
        self.left.append(walkers.row[leaves])
        shares = np.where(leaves, world.SURVEY_LEAVES[0], world.SURVEY_STAYS[0])
        asked = IS_SURVEYED[walkers.touchpoint] & (self.rng.random(len(leaves)) < shares)
        low = np.where(leaves, world.SURVEY_LEAVES[1][0], world.SURVEY_STAYS[1][0])
        high = np.where(leaves, world.SURVEY_LEAVES[1][1], world.SURVEY_STAYS[1][1])
        score = self.rng.integers(low, high + 1)
        delay = np.where(asked, self.rng.integers(180, 1200, len(leaves)), 0)
        self.surveys.append(
            {"row": walkers.row[asked], "score": score[asked], "delay": delay[asked]}
        )
        walkers.clock = walkers.clock + delay

    def steps(self) -> pd.DataFrame:
        """One row per step that ended within the year, by customer and time.

        Columns: customer, persona, touchpoint, stage, started_at, ended_at (seconds, the answer of
        a survey included), events, is_new_session, leaves (lost after it), answer (score or -1),
        answer_delay (seconds from the step's last other event).
        """
        made = {name: np.concatenate([part[name] for part in self.made]) for name in self.made[0]}
        steps = pd.DataFrame(made)
        steps["leaves"], steps["answer"], steps["answer_delay"] = False, -1, 0
        steps.loc[np.concatenate(self.left), "leaves"] = True
        answers = {n: np.concatenate([part[n] for part in self.surveys]) for n in self.surveys[0]}
        steps.loc[answers["row"], "answer"] = answers["score"]
        steps.loc[answers["row"], "answer_delay"] = answers["delay"]
        steps["ended_at"] += steps["answer_delay"]
        steps = steps[steps["ended_at"] < world.END]
        return steps.sort_values(["customer", "started_at"], ignore_index=True)

    def _start(self, walkers: Walkers, who: Array, number: Array) -> tuple[Array, Array]:
        """When each next step begins, and whether in a session of its own."""
        last, clock, persona = walkers.touchpoint[who], walkers.clock[who], walkers.persona[who]
        is_early, is_fresh = walkers.steps[who] < world.LOOK, walkers.is_fresh[who]
        stays = IS_ONLINE[number] & IS_ONLINE[last] & (number != last) & ~is_fresh
        stays &= self.rng.random(len(number)) < np.where(is_early, *SAME_SESSION[:, persona])
        later = self._later(clock, persona, np.where(is_early, *GAP_DAYS[:, persona]))
        start = np.where(stays, clock + self.rng.integers(60, 480, len(number)), later)
        return np.where(is_fresh, clock, start), ~stays

    def _later(self, clock: Array, persona: Array, days: Array) -> Array:
        """The start of a new session: some hours later, or on a later day at the usual hour."""
        gap = np.exp(self.rng.normal(np.log(days), world.GAP_SPREAD)).clip(0, world.GAP_LIMIT_DAYS)
        soon = clock + (gap * world.DAY).astype(np.int64)
        usual = at_their_hour(soon, persona, self.rng)
        usual = usual + np.where(usual < clock + SHORTEST_PAUSE, world.DAY, 0)
        soon = np.maximum(soon, clock + SHORTEST_PAUSE)
        same_day = (gap < world.SHORT_GAP_DAYS) & (soon % world.DAY < LATEST_HOUR * world.HOUR)
        same_day &= soon // world.DAY == clock // world.DAY
        return np.where(same_day, soon, usual)

    def _events(self, count: int) -> Array:
        return self.rng.geometric(1 / EVENTS_PER_STEP, count).clip(1, EVENTS_LIMIT)

    def _record(
        self,
        walkers: Walkers,
        who: Array,
        number: Array,
        start: Array,
        end: Array,
        events: Array,
        is_new_session: Array,
    ) -> None:
        self.made.append(
            {
                "customer": walkers.customer[who],
                "persona": walkers.persona[who],
                "touchpoint": number,
                "stage": STAGE_OF[number],
                "started_at": start,
                "ended_at": end,
                "events": events,
                "is_new_session": is_new_session,
            }
        )
        walkers.row[who] = self.rows + np.arange(len(number))
        self.rows += len(number)
        walkers.clock[who], walkers.touchpoint[who] = end, number
        walkers.steps[who] += 1
        walkers.is_fresh[who] = False
