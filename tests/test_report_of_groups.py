"""What a report of groups tells of each of them: chances, credit, the assumed map, cards."""

from dataclasses import replace

import duckdb
import numpy as np
import pytest
import report_rows
from test_report_asked import canonical

from pipeline import group_chains, group_maps, group_moments
from pipeline.chain.counts import Tally
from pipeline.excerpt import OF_A_GROUP, excerpt
from pipeline.group_chains import GroupChain
from pipeline.groups import Period
from pipeline.report.asked import Asked, read
from pipeline.report.assumed import assumed
from pipeline.report.chain import credited, what_ifs
from pipeline.report.chances import beyond_chance, chances
from pipeline.report.journey_map import journey_maps
from pipeline.report.page import render
from pipeline.report.personas import cards, people
from pipeline.report.tables import Comparison, read_tables

pytestmark = pytest.mark.xdist_group("sample")


@pytest.fixture(scope="module")
def by_channel(sample, sample_settings):
    return read(sample, sample_settings, Asked(compare="channel"))


# -- the chain, of literal moves: every part of the customers comes to `usage` once


def tally(converting):
    """Of 400 journeys as many convert from usage, the others are dropped there."""
    converted = (np.arange(400) % 100 < converting / 4).astype(float)
    every = np.ones(400)
    edges = {("START", "usage"): every, ("usage", "CONVERTED"): converted,
             ("usage", "DROPPED"): every - converted}  # fmt: skip
    return Tally(edges, {"START": 0 * every, "usage": every})


def group(converting):
    own = tally(converting)
    values = np.stack([np.ones(400), own.edges["usage", "CONVERTED"], np.zeros(400)], axis=1)
    return GroupChain(own, {"channel": own, "touchpoint": own}, values)


def test_the_chance_of_a_group_stands_beside_that_of_all_the_others():
    found = group_chains.chances({"g1": group(100), "g2": group(200), "g3": group(240)}, 5)
    told = {(row["persona_id"], row["node"]): row for row in found}
    assert told["g1", "START"]["share"] == pytest.approx(0.25)
    assert told["g1", "START"]["rest_share"] == pytest.approx(0.55)
    assert told["g1", "START"]["difference"] == pytest.approx(-0.3)
    assert told["g1", "START"]["is_different"]


def test_groups_that_convert_alike_differ_by_chance_alone():
    found = group_chains.chances({"g1": group(100), "g2": group(104)}, 5)
    assert [row["is_different"] for row in found] == [False] * 4


def test_chances_are_told_of_as_many_customers_as_would_vary_as_much():
    """Every customer one journey: so as many as there are, but for what the draws differ."""
    share = group_chains._chances(tally(100))["usage"]
    assert share.customers == pytest.approx(400, rel=0.3)


def test_the_others_of_a_group_are_the_sum_of_their_moves():
    moves = group_chains.together([tally(100), tally(200)]).edges
    assert moves["usage", "CONVERTED"].sum() == 300
    assert moves["START", "usage"].tolist() == [2.0] * 400


def test_a_groups_pain_point_as_usual_gains_conversions_of_its_own_journeys():
    """Half of 400 are lost at usage; were it a quarter, 100 more would convert."""
    pain = {"persona_id": "g1", "stage": "usage", "usual_rate": 0.25}
    (row,) = group_chains.what_ifs({"g1": group(200), "g2": group(300)}, [pain])
    assert (row["persona_id"], row["journeys"], row["conversions"]) == ("g1", 400, 200)
    assert row["conversions_gained"] == pytest.approx(100)


# -- the assumed map, of literal journeys


@pytest.fixture
def laid_beside_the_map():
    """Of 100 customers in each of two groups, 60 and 30 come to the demo call in their first
    journey; all come to it in a second one, which does not count."""
    connection = duckdb.connect()
    connection.execute("""
        create schema journeys; create schema run;
        create table journeys.journeys as
        select row_number() over () as journey_id, customer_id,
            timestamp '2025-01-01' + to_days(cast(nth as integer)) as started_at,
            'dropped' as outcome, nth
        from range(200) as customers (customer_id) cross join range(2) as tries (nth);
        create table main.grouped as
        select journey_id, customer_id,
            case when customer_id < 100 then 'paid' else 'social' end as group_name
        from journeys.journeys;
        create table journeys.sequences as
        select journey_id, customer_id,
            case when nth = 1 or customer_id < 60 or customer_id between 100 and 129
                then 'demo call' else 'article' end as path
        from journeys.journeys;
        create table run.path_alignments as
        from (values ('assumed', 0, 'demo call', 1, 1, 0), ('assumed', 1, 'article', 1, 0, 2))
            as told (map_name, path_number, path, places, met, cost);
        create table run.path_moves as
        from (values ('assumed', 0, 'came', 1, 7)) as told
            (map_name, path_number, kind, place_number, touchpoint_number);
        create table run.map_places as
        from (values ('assumed', 1, 7)) as told (map_name, place_number, touchpoint_number);
        create table run.touchpoints as
        from (values (7, 'demo call')) as told (touchpoint_number, touchpoint);
    """)
    yield connection
    connection.close()


