"""Personas are read from nothing that comes of them: three ways to catch it if they were."""

import random
from datetime import timedelta

import numpy as np
import pandas as pd
import proofs
import pytest
from graph_rows import START, made, warehouse
from hypothesis import given, settings
from hypothesis import strategies as st
from test_features import features, step

from pipeline.build import create
from pipeline.models import read_model, sql_folder
from pipeline.personas.differences import COUNTS, Counted, over_all
from pipeline.personas.fitting import fit_personas
from pipeline.personas.model import Wanted, assign

LOOK, GOAL = 3, "goal"
PLACES = tuple("abcdefgh")
SEEDS, MOST_BY_CHANCE = 100, 9  # of 100 seeds; of a binomial with 5 %, 97 in 100 stay within


@given(
    st.lists(st.sampled_from("abc"), max_size=6), st.lists(st.sampled_from("abc"), max_size=4),
    st.sampled_from(["entry", "behaviour"]), st.sampled_from(["k-means", "markov mixture"]),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_the_goal_and_what_follows_leave_the_features_equal(before, after, read, method):
    """To the bit: with the goal and anything after it, or without."""
    names = [*before, GOAL, *after]
    steps = [
        step(
            n, name, START + timedelta(hours=7 * n), random.Random(n).choice([None, "paid", "mail"])
        )
        for n, name in enumerate(names, 1)
    ]
    told = {"columns": "*", "read": read, "method": method}
    assert features(steps, **told) == features(steps[: len(before)], **told)


# -- the null world: one chain moves everyone


def null_world(seed, customers=2000):
    """Frame of one row per step: which of the places it is at, and whether the customer is lost.

    Everyone is moved by the same chain, mostly onwards as through stages, and comes at the same
    hour: what personas are read from is where customers go and how long they wait.
    """
    rng = np.random.default_rng(seed)
    onwards = np.minimum(np.arange(len(PLACES)) + 1, len(PLACES) - 1)
    moves = 0.2 * rng.dirichlet(np.ones(len(PLACES)), size=len(PLACES))
    moves[np.arange(len(PLACES)), onwards] += 0.8
    moves, losses = moves.cumsum(axis=1), rng.uniform(0.1, 0.35, len(PLACES))
    losses[:LOOK] = 0.0  # or most personas would be of customers lost before they are told apart
    who, at, parts = np.arange(customers), np.zeros(customers, dtype=int), []
    days = np.zeros(customers)
    for number in range(1, 26):
        is_lost = rng.random(len(who)) < losses[at]
        parts.append(pd.DataFrame({
            "customer_id": who + 1, "journey_id": who + 1, "customer_step_number": number,
            "touchpoint": np.array(PLACES)[at], "is_lost": is_lost,
            "started_at": pd.Timestamp(START) + pd.to_timedelta(days, unit="D").as_unit("us"),
        }))  # fmt: skip
        who, at, days = who[~is_lost], at[~is_lost], days[~is_lost]
        days = days + rng.lognormal(0, 0.8, len(who))
        at = (rng.random(len(at))[:, None] > moves[at]).sum(axis=1).clip(max=len(PLACES) - 1)
    return pd.concat(parts, ignore_index=True)


def chance_of_difference(seed, read):
    """The p-value of the test over all stages, for three personas forced upon the world."""
    connection = warehouse({})
    connection.register("world", null_world(seed))
    connection.execute("insert into run.customers select distinct customer_id from world")
    connection.execute(
        "insert into journeys.steps by name select * exclude (is_lost),"
        " started_at as ended_at, customer_step_number as step_number from world"
    )
    connection.execute(
        "insert into journeys.moves by name select 'stage' as level, journey_id, customer_id,"
        " customer_step_number as move_number, touchpoint as from_node,"
        " case when is_lost then 'DROPPED' else 'on' end as to_node, true as is_mature,"
        " customer_step_number > ? as is_after_look, started_at from world",
        [LOOK],
    )
    bound = {"goal": GOAL, "look": LOOK, "timezone": "UTC", "persona_features": read,
             "persona_method": "k-means"}  # fmt: skip
    for name in ("walks", "behaviour", "features"):
        create(connection, read_model(sql_folder() / "personas" / f"{name}.sql"), bound)
    table = connection.execute("from personas.features").df()
    ids, places = assign(fit_personas(table, Wanted(number=3)), table)
    found = pd.DataFrame({"customer_id": ids, "persona_id": [f"p{place}" for place in places]})
    connection.register("found", found)
    connection.execute("insert into personas.assignments from found")
    counts = [Counted(*row) for row in connection.execute(COUNTS).fetchall()]
    p_value = over_all(counts)[3]
    return 1.0 if p_value is None else p_value


def test_one_chain_for_everyone_makes_no_persona_be_lost_more(prove):
    """Read from what is known at entry; by chance 5 % of the seeds say otherwise."""
    seeds = range(SEEDS if prove else 12)
    differ = sum(chance_of_difference(seed, "entry") < 0.05 for seed in seeds)
    if prove:
        proofs.write("personas of one chain", "entry, of 100 seeds", differ)
    assert differ <= (MOST_BY_CHANCE if prove else 3)


def test_personas_read_from_all_they_did_differ_by_construction(prove):
    """Which is why their differences are shown, and not tested."""
    seeds = range(SEEDS if prove else 10)
    differ = sum(chance_of_difference(seed, "behaviour") < 0.05 for seed in seeds)
    if prove:
        proofs.write("personas of one chain", "behaviour, of 100 seeds", differ)
    assert differ >= 0.8 * len(seeds)


# -- attributes


def attributes_of(converters, others, filled_converters, filled_others):
    """personas.attributes where so many of the customers have a profile."""
    steps, told = [], []
    for number in range(converters + others):
        is_converter = number < converters
        steps.append((number, 1, number, "a"))
        if is_converter:
            steps.append((number, 2, number, GOAL))
        rank = number if is_converter else number - converters
        if rank < (filled_converters if is_converter else filled_others):
            told.append((number, "profile", "cat"))
    connection = warehouse({
        "journeys.steps": steps, "core.attributes": told, "run.persona_attributes": [("profile",)],
    })  # fmt: skip
    connection.execute("drop table personas.attributes")
    return made(connection, "personas.attributes", "is_refused", goal=GOAL, min_group=5)


@pytest.mark.parametrize(
    ("filled_converters", "filled_others", "is_refused"),
    [
        (40, 0, True),
        (40, 20, False),
        (0, 100, True),
        (40, 100, False),
        (4, 0, False),
        (0, 0, False),
    ],
)
def test_an_attribute_that_tells_who_converted_is_refused(
    filled_converters, filled_others, is_refused
):
    assert attributes_of(50, 200, filled_converters, filled_others) == [(is_refused,)]


def test_few_customers_refuse_nothing():
    assert attributes_of(4, 200, 4, 0) == [(False,)]
