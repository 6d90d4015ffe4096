"""Personas show in how customers come in, and neither in attributes nor in counts alone."""

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler

from pipeline.sample import world
from pipeline.sample.chains import walk
from pipeline.sample.population import people

pytestmark = pytest.mark.xdist_group("sample")


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    return pd.DataFrame([rand_indices(seed) for seed in range(1, 11)])


def test_entry_and_first_steps_tell_them_for_ten_seeds(scores: pd.DataFrame) -> None:
    assert scores["entry"].min() >= 0.9


def test_attributes_alone_do_not(scores: pd.DataFrame) -> None:
    assert scores["attributes"].max() < 0.6


def test_event_counts_do_not(scores: pd.DataFrame) -> None:
    assert scores[["counts", "scaled_counts"]].to_numpy().max() < 0.7


def rand_indices(seed: int) -> dict[str, float]:
    """Adjusted Rand index of k-means against the planted personas, by what it is given."""
    rng = np.random.default_rng([seed, 0])
    who = people(2500, 0, rng)
    steps = walk(who, rng)
    steps["number"] = steps.groupby("customer").cumcount()
    steps = steps[steps.groupby("customer")["number"].transform("max") >= 2]
    who = who.set_index("customer").loc[steps["customer"].unique()]
    wide = steps[steps["number"] < 3].pivot(index="customer", columns="number")
    hours = [np.log((wide["started_at"][n] - wide["ended_at"][n - 1]) / 3600) for n in (1, 2)]
    hour = wide["started_at"][0] % world.DAY / world.DAY * 2 * np.pi
    numbers = pd.concat([np.sin(hour), np.cos(hour), *hours], axis=1).to_numpy()
    attributes = pd.get_dummies(who[["company_size", "industry"]].astype("str"))
    entry = pd.get_dummies(who[["channel", "device"]].astype("str"))
    first = pd.get_dummies(wide["touchpoint"].astype("str"))
    counts = pd.crosstab(steps["customer"], steps["touchpoint"], steps["events"], aggfunc="sum")
    given = {
        "entry": np.hstack([entry, first, attributes, StandardScaler().fit_transform(numbers)]),
        "attributes": attributes.to_numpy(),
        "counts": counts.fillna(0).to_numpy(),
        "scaled_counts": StandardScaler().fit_transform(counts.fillna(0)),
    }
    fit = {name: KMeans(3, n_init=2, random_state=1).fit_predict(x) for name, x in given.items()}
    return {name: adjusted_rand_score(who["persona"], found) for name, found in fit.items()}
