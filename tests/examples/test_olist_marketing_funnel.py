"""8,000 leads and the 842 deals won from them: what a CRM says with wide rows and dates.

Expected: leads, deals and shares by origin from SOURCE.md; what 90 days make of them counted from
the two raw files in DuckDB, with nothing of the pipeline.
"""

from datetime import datetime

import pytest
from real_data import CLONE, DATA, needs, run_example

from pipeline import runs
from pipeline.database import open_readonly
from pipeline.settings import read_settings
from pipeline.warehouse import Options

pytestmark = needs("olist_marketing_funnel")
WON_BEFORE_CONTACT = "b91cf8812365f50ff4bda4bcd6206b05"
BY_ORIGIN = {
    "organic_search": (2296, 271, 11.80),
    "paid_search": (1586, 195, 12.30),
    "social": (1350, 75, 5.56),
    "unknown": (1099, 179, 16.29),
    "direct_traffic": (499, 56, 11.22),
    "email": (493, 15, 3.04),
    "referral": (284, 24, 8.45),
    "other": (150, 4, 2.67),
    "display": (118, 6, 5.08),
    "other_publicities": (65, 3, 4.62),
    None: (60, 14, 23.33),
}
OUTCOMES = """
    select identifier as lead, list(outcome order by journey_number) as outcomes,
        list(first_touchpoint order by journey_number) as begins
    from journeys.journeys join core.identities using (customer_id)
    where identifier_kind = 'lead' group by lead
"""


@pytest.fixture(scope="module")
def funnel(tmp_path_factory):
    return run_example("olist_marketing_funnel", tmp_path_factory.mktemp("funnel"))


def test_each_lead_is_one_customer(funnel):
    assert funnel.rows(
        "select identifier_kind, count(*), count(distinct customer_id) from core.identities "
        "group by all order by all"
    ) == [("lead", 8_000, 8_000), ("seller", 842, 842)]


def test_no_row_is_rejected(funnel):
    assert funnel.rows(
        "select source, rows_read, events_made, rows_rejected from landing.balances order by all"
    ) == [("deals", 842, 842, 0), ("leads", 8_000, 8_000, 0)]


def test_842_leads_are_ever_won(funnel):
    customers, won = funnel.rows(
        "select count(distinct customer_id), "
        "count(distinct customer_id) filter (where outcome = 'converted') from journeys.journeys"
    )[0]
    assert (customers, won, won / customers) == (8_000, 842, 0.10525)


def test_leads_won_by_origin(funnel):
    found = funnel.rows(
        "with leads as (select customer_id, bool_or(outcome = 'converted') as is_won "
        "from journeys.journeys group by customer_id) "
        "select value, count(*), count(*) filter (where is_won), "
        "round(100 * avg(is_won::integer), 2) from leads left join "
        "(from core.attributes where attribute = 'origin') using (customer_id) group by value"
    )
    assert {origin: tuple(figures) for origin, *figures in found} == BY_ORIGIN


def test_a_lead_without_origin_and_one_of_unknown_origin_share_a_segment(funnel):
    found = funnel.rows(
        "select segment_value, count(distinct customer_id) from journeys.segments "
        "where segment = 'origin' group by all"
    )
    assert dict(found)["unknown"] == 1_099 + 60


def test_the_151_deals_won_after_90_days_are_journeys_of_their_own(funnel):
    found = funnel.table(OUTCOMES)["outcomes"].map(tuple).value_counts().to_dict()
    assert found == {
        ("dropped",): 7_158,
        ("converted",): 690,
        ("dropped", "converted"): 151,
        ("converted", "dropped"): 1,
    }


def test_journeys_are_more_than_leads(funnel):
    found = {key: funnel.summary[key] for key in ("journeys", "converted", "dropped", "open")}
    assert found == {"journeys": 8_152, "converted": 842, "dropped": 7_310, "open": 0}


def test_the_deal_won_before_its_first_contact_stands_as_it_was_exported(funnel):
    found = funnel.table(OUTCOMES).set_index("lead").loc[WON_BEFORE_CONTACT]
    assert list(found["begins"]) == ["deal won", "first contact"]
    assert list(found["outcomes"]) == ["converted", "dropped"]


def test_that_deal_is_told_in_the_report(funnel):
    assert "dated 28 hours before its lead" in funnel.report()


def test_a_deal_of_the_same_day_comes_after_its_lead(funnel):
    same_day = funnel.rows(
        "select count(*) from journeys.journeys where steps = 2 and outcome = 'converted' "
        "and date_trunc('day', started_at) = date_trunc('day', last_step_at)"
    )
    assert same_day == [(33,)]


def test_leads_carry_dates_and_deals_times(funnel):
    """One of the 842 deals is timed to midnight, and so looks like a date."""
    found = funnel.rows(
        "select event, count(*) filter (where occurred_at <> date_trunc('day', occurred_at)), "
        "min(occurred_at), max(occurred_at) from core.events group by all order by all"
    )
    assert found == [
        ("deal won", 841, datetime(2017, 12, 5, 2), datetime(2018, 11, 14, 18, 4, 19)),
        ("first contact", 0, datetime(2017, 6, 14), datetime(2018, 5, 31)),
    ]


def test_what_the_contact_stage_loses(funnel):
    found = funnel.rows(
        "select entered, advanced, went_back, dropped, open, converted from graph.stages "
        "where persona_id = 'all' order by stage_number"
    )
    assert found == [(8_000, 690, 0, 7_310, 0, 0), (842, 0, 0, 0, 0, 842)]


def test_a_single_stage_before_the_goal_is_no_pain_point(funnel):
    assert funnel.summary["pain_points"] == []


def test_what_is_told_of_won_leads_only_is_refused_as_a_feature(tmp_path):
    """`lead_behaviour_profile` is filled for 665 of the 842 deals, and for no other lead."""
    settings = read_settings(
        CLONE / "examples/olist_marketing_funnel/journeys.yml", DATA / "olist_marketing_funnel"
    )
    personas = settings.personas.model_copy(update={"attributes": ("origin", "behaviour")})
    settings = settings.model_copy(update={"personas": personas})
    told = runs.run(settings, tmp_path / "w.duckdb", Options()).notes
    connection = open_readonly(tmp_path / "w.duckdb")
    sql = "select attribute, converters_filled, others_filled, is_refused from personas.attributes"
    found = connection.execute(f"{sql} order by all").fetchall()
    features = "select count(*) from personas.traits where feature like 'behaviour%'"
    shown = connection.execute(features).fetchall()
    connection.close()
    assert found == [("behaviour", 665, 0, True), ("origin", 828, 7_112, False)]
    assert shown == [(0,)]
    assert any(
        "'behaviour' is no feature of personas: it is filled for 79%" in note for note in told
    )
