"""What truth.json tells is what a count of the exports finds."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from count_by_hand import SAMPLE, TRUTH

from pipeline.sample import words

pytestmark = pytest.mark.xdist_group("sample")


def wilson(lost: int, total: int) -> tuple[float, float]:
    z = 1.959964
    share = lost / total
    middle = (share + z * z / 2 / total) / (1 + z * z / total)
    half = z * np.sqrt(share * (1 - share) / total + z * z / 4 / total**2) / (1 + z * z / total)
    return middle - half, middle + half


def missed(counts: pd.DataFrame, planted: dict[Any, float]) -> dict[Any, tuple[float, float]]:
    """Planted rates beyond both their 95 % interval and two points, with the counted ones."""
    found = {}
    for key, (total, lost) in zip(counts.index, counts.to_numpy(), strict=True):
        low, high = wilson(lost, total)
        if not (low <= planted[key] <= high or abs(planted[key] - lost / total) <= 0.02):
            found[key] = (planted[key], lost / total)
    return found


def test_every_identifier_of_a_customer_has_a_persona(events: pd.DataFrame) -> None:
    kinds = ("visitor", "email", "contact")
    seen = {f"{kind}:{name}" for kind in kinds for name in events[kind].dropna()}
    assert seen - TRUTH["personas"].keys() == {"visitor:v-stand"}


def test_identifiers_join_into_the_planted_customers(events: pd.DataFrame) -> None:
    known = events[events["customer"] >= 0]
    persona = known["identifier"].map(TRUTH["personas"])
    assert known["customer"].nunique() == TRUTH["customers"]
    assert persona.groupby(known["customer"]).nunique().max() == 1


def test_every_rate_by_persona_is_met_after_the_look(visits: pd.DataFrame) -> None:
    after = visits[visits["number"] > 3]
    counts = after.groupby(["persona", "stage"])["lost"].agg(["size", "sum"])
    planted = {(p, s): rate for p, of in TRUTH["drop_off"].items() for s, rate in of.items()}
    assert len(counts) == len(planted) == 21
    assert missed(counts, planted) == {}


def test_every_rate_of_everyone_is_met(visits: pd.DataFrame) -> None:
    counts = visits.groupby("stage")["lost"].agg(["size", "sum"])
    assert len(counts) == 7
    assert missed(counts, TRUTH["drop_off_all"]["all"]) == {}


def test_every_rate_by_persona_over_all_visits_is_met(visits: pd.DataFrame) -> None:
    counts = visits.groupby(["persona", "stage"])["lost"].agg(["size", "sum"])
    told = TRUTH["drop_off_all"].items()
    planted = {(p, s): rate for p, of in told for s, rate in of.items()}
    assert missed(counts, planted) == {}


def test_a_stage_changes_from_one_month_on(visits: pd.DataFrame) -> None:
    change = TRUTH["change"]
    there = visits[visits["stage"] == change["stage"]]
    month = there["start"].dt.strftime("%Y-%m")
    monthly = there.groupby(month)["lost"].agg(["size", "mean"])
    after = monthly.index >= change["month"]
    before_rate, after_rate = there.groupby(month >= change["month"])["lost"].mean()
    assert monthly["size"].min() >= 150
    assert after.sum() >= 4  # the month itself, and three mature ones after it
    assert [before_rate, after_rate] == pytest.approx(change["rates"], abs=0.02)


def test_the_pain_point_is_by_far_the_largest_excess(visits: pd.DataFrame) -> None:
    counts = visits.groupby(["persona", "touchpoint"])["lost"].agg(["size", "sum"])
    others = counts.groupby("touchpoint").transform("sum") - counts
    usual = (others["sum"] / others["size"]).fillna(0)
    excess = (counts["sum"] - counts["size"] * usual).sort_values(ascending=False)
    pain = TRUTH["pain_point"]
    assert excess.index[0] == (pain["persona"], pain["touchpoint"])
    assert excess.iloc[0] > 1.5 * excess.iloc[1]


def test_unhappy_answers_come_before_leaving(
    events: pd.DataFrame, steps: pd.DataFrame, visits: pd.DataFrame
) -> None:
    lines = (SAMPLE / "surveys.ndjson").read_text(encoding="utf-8").splitlines()
    answers = events[events["source"] == "surveys"].assign(
        nps=[json.loads(x)["nps"] for x in lines]
    )
    ends = answers.merge(visits, left_on=["customer", "time"], right_on=["customer", "end"])
    score = ends.groupby("lost")["nps"].mean()
    assert score[False] > 7
    assert score[True] < 3


def test_angry_messages_come_before_leaving(events: pd.DataFrame, visits: pd.DataFrame) -> None:
    lines = [json.loads(x) for x in (SAMPLE / "support.ndjson").read_text("utf-8").splitlines()]
    angry = [line["message"] in words.ANGRY_MESSAGES for line in lines]
    closed = events[events["event"] == "ticket closed"].assign(angry=angry)
    ends = closed.merge(visits, left_on=["customer", "time"], right_on=["customer", "end"])
    assert ends.groupby("lost")["angry"].mean().tolist() == [0.0, 1.0]


def test_support_tickets_loop(steps: pd.DataFrame) -> None:
    tickets = steps[steps["touchpoint"] == "support ticket"]
    following = steps.groupby("journey")["touchpoint"].shift(-1).loc[tickets.index]
    assert (following == "support ticket").mean() > 0.25
