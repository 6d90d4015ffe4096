"""Small worlds with one thing planted in them, or nothing: what the findings must say of them.

Everyone begins at one of the two touchpoints of the first of four stages, by some channel and on
some device. After each step a customer is lost, stays in the stage, goes back one, or goes on; from
the last stage to the goal. Both touchpoints of a stage have the same chances, and so has every
stage: there is nothing to be found, unless a knob says so. All customers take their next step at
once.
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from pipeline.assumed_map import assumed_map_step
from pipeline.build import build
from pipeline.database import open_warehouse
from pipeline.inputs import parameters, write_inputs
from pipeline.models import in_order, read_models
from pipeline.settings import Settings, read_settings

STAGES = ("see", "try", "buy", "use")
DEVICES, CHANNELS = ("desktop", "mobile", "tablet"), ("search", "mail", "referral")
FIRST_DAY = pd.Timestamp("2025-01-06")  # a Monday
WEEKS, GIVE_UP = 40, 15  # days of silence
LOST, STAYS, BACK = 0.15, 0.25, 0.08
SETTINGS = """
sources:
  - {{name: web, kind: web, path: none.csv, timezone: UTC, time: time, event: event,
     identifiers: {{customer: customer}}, columns: {{device: device, channel: channel}}}}
stages:
{stages}  - {{stage: done, touchpoints: [{{touchpoint: goal, where: "event = 'goal'"}}]}}
journey: {{goal: goal, give_up_after: {give_up} days, within: 60 days}}
segments: [channel, device]
"""
STAGE = """  - stage: {0}
    touchpoints:
      - {{touchpoint: {0} a, where: "event = '{0} a'"}}
      - {{touchpoint: {0} b, where: "event = '{0} b'"}}
"""


@dataclass(frozen=True)
class World:
    """The knobs. Weeks are counted from 0; a stage or touchpoint is told by its name."""

    customers: int = 3000
    personas: int = 1  # told by chance; with two, a leak is only the second's
    leak: tuple[str, float] | None = None  # stage, chance to be lost there
    loop: tuple[str, str, int, float] | None = None  # device, touchpoint, from week, chance to stay
    bad_week: tuple[str, int, float] | None = None  # stage, week, chance to be lost
    outage: tuple[str, int, int] | None = None  # touchpoint, first and last week nobody gets there
    campaign: tuple[int, int, float] | None = None  # first, last week, share lost at first contact


@dataclass
class Walkers:
    """Everyone who still takes steps."""

    customer: np.ndarray
    day: np.ndarray
    stage: np.ndarray
    side: np.ndarray

    def only(self, kept: np.ndarray) -> "Walkers":
        return Walkers(*(part[kept] for part in vars(self).values()))


@dataclass
class People:
    """Who they are: numbers of device, channel and persona, by customer."""

    device: np.ndarray
    channel: np.ndarray
    persona: np.ndarray
    names: tuple[str, ...] = field(default=(*CHANNELS, "campaign"))


def steps_of(world: World, seed: int) -> pd.DataFrame:
    """customer, day, touchpoint (its number), device, channel: one row per step."""
    dice = np.random.default_rng(seed)
    people, walkers = _arrive(world, dice)
    found = []
    while len(walkers.customer):
        walkers = walkers.only(walkers.day < WEEKS * 7)
        found.append(
            pd.DataFrame({
                "customer": walkers.customer, "day": walkers.day,
                "touchpoint": walkers.stage * 2 + walkers.side + 1,
                "device": np.array(DEVICES)[people.device[walkers.customer]],
                "channel": np.array(people.names)[people.channel[walkers.customer]],
                "persona": people.persona[walkers.customer],
            })
        )  # fmt: skip
        walkers = _step(world, people, walkers, dice)
    return pd.concat(found, ignore_index=True)


def _arrive(world: World, dice: np.random.Generator) -> tuple[People, Walkers]:
    count = world.customers
    people = People(*(dice.integers(0, many, count) for many in (3, 3, world.personas)))
    day = dice.uniform(0, WEEKS * 7, count)
    if world.campaign:
        first, last, _ = world.campaign
        day[: count // 10] = dice.uniform(first * 7, last * 7 + 7, count // 10)
        people.channel[: count // 10] = len(CHANNELS)
    return people, Walkers(
        np.arange(count), day, np.zeros(count, dtype=int), dice.integers(0, 2, count)
    )


def _lost(world: World, people: People, walkers: Walkers) -> np.ndarray:
    """The chance to be lost after this step."""
    lost = np.full(len(walkers.customer), LOST)
    week = walkers.day // 7
    if world.leak:
        leaks = people.persona[walkers.customer] == world.personas - 1
        lost[leaks & (walkers.stage == STAGES.index(world.leak[0]))] = world.leak[1]
    if world.bad_week:
        stage, bad, chance = world.bad_week
        lost[(walkers.stage == STAGES.index(stage)) & (week == bad)] = chance
    if world.campaign:
        is_campaign = people.channel[walkers.customer] == len(CHANNELS)
        lost[is_campaign & (walkers.stage == 0)] = world.campaign[2]
    return lost


def _step(world: World, people: People, walkers: Walkers, dice: np.random.Generator) -> Walkers:
    """Where those go who are not at the goal and not lost."""
    count = len(walkers.customer)
    lost = _lost(world, people, walkers)
    luck = dice.random(count)
    move = np.select([luck < lost, luck < lost + STAYS, luck < lost + STAYS + BACK], [9, 0, -1], 1)
    move = np.where((move == -1) & (walkers.stage == 0), 1, move)
    side = dice.integers(0, 2, count)
    if world.loop:
        device, touchpoint, since, chance = world.loop
        stage, own = _place(touchpoint)
        is_there = (walkers.stage == stage) & (walkers.side == own)
        is_there &= people.device[walkers.customer] == DEVICES.index(device)
        loops = is_there & (walkers.day >= since * 7) & (move != 9) & (dice.random(count) < chance)
        move, side = np.where(loops, 0, move), np.where(loops, own, side)
    stage = np.where(move == 9, 0, walkers.stage + move)
    side = np.where(stage == len(STAGES), 0, side)
    day = walkers.day + dice.uniform(0.5, 6, count)
    if world.outage:
        touchpoint, first, last = world.outage
        place, own = _place(touchpoint)
        is_out = (stage == place) & (day // 7 >= first) & (day // 7 <= last)
        side = np.where(is_out, 1 - own, side)
    kept = (walkers.stage < len(STAGES)) & (move != 9)
    return Walkers(walkers.customer, day, stage, side).only(kept)


def _place(touchpoint: str) -> tuple[int, int]:
    stage, side = touchpoint.split()
    return STAGES.index(stage), "ab".index(side)


def findings_of(world: World, seed: int, folder: Path) -> duckdb.DuckDBPyConnection:
    """A warehouse in memory with all that the findings need, made by the pipeline's own files."""
    settings = _settings(folder)
    connection = open_warehouse(":memory:")
    until = FIRST_DAY + pd.Timedelta(weeks=WEEKS)
    write_inputs(connection, settings, until.to_pydatetime().replace(tzinfo=None), None)
    _fill(connection, steps_of(world, seed), until)
    bound = parameters(settings, None)
    assumed_map_step().run(connection, bound)  # there is none, so its tables are empty
    build(connection, _needed(), bound)
    return connection


