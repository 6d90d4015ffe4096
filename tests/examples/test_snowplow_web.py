"""160 web events that a tracker's maker wrote for its own tests, with the tables it expects.

Expected: theirs from the files in `expected/`; ours, where it differs on purpose, counted from the
raw events in pandas and networkx. A case is named by its user_id.
"""

import pandas as pd
import pytest
from real_data import needs, run_example

pytestmark = needs("snowplow_web")
STITCHED = "434dff58299fdc4f124ddf56a4f117d76f69bedb06f76d9858ffde85e16e14e1"
CUT_BY_DATE = {"Unexpired session", "long session"}  # theirs ends after three days


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    return run_example("snowplow_web", tmp_path_factory.mktemp("web"))


@pytest.fixture(scope="module")
def expected(web):
    """Their sessions, one row each."""
    sessions = web.raw("expected/snowplow_web_sessions_expected.csv")
    times = {name: pd.to_datetime(sessions[name]) for name in ("start_tstamp", "end_tstamp")}
    return sessions.assign(**times).set_index("domain_sessionid")


@pytest.fixture(scope="module")
def cases(web):
    """One row per event of ours, with the case that it belongs to."""
    return web.table(
        "select min(identifier) over (partition by customer_id) as case_name, events.* "
        "from core.events as events join core.identities using (customer_id) "
        "where identifier_kind = 'user' "
        "qualify row_number() over (partition by event_id order by identifier) = 1"
    )


def counted(cases):
    return cases[~cases["is_left_out"]]


def test_ten_user_ids_of_one_visitor_are_one_customer(web):
    found = web.rows(
        "select identifier_kind, count(*) from core.identities where customer_id = "
        "(select customer_id from core.identities "
        f"where identifier_kind = 'visitor' and identifier = '{STITCHED}') group by all order by 1"
    )
    assert found == [("user", 10), ("visitor", 1)]


def test_their_users_are_customers_of_ours_one_to_one(web):
    theirs = web.raw("expected/snowplow_web_users_expected.csv")["domain_userid"]
    ours = dict(
        web.rows(
            "select identifier, customer_id from core.identities where identifier_kind = 'visitor'"
        )
    )
    assert theirs.map(ours).nunique() == len(theirs) == 11


def test_an_event_without_a_visitor_belongs_to_its_user(cases):
    assert len(cases[cases["case_name"] == "NULL domain_userid"]) == 1


def test_visitors_that_change_under_one_user_are_one_customer(web, expected):
    """Theirs keep the first visitor and forget the other two."""
    assert expected["user_id"].eq("Rotating domain_userid per session").sum() == 1
    assert web.rows(
        "select count(*) from core.identities where customer_id = (select customer_id from "
        "core.identities where identifier = 'Rotating domain_userid per session')"
    ) == [(1 + 3,)]


def test_all_cases_are_16_customers_and_15_count(web, cases):
    assert cases["customer_id"].nunique() == 16
    assert web.summary["customers"] == 15


def test_an_event_that_was_sent_twice_is_one_event(web):
    assert web.rows(
        "select rows_read, events_made, rows_rejected from landing.balances"
    ) == [(160, 157, 0)]  # fmt: skip


def test_of_an_event_sent_twice_what_arrived_last_stands(cases):
    """Theirs keeps what arrived first, at 21:27:32.695."""
    clicks = cases[
        (cases["case_name"] == "dupe: event_id different collector_tstamp")
        & (cases["event"] == "link_click")
    ]
    assert list(clicks["occurred_at"]) == [pd.Timestamp("2021-03-03 21:27:32.345")]


def test_events_of_each_tracker_session_are_as_many_as_they_expect(expected, cases):
    theirs = expected[~expected["user_id"].isin(CUT_BY_DATE)]["total_events"].astype(int)
    ours = counted(cases)["tracker_session"].value_counts()
    assert ours.loc[theirs.index].to_dict() == theirs.to_dict()


def test_where_a_session_is_cut_by_date_ours_has_more_events(expected, cases):
    theirs = expected[expected["user_id"].isin(CUT_BY_DATE)].set_index("user_id")["total_events"]
    ours = counted(cases)["case_name"].value_counts()
    found = {case: (int(theirs[case]), int(ours[case])) for case in CUT_BY_DATE}
    assert found == {"Unexpired session": (1, 2), "long session": (3, 11)}


def test_the_consent_tool_is_left_out_and_kept(cases):
    left_out = cases[cases["is_left_out"]]
    assert set(left_out["app"]) == {"consent_accel"}
    assert len(left_out) == 65


def test_nothing_here_is_a_robot(expected, cases):
    """All robots of the original are marked so; none is among these events, by either account."""
    assert set(expected["spider_or_robot"].str.lower()) == {"false"}
    assert not cases["robot"].str.contains('"spiderOrRobot":true').any()


def test_sessions_are_found_from_gaps_and_not_from_the_trackers_ids(web, expected):
    assert (web.summary["sessions"], len(expected)) == (32, 18)


def test_where_sessions_by_gap_differ_from_the_trackers(cases):
    """Ours, the tracker's: days of silence split, two ids at the same time do not."""
    seen = counted(cases).dropna(subset="tracker_session").groupby("case_name")
    pairs = seen.agg(ours=("session_id", "nunique"), theirs=("tracker_session", "nunique"))
    differing = pairs[pairs["ours"] != pairs["theirs"]]
    assert {case: tuple(row) for case, *row in differing.itertuples()} == {
        "long session": (11, 1),
        "Rotating domain_userid per session": (3, 1),
        "Unexpired session": (2, 1),
        "Multiple first sessions per user": (1, 2),
        "Multiple last sessions per user": (1, 2),
    }


def test_where_they_do_not_differ_sessions_start_when_theirs_do(web, expected, cases):
    agree = cases.groupby("session_id")["tracker_session"].unique()
    agree = agree[agree.map(len) == 1].map(lambda ids: ids[0])
    ours = web.table("select session_id, started_at from core.sessions").set_index("session_id")
    starts = ours.assign(tracker_session=agree).groupby("tracker_session")["started_at"].min()
    both = expected.join(starts.rename("ours"), how="inner")
    both = both[
        both["event_counts"].str.contains("page_view")
    ]  # a lone ping: theirs starts earlier
    assert len(both) == 11
    assert (both["ours"] == both["start_tstamp"]).all()


def test_a_session_goes_on_past_midnight(cases):
    stitched = counted(cases)[lambda rows: rows["case_name"].str.startswith("user stitch")]
    second = stitched.sort_values("occurred_at").groupby("session_id", sort=False)["occurred_at"]
    assert list(second.min().dt.day) == [1, 2]
    assert list(second.max().dt.day) == [1, 3]


def test_a_report_is_written(web):
    assert "Visitors of two sites" in web.report()
