"""The sample of the repository, counted by hand."""

import count_by_hand as hand
import pandas as pd
import pytest
from count_by_hand import SAMPLE, TRUTH


@pytest.fixture(scope="session")
def events() -> pd.DataFrame:
    return hand.with_customers(hand.events_of(SAMPLE), SAMPLE)


@pytest.fixture(scope="session")
def steps(events: pd.DataFrame) -> pd.DataFrame:
    persona = events.assign(persona=events["identifier"].map(TRUTH["personas"]))
    steps = hand.steps_of(events)
    return steps.assign(
        persona=steps["customer"].map(persona.groupby("customer")["persona"].first())
    )


@pytest.fixture(scope="session")
def visits(events: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    visits = hand.visits_of(steps, hand.horizon_of(events))
    return visits.assign(
        persona=visits["customer"].map(steps.groupby("customer")["persona"].first())
    )


@pytest.fixture(scope="session")
def web() -> pd.DataFrame:
    return pd.read_csv(SAMPLE / "web_events.csv.gz", dtype=str, keep_default_na=False)