@cache
def _settings(folder: Path) -> Settings:
    file = folder / "journeys.yml"
    stages = "".join(STAGE.format(stage) for stage in STAGES)
    file.write_text(SETTINGS.format(stages=stages, give_up=GIVE_UP))
    return read_settings(file)


@cache
def _needed() -> list[object]:
    """The tables that findings.findings is made from, below those that are filled here."""
    models, wanted = {model.name: model for model in read_models()}, {"findings.findings"}
    while more := {
        name for table in wanted for name in models[table].reads
        if name in models and name not in wanted and name.split(".")[0] not in ("core", "personas")
    } - {"journeys.all_steps"}:  # fmt: skip
        wanted |= more
    return [part for part in in_order(models.values()) if part.name in wanted]


def _fill(connection: duckdb.DuckDBPyConnection, steps: pd.DataFrame, until: pd.Timestamp) -> None:
    """What the pipeline makes of raw exports before the steps: one session, one event each."""
    steps = steps.sort_values(["customer", "day"], ignore_index=True)
    steps["number"] = np.arange(1, len(steps) + 1)
    steps["moment"] = FIRST_DAY + pd.to_timedelta(
        (steps["day"] * 86400e6).astype("int64"), unit="us"
    )
    connection.register("made", steps)
    connection.execute("""
        create table core.events as select number as event_id, customer as customer_id,
            moment as occurred_at, 'web' as source, false as is_left_out, null::varchar as page,
            channel, device, null::double as score, null::varchar as score_scale from made;
        create table journeys.all_steps as select customer as customer_id,
            number as first_event_number, number as first_event_id, number as session_id,
            touchpoint::integer as touchpoint_number, moment as started_at, moment as ended_at,
            1::bigint as events, null::double as value, null::double as score from made;
        create table run.segment_values as
            select number as session_id, number as event_number, unnest(['device', 'channel'])
                as segment, unnest([device, channel]) as segment_value from made;
        create table run.customers as select distinct customer as customer_id from made;
        create table run.customers_to_judge as from run.customers;
        create table run.texts (event_id bigint, customer_id bigint, language varchar,
            sentiment double, is_unhappy boolean);
        create table personas.assignments as
            select distinct customer as customer_id, 'p' || (persona + 1) as persona_id from made;
        create table run.persona_names as
            select distinct persona_id, null::varchar as name, 0.5 as silhouette
            from personas.assignments;
        create table personas.profiles as from run.persona_names;
        create table core.attributes
            (customer_id bigint, attribute varchar, value varchar);
        create table run.chain as
            select level, persona_id, node, 0.4 as conversion_probability, 0.3 as conversion_low,
                0.5 as conversion_high
            from run.nodes cross join (values ('all'), ('p1'), ('p2')) as who (persona_id);
    """)
    connection.execute(
        "create table core.horizon as select ?::timestamp as horizon,"
        " min(moment) as first_event_at, max(moment) as last_event_at from made",
        [until],
    )
    connection.unregister("made")
