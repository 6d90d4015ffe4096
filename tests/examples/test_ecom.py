"""An online shop's clickstream: our sessions are the data's own, row by row.

Expected: rows, users and sessions from SOURCE.md; journeys counted from the raw file in pandas,
by loops and shifts that share nothing with the pipeline, and alike for either order of equal times.
"""

import pandas as pd
import pytest
import yaml
from real_data import CLONE, needs, run_example

pytestmark = needs("ecom")


@pytest.fixture(scope="module")
def ecom(tmp_path_factory):
    return run_example("ecom", tmp_path_factory.mktemp("ecom"))


@pytest.fixture(scope="module")
def visits(ecom):
    """One row per raw row, with the data's session beside ours."""
    raw = ecom.raw("ecom.csv.gz").assign(
        occurred_at=lambda rows: pd.to_datetime(rows["timestamp"]).astype("datetime64[us]")
    )
    ours = ecom.table(
        "select identifier as user_id, event, occurred_at, events.session_id as found_id "
        "from core.events as events join core.identities using (customer_id)"
    )
    return raw.merge(ours, how="left", on=["user_id", "event", "occurred_at"], validate="m:1")


def test_every_raw_row_is_in_one_of_our_sessions(visits):
    assert len(visits) == 31_106
    assert visits["found_id"].notna().all()


def test_no_session_of_ours_spans_two_of_the_data(visits):
    assert (visits.groupby("found_id")["session_id"].nunique() == 1).all()


def test_no_session_of_the_data_is_split_over_two_of_ours(visits):
    assert (visits.groupby("session_id")["found_id"].nunique() == 1).all()


def test_there_are_3605_sessions(ecom):
    assert ecom.rows("select count(*), sum(events)::bigint from core.sessions") == [(3_605, 31_076)]


def test_the_same_row_again_is_one_event(ecom):
    balance = "rows_read, rows_used, rows_repeated, rows_rejected"
    assert ecom.rows(f"select {balance} from landing.balances") == [(31_106, 31_076, 30, 0)]


def test_each_user_is_one_customer(ecom):
    assert ecom.summary["customers"] == 600
    assert ecom.rows("select count(*), count(distinct customer_id) from core.identities") == [
        (600, 600)
    ]


def test_every_purchase_ends_a_journey(ecom):
    found = {key: ecom.summary[key] for key in ("journeys", "converted", "dropped", "open")}
    assert found == {"journeys": 1_498, "converted": 470, "dropped": 588, "open": 440}


def test_where_journeys_are_dropped(ecom):
    found = ecom.rows(
        "select last_touchpoint, count(*) from journeys.journeys where outcome = 'dropped' "
        "group by all"
    )
    assert dict(found) == {
        "catalog": 163, "product page": 135, "search": 84, "home page": 57, "basket": 43,
        "shipping details": 30, "payment details": 21, "wish list": 18, "promotion": 12,
        "reviews": 10, "error page": 8, "payment error": 4, "support chat": 2, "checkout bug": 1,
    }  # fmt: skip


def test_the_account_page_is_told_as_unmapped(ecom):
    """659 rows, of which one is there twice."""
    assert ecom.rows("select source, event, events from core.unmapped_events") == [
        ("web", "account_page", 658)
    ]


def test_a_report_is_written(ecom):
    assert "The shop" in ecom.report()


def test_without_stages_a_shops_funnel_is_read_from_the_visits(tmp_path):
    """Nobody names a touchpoint: events are what the shop calls them."""
    told = yaml.safe_load((CLONE / "examples" / "ecom" / "journeys.yml").read_text())
    (tmp_path / "guess.yml").write_text(yaml.safe_dump(told | {"stages": "infer"}))
    guessed = run_example("ecom", tmp_path, tmp_path / "guess.yml").rows(
        "select stage, list(touchpoint order by touchpoint) from journeys.inferred_stages"
        " group by stage_number, stage order by stage_number"
    )
    assert guessed == [
        ("discovery", ["catalog", "home", "product_view", "search"]),
        ("basket", ["account_page", "add_to_cart", "cart", "filter_results", "promo_page",
                    "review_page", "wishlist_add"]),
        ("checkout", ["checkout_bug", "compare", "error_page", "payment_details", "payment_error",
                      "purchase", "shipping_details", "support_chat"]),
    ]  # fmt: skip