GROUPS = [{"persona_id": "g1", "name": "paid"}, {"persona_id": "g2", "name": "social"}]


def test_a_group_is_held_beside_the_others_by_customers_first_ended_journeys(laid_beside_the_map):
    rows = group_maps.compared(laid_beside_the_map, GROUPS, 5)
    told = {(row["persona_id"], row["kind"], row["place"]): row for row in rows}
    came = told["g1", "came", "demo call"]
    assert (came["cases"], came["customers"], came["share"]) == (60, 100, 0.6)
    assert (came["other_cases"], came["other_customers"]) == (30, 100)
    assert came["is_different"]
    assert {kind for _, kind, _ in told} == {"came", "followed", "in order"}


def test_what_fewer_than_the_smallest_group_did_is_not_compared(laid_beside_the_map):
    laid_beside_the_map.execute("""
        update journeys.sequences set path = 'article' where customer_id between 4 and 99
    """)
    rows = group_maps.compared(laid_beside_the_map, GROUPS, 5)
    assert [row for row in rows if row["kind"] == "came"] == []


def test_without_an_assumed_map_nothing_is_compared():
    assert group_maps.compared(duckdb.connect(), GROUPS, 5) == []


# -- moments of truth, of literal odds


def meeting(touchpoint, z_value, odds_ratio):
    return {"touchpoint": touchpoint, "stage": "usage", "z_value": z_value,
            "odds_ratio": odds_ratio, "conversions_lost": -40.0}  # fmt: skip


def test_a_moment_of_truth_of_a_group_is_sure_and_large():
    """Of three: z 4 is sure, z 1 is not, and odds of 1.1 are too small to be told."""
    found = group_moments.moments({
        "g1": [meeting("coach call", 4.0, 2.0), meeting("article", 1.0, 2.0)],
        "g2": [meeting("coach call", 4.0, 1.1)],
    })  # fmt: skip
    (row,) = found
    assert (row["persona_id"], row["touchpoint"], row["size"]) == ("g1", "coach call", 40)
    assert (row["low"], row["high"]) == pytest.approx((20.4, 59.6), abs=0.01)
    assert row["q_value"] == pytest.approx(6.334e-5 * 3 / 2, rel=1e-3)


def test_fewer_converting_is_a_moment_of_truth_too():
    (row,) = group_moments.moments({"g1": [meeting("form", -4.0, 0.5)]})
    assert row["touchpoint"] == "form"


# -- of the sample


def test_a_group_of_every_journey_has_everyones_chain_and_map(sample, sample_settings):
    with excerpt(sample, sample_settings, "true", {}, only=OF_A_GROUP) as chosen:
        found = read_tables(chosen)
    whole = read_tables(sample)
    for name in ("chances", "attribution", "map_fits", "conformance", "memory", "milestones",
                 "detours", "converting_paths", "leaving_words", "quotes"):  # fmt: skip
        assert canonical(found.of(name, "all")) == canonical(whole.of(name, "all")), name


def test_a_card_tells_of_the_groups_own_journeys_only(sample, by_channel):
    """Also where a customer has journeys in two groups."""
    ids = {row["name"]: row["persona_id"] for row in by_channel.comparison.groups}
    found = {row["persona_id"]: row for row in by_channel.comparison.cards["profiles"]}
    expected = sample.execute(
        "select segment_value, count(distinct customer_id), count(*), median(steps), "
        "count(*) / (select count(*) from journeys.journeys) "
        "from journeys.journeys inner join journeys.segments using (journey_id, customer_id) "
        "where segment = 'channel' group by 1"
    ).fetchall()
    columns = ("customers", "journeys", "median_steps", "journey_share")
    assert {(name, *(found[ids[name]][column] for column in columns)) for name in ids} == {
        row for row in expected if row[0] in ids
    }


