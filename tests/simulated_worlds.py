"""Worlds whose drop-off rates are known, all in one warehouse: a world is a segment.

A journey goes from touchpoint to touchpoint: at each it is lost for good with its stage's chance,
else goes on within the time to give up: to either touchpoint of the stage, of the one before or
after, or from the last to the goal. Both touchpoints of a stage have the same chances, so a visit
to the stage is lost with the chance lost / (lost + left), whatever it entered by.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import runs
from pipeline.settings import read_settings
from pipeline.warehouse import Options

STAGES, GIVE_UP, STARTS_WITHIN, HORIZON = 3, 20, 150, 180  # days
FIRST_DAY = pd.Timestamp("2025-01-01")
SETTINGS = """
sources:
  - {{name: web, kind: web, path: events.parquet, timezone: UTC, time: time, event: event,
     identifiers: {{customer: customer}}, columns: {{world: world}}, covers_until: {until}}}
stages:
{stages}  - {{stage: goal, touchpoints: [{{touchpoint: goal, where: "event = 'goal'"}}]}}
journey: {{goal: goal, give_up_after: {give_up} days, within: 60 days}}
personas: {{between: [2, 2]}}
segments: [world]
"""


@dataclass(frozen=True)
class Worlds:
    """lost, stay and back by (world, stage): chances of one step; the rest goes on."""

    lost: np.ndarray
    stay: np.ndarray
    back: np.ndarray

    def truth(self) -> pd.DataFrame:
        """world, level, node, rate: the drop-off rate by its definition."""
        rows = []
        for world in range(len(self.lost)):
            for stage in range(STAGES):
                lost, stay = self.lost[world, stage], self.stay[world, stage]
                rows += [(world, "touchpoint", f"s{stage} {side}", lost) for side in "ab"]
                rows.append((world, "stage", f"s{stage}", lost / (1 - stay)))
        return pd.DataFrame(rows, columns=["world", "level", "node", "rate"])


def made_worlds(count: int, seed: int = 5) -> Worlds:
    dice = np.random.default_rng(seed)
    shape = (count, STAGES)
    back = dice.uniform(0.0, 0.15, shape)
    back[:, 0] = 0
    return Worlds(dice.uniform(0.05, 0.4, shape), dice.uniform(0.1, 0.3, shape), back)


def events_of(worlds: Worlds, customers: int, seed: int = 6) -> pd.DataFrame:
    """customer, world, event, time of all worlds at once; nothing after the horizon."""
    dice = np.random.default_rng(seed)
    world = np.repeat(np.arange(len(worlds.lost)), customers)
    customer = np.arange(len(world))
    day = dice.uniform(0, STARTS_WITHIN, len(world))
    stage = np.zeros(len(world), dtype=int)
    found = []
    while len(world):
        seen = day <= HORIZON
        world, customer, day, stage = (part[seen] for part in (world, customer, day, stage))
        side = np.where(dice.random(len(world)) < 0.5, "a", "b")
        name = np.char.add(np.char.add("s", stage.astype(str)), np.char.add(" ", side))
        name = np.where(stage == STAGES, "goal", name)
        found.append(
            pd.DataFrame({"customer": customer, "world": world, "event": name, "day": day})
        )
        goes_on = stage < STAGES
        world, customer, day, stage = (part[goes_on] for part in (world, customer, day, stage))
        lost, stay, back = (
            chance[world, stage] for chance in (worlds.lost, worlds.stay, worlds.back)
        )
        chance = dice.random(len(world))
        step = np.select(
            [chance < lost, chance < lost + stay, chance < lost + stay + back], [9, 0, -1], 1
        )
        waits = dice.uniform(0.1, GIVE_UP - 1, len(world))
        kept = step != 9
        world, customer = world[kept], customer[kept]
        day, stage = (day + waits)[kept], (stage + step)[kept]
    events = pd.concat(found, ignore_index=True)
    events["time"] = FIRST_DAY + pd.to_timedelta(
        (events["day"] * 86400e6).astype("int64"), unit="us"
    )
    return events.astype({"customer": str, "world": str})[["customer", "world", "event", "time"]]


def warehouse_of(worlds: Worlds, customers: int, folder: Path) -> Path:
    """The published warehouse of all these worlds, made by a run."""
    folder.mkdir(exist_ok=True, parents=True)
    events_of(worlds, customers).to_parquet(folder / "events.parquet")
    stages = "".join(
        f"  - stage: s{stage}\n    touchpoints:\n"
        + "".join(
            f"      - {{touchpoint: s{stage} {side}, where: \"event = 's{stage} {side}'\"}}\n"
            for side in "ab"
        )
        for stage in range(STAGES)
    )
    until = FIRST_DAY + pd.Timedelta(days=HORIZON)
    text = SETTINGS.format(stages=stages, until=f"{until:%Y-%m-%d}", give_up=GIVE_UP)
    (folder / "journeys.yml").write_text(text)
    runs.run(read_settings(folder / "journeys.yml"), folder / "w.duckdb", Options())
    return folder / "w.duckdb"
