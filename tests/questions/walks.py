"""Small warehouses of journeys written as walks, and the answers that loops give about them."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import duckdb

from pipeline.database import open_warehouse

START = datetime(2025, 3, 3, 12)
HORIZON = START + timedelta(days=100)
GIVE_UP = timedelta(days=10)
TABLES = """
create table journeys.steps (journey_id bigint, step_number bigint, customer_id bigint,
    customer_step_number bigint, touchpoint varchar, next_touchpoint varchar,
    started_at timestamp, ended_at timestamp, is_mature boolean);
create table journeys.journeys (journey_id bigint, customer_id bigint, outcome varchar,
    steps bigint, last_step_at timestamp);
create table journeys.sequences (journey_id bigint, customer_id bigint, path varchar, steps bigint);
create table personas.assignments (customer_id bigint, persona_id varchar);
create table core.horizon (horizon timestamp);
"""


@dataclass
class Step:
    touchpoint: str
    started_at: datetime
    ended_at: datetime
    number: int = 0  # of the customer

    @property
    def is_mature(self) -> bool:
        return HORIZON - self.ended_at > GIVE_UP


@dataclass
class Journey:
    journey_id: int
    customer_id: int
    outcome: str
    steps: list[Step] = field(default_factory=list)

    @property
    def path(self) -> str:
        names = [step.touchpoint for step in self.steps]
        changes = [name for at, name in enumerate(names) if names[at + 1 : at + 2] != [name]]
        return " > ".join(changes)


def walk(text: str, customer: int = 1, *, first_day: float = 0, gap: float = 1) -> Journey:
    """ "a b c converted": one step each `gap` days, each of one hour."""
    *names, outcome = text.split()
    hour = timedelta(hours=1)
    days = [START + timedelta(days=first_day + gap * at) for at in range(len(names))]
    steps = [Step(name, day, day + hour) for name, day in zip(names, days, strict=True)]
    return Journey(0, customer, outcome, steps)


def random_journeys(seed: int, count: int = 60, names: str = "abcd") -> list[Journey]:
    """Journeys of a few customers that loop, return and end in every way."""
    dice = random.Random(seed)
    found = []
    for _ in range(count):
        steps = " ".join(dice.choice(names) for _ in range(dice.randint(1, 8)))
        outcome = dice.choice(["converted", "dropped", "open"])
        late = 88 if outcome == "open" else dice.uniform(0, 60)
        found.append(
            walk(
                f"{steps} {outcome}", dice.randint(1, 25), first_day=late, gap=dice.uniform(0.1, 3)
            )
        )
    return found


def numbered(journeys: list[Journey]) -> list[Journey]:
    """With ids, and each customer's steps numbered in order; journeys that overlap are left out."""
    last: dict[int, Step] = {}
    kept: list[Journey] = []
    for journey in sorted(journeys, key=lambda journey: journey.steps[0].started_at):
        before = last.get(journey.customer_id)
        if before and before.ended_at >= journey.steps[0].started_at:
            continue
        kept.append(journey)
        journey.journey_id = len(kept)
        for step in journey.steps:
            before = last.get(journey.customer_id)
            step.number = before.number + 1 if before else 1
            last[journey.customer_id] = step
    return kept


def warehouse(journeys: list[Journey], personas: Any = ()) -> duckdb.DuckDBPyConnection:
    connection = open_warehouse(":memory:")
    connection.execute(TABLES)
    connection.execute("insert into core.horizon values (?)", [HORIZON])
    steps = [
        (
            journey.journey_id, at, journey.customer_id, step.number, step.touchpoint,
            journey.steps[at].touchpoint if at < len(journey.steps) else None,
            step.started_at, step.ended_at, step.is_mature,
        )
        for journey in journeys
        for at, step in enumerate(journey.steps, 1)
    ]  # fmt: skip
    rows = {
        "journeys.steps": steps,
        "journeys.journeys": [
            (j.journey_id, j.customer_id, j.outcome, len(j.steps), j.steps[-1].ended_at)
            for j in journeys
        ],
        "journeys.sequences": [
            (j.journey_id, j.customer_id, j.path, len(j.path.split(" > "))) for j in journeys
        ],
        "personas.assignments": list(personas),
    }
    for table, found in rows.items():
        if found:
            marks = ", ".join("?" * len(found[0]))
            connection.executemany(f"insert into {table} values ({marks})", found)
    return connection
