"""Every dirt is in the exports just as often as truth.json says."""

import pandas as pd
import pytest
from count_by_hand import SAMPLE, TRUTH

from pipeline.sample import world

pytestmark = pytest.mark.xdist_group("sample")
DIRT = TRUTH["dirt"]


def test_events_are_delivered_twice(web: pd.DataFrame) -> None:
    again = web[web.duplicated("event_id")]
    assert len(again) == DIRT["delivered_twice"]["count"] > 500
    same = web[web["event_id"] == DIRT["delivered_twice"]["examples"][0]]
    assert len(same.drop(columns="received_at").drop_duplicates()) == 1


def test_events_arrive_weeks_late(web: pd.DataFrame) -> None:
    time = pd.to_datetime(web["occurred_at"], errors="coerce", format="%Y-%m-%d %H:%M:%S")
    late = pd.to_datetime(web["received_at"]) - time >= pd.Timedelta(days=14)
    assert web.loc[late, "event_id"].nunique() >= DIRT["arrives_late"]["count"] > 200
    assert set(DIRT["arrives_late"]["examples"]) <= set(web.loc[late, "event_id"])
    assert web["received_at"].is_monotonic_increasing


def test_times_are_unusable(web: pd.DataFrame) -> None:
    time = pd.to_datetime(web["occurred_at"], errors="coerce", format="%Y-%m-%d %H:%M:%S")
    assert time.isna().sum() == DIRT["unusable_times"]["count"] > 10


def test_ids_are_empty(web: pd.DataFrame) -> None:
    nobody = web[web["visitor_id"].isin(["", "null", "undefined"]) & (web["email"] == "")]
    assert len(nobody) == DIRT["empty_ids"]["count"] > 10


def test_bots_crawl(web: pd.DataFrame) -> None:
    crawls = web[web["user_agent"].str.contains("bot", case=False)]
    assert len(crawls) == DIRT["bots"]["count"] > 400
    assert not crawls["visitor_id"].map(lambda name: f"visitor:{name}" in TRUTH["personas"]).any()


def test_own_staff_look_around(web: pd.DataFrame) -> None:
    staff = web[web["email"].str.endswith("@fjord.example")]
    assert len(staff) == DIRT["own_staff"]["count"] > 200
    assert set(staff["email"]) == set(DIRT["own_staff"]["examples"])


def test_a_device_is_shared_by_more_than_a_person_can_have(web: pd.DataFrame) -> None:
    shared = web[web["visitor_id"] == DIRT["shared_device"]["examples"][0]]
    emails = shared.loc[shared["email"] != "", "email"]
    assert emails.nunique() == DIRT["shared_device"]["emails"] > 50
    assert (shared["email"] == "").sum() == DIRT["shared_device"]["events_alone"]


def test_visitors_sign_up_weeks_later(events: pd.DataFrame) -> None:
    signs = events[events["event"] == "signed up"].set_index("customer")["time"]
    waited = signs - events.groupby("customer")["time"].min().reindex(signs.index)
    late = waited > pd.Timedelta(days=14)
    assert abs(late.sum() - DIRT["late_sign_ups"]["count"]) <= 2


def test_contacts_are_entered_twice_in_other_letters() -> None:
    rows = pd.read_csv(SAMPLE / "crm_contacts.csv").drop_duplicates("contact_id")
    emails = rows.groupby(rows["email"].str.strip().str.lower())["email"].nunique()
    assert (emails == 2).sum() == DIRT["contacts_twice"]["count"] > 50


@pytest.mark.parametrize(
    ("file", "key", "kinds"),
    [
        ("crm_contacts.csv", "contact_id", ["contacts_again"]),
        ("crm_opportunities.csv", "opportunity_id", ["opportunities_again", "revoked_deals"]),
    ],
)
def test_crm_rows_come_again_changed(file: str, key: str, kinds: list[str]) -> None:
    rows = pd.read_csv(SAMPLE / file)
    assert not rows.duplicated().any()
    assert rows.duplicated(key).sum() == sum(DIRT[kind]["count"] for kind in kinds) > 200


def test_deals_are_revoked() -> None:
    rows = pd.read_csv(SAMPLE / "crm_opportunities.csv").sort_values("updated_at")
    stages = rows.groupby("opportunity_id")["stage"].agg(list)
    revoked = stages[stages.map(lambda names: names == ["Closed Won", "Closed Lost"])]
    assert revoked.index.tolist() == DIRT["revoked_deals"]["examples"]


@pytest.mark.parametrize("name", ["repeated_hour", "missing_hour"])
def test_notes_are_from_the_hour_of_the_clock_change(name: str) -> None:
    rows = pd.read_csv(SAMPLE / "crm_activities.csv")
    noted = {tuple(pair) for pair in DIRT[name]["examples"]}
    assert len(noted) == DIRT[name]["count"] > 0
    assert noted <= set(zip(rows["contact_id"], rows["happened_at"], strict=True))


def test_names_of_events_are_hostile(web: pd.DataFrame) -> None:
    names = DIRT["hostile_names"]["examples"]
    assert names == ["<script>alert(1)</script>", "customer's choice"]
    count = web.drop_duplicates("event_id")["event_name"].isin(names).sum()
    assert count == DIRT["hostile_names"]["count"] > 20


def test_dirt_is_a_named_constant_each() -> None:
    assert set(DIRT) >= {"delivered_twice", "bots", "own_staff", "shared_device"}
    assert TRUTH["constants"]["delivered_twice"] == world.DELIVERED_TWICE