def test_the_channel_that_makes_a_group_is_no_trait_of_it(by_channel, sample_settings):
    shown = cards(by_channel, people(by_channel, None), 5)
    said = [trait["said"] for card in shown for trait in card["traits"] + card["rarely"]]
    assert len(shown) == 6
    assert any(each.startswith("device") for each in said)
    assert not any(each.startswith("channel") for each in said)


def test_a_card_tells_where_the_group_is_lost_beside_the_others(by_channel):
    """Customers from paid ads are lost at usage: so it was planted, for one persona."""
    shown = {card["name"]: card for card in cards(by_channel, people(by_channel, None), 5)}
    assert [row["stage"] for row in shown["paid"]["fares"]] == ["usage"]


def test_each_channel_has_chances_of_its_own_and_those_of_the_others(by_channel, sample_settings):
    stages = [stage.stage for stage in sample_settings.stages]
    who = people(by_channel, None)
    told = [chances(by_channel, each["persona_id"], stages, 5) for each in who]
    assert [row["node"] for row in told[1]] == ["START", *stages]
    starts = {round(each[0]["conversion_probability"], 6) for each in told}
    assert len(starts) == len(who)
    apart = beyond_chance(told, who)
    assert ("paid", "usage") in {(row["name"], row["node"]) for row in apart}


def test_a_report_by_channel_credits_touchpoints(by_channel):
    blocks = [credited(by_channel, each["persona_id"], 5) for each in people(by_channel, None)]
    assert {block["level"] for block in blocks} == {"touchpoint"}
    assert [block["is_beside"] for block in blocks] == [False] + [True] * 6


def test_each_channel_has_the_map_that_fits_it_best(by_channel):
    ids = [row["persona_id"] for row in by_channel.comparison.groups]
    maps = [assumed(by_channel, each) for each in ids]
    assert len({tuple(each["found"]["steps"]) for each in maps}) > 3
    assert any(row["place"] == "paid ad" for row in maps[0]["beyond"])


def test_a_groups_what_ifs_are_those_of_its_own_pain_points(by_channel):
    for own in by_channel.comparison.groups:
        stages = {row["stage"] for row in what_ifs(by_channel, own["persona_id"])}
        pains = [row["stage"] for row in by_channel.comparison.pain_points
                 if row["persona_id"] == own["persona_id"]]  # fmt: skip
        assert stages == set(pains[:3])


def test_a_groups_map_marks_its_own_moments_of_truth(by_channel, sample_settings):
    """Everyone's coach call is planted; each stage has a group's own, or else everyone's."""
    own = {row["persona_id"]: row["stage"] for row in by_channel.comparison.moments}
    assert own
    for each in journey_maps(by_channel, sample_settings, sorted(own)):
        marked = [
            column for column in each["columns"] if column["stage"] == own[each["persona_id"]]
        ]
        assert {row["persona_id"] for row in marked[0]["moments"]} == {each["persona_id"]}


def test_a_period_has_cards_without_what_sets_customers_apart(sample, sample_settings):
    asked = Asked(compare="period", period=Period.of("2025-04..2025-06"))
    found = read(sample, sample_settings, asked)
    shown = cards(found, people(found, None), 5)
    assert [card["name"] for card in shown] == ["Apr 2025 – Jun 2025", "Jan 2025 – Mar 2025"]
    assert [card["traits"] + card["rarely"] + card["typical"] for card in shown] == [[], []]
    assert [assumed(found, each["persona_id"])["beyond"] for each in shown] == [None, None]
    assert "Two periods are no kinds of customers" in render(found, sample_settings)


# -- on the page


@pytest.fixture
def told_of_nobody():
    """A comparison whose groups have no chain, no assumed map and no card."""
    tables = report_rows.tables(chances=[], map_fits=report_rows.map_fits())
    groups = [{"persona_id": each, "name": each} for each in ("p1", "p2")]
    rows = {**tables.rows, "profiles": []}
    return replace(tables, rows=rows, comparison=Comparison("channel", groups, 0, []))


def test_where_nothing_is_known_of_a_group_everyones_is_not_shown_for_it(told_of_nobody):
    html = render(told_of_nobody, report_rows.settings())
    section = html[html.index('id="assumed"') : html.index('id="personas"')]
    assert section.count("follow it step by step") == 1
    assert section.count("Too few of these customers’ journeys have ended to tell.") == 2


def test_why_a_group_has_no_forecast_is_said_in_words(told_of_nobody):
    html = render(told_of_nobody, report_rows.settings())
    assert html.count("Whether the past foretold what came is not told of groups") == 2
