"""The coach against the community: who is lost after a stage visit, over many customers."""

import count_by_hand as hand
import numpy as np
import pandas as pd
import pytest
from count_by_hand import TRUTH

from pipeline.sample import world
from pipeline.sample.chains import walk
from pipeline.sample.population import people

pytestmark = pytest.mark.xdist_group("sample")


@pytest.fixture(scope="module")
def losses() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    walked = walk(people(40_000, 0, rng), rng)
    steps = pd.DataFrame(
        {
            "customer": walked["customer"],
            "touchpoint": np.array(world.NAMES)[walked["touchpoint"]],
            "stage": np.array(world.STAGES)[walked["stage"]],
            "start": pd.to_datetime(walked["started_at"], unit="s"),
            "end": pd.to_datetime(walked["ended_at"], unit="s"),
        }
    )
    visits = hand.visits_of(hand.in_journeys(steps), pd.Timestamp(world.END, unit="s"))
    following = visits.shift(-1)
    then = following["touchpoint"].where(following["journey"] == visits["journey"])
    met = then.where(then.isin([world.DECOY, world.MOMENT_OF_TRUTH]), "neither")
    lost = visits["lost"] | (following["lost"].eq(True) & (met != "neither"))
    persona = visits["customer"].map(walked.groupby("customer")["persona"].first())
    month = visits["start"] >= pd.Timestamp(world.CHANGE_AT, unit="s")
    return visits.assign(met=met, lost=lost, persona=persona, late=month)


def standardised(losses: pd.DataFrame) -> "pd.Series[float]":
    """The share lost for each of `met`, were all met in the same stages."""
    stages = losses[losses["stage"] != "support"]
    by = ["persona", "stage", "late"]
    weight = stages.groupby(by).size()
    share = stages.groupby([*by, "met"])["lost"].mean().unstack()
    return share.mul(weight, axis=0).sum() / weight.sum()


def test_a_coach_raises_the_odds(losses: pd.DataFrame) -> None:
    share = standardised(losses)
    assert share[TRUTH["moment_of_truth"]["touchpoint"]] < 0.45 * share["neither"]


def test_the_decoy_changes_nothing(losses: pd.DataFrame) -> None:
    share = standardised(losses)
    assert share[TRUTH["decoy"]["touchpoint"]] == pytest.approx(share["neither"], abs=0.02)


def test_the_decoy_looks_as_if_it_did(steps: pd.DataFrame) -> None:
    journeys = steps.groupby("journey")["touchpoint"].agg(set)
    converted = journeys.map(lambda met: world.GOAL in met)
    share = converted.groupby(journeys.map(lambda met: world.DECOY in met)).mean()
    assert share[True] > 2 * share[False]
