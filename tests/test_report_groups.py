"""Groups in the place of personas: whose journeys they are, and what hurts just them."""

import re
from dataclasses import replace

import pytest
import report_rows

from pipeline.group_pains import pain_points
from pipeline.groups import grouped
from pipeline.report.asked import Asked, read
from pipeline.report.found import is_worst, pains_at, pains_of
from pipeline.report.journey_map import journey_maps
from pipeline.report.page import render
from pipeline.report.tables import Comparison

pytestmark = pytest.mark.xdist_group("sample")


def test_an_attribute_makes_groups_of_its_customers_journeys(sample):
    groups, left_out = grouped(sample, "company_size", None, "UTC", 5)
    expected = sample.execute(
        "select attributes.value, count(distinct customer_id), count(*) "
        "from core.attributes inner join journeys.journeys using (customer_id) "
        "where attribute = 'company_size' group by 1 order by 3 desc"
    ).fetchall()
    found = [(row["name"], row["customers"], row["journeys"]) for row in groups]
    assert (found, left_out) == (expected, 0)


# -- literal rows: of 100 visits 40 are lost of one group, 10 of the other; elsewhere 10 of both


def drop_off(columns, persona_id, stage, dropped, **more):
    rate = dropped / 100
    row = dict.fromkeys(columns) | {
        "level": "stage", "persona_id": persona_id, "node": stage, "steps": 100,
        "mature_steps": 100, "customers": 90, "dropped": dropped, "drop_off_rate": rate,
        "drop_off_low": rate - 0.1, "drop_off_high": rate + 0.1,
    }  # fmt: skip
    return row | more


@pytest.fixture
def two_groups(sample):
    """The rows of graph.drop_offs of two groups and of everyone, of whom 40 of 100 convert who go
    on from usage."""
    columns = [each[0] for each in sample.execute("from graph.drop_offs limit 0").description]
    grouped(sample, "channel", None, "UTC", 5)
    return [
        drop_off(columns, "all", "usage", 25, conversion_probability=0.3),
        drop_off(columns, "all", "awareness", 10, conversion_probability=0.3),
        drop_off(columns, "g1", "usage", 40), drop_off(columns, "g1", "awareness", 10),
        drop_off(columns, "g2", "usage", 10), drop_off(columns, "g2", "awareness", 10),
    ]  # fmt: skip


GROUPS = [{"persona_id": "g1", "name": "paid"}, {"persona_id": "g2", "name": "social"}]


def test_what_a_group_loses_beyond_the_others_is_its_pain_point(
    sample, sample_settings, two_groups
):
    """Usual is 10 of the other's 100 and 2 of 20 as elsewhere: 12 of 120, so 30 points less than
    40 of 100; of these 30 visits 40 % would have converted. The interval is Newcombe's."""
    (row,) = pain_points(sample, sample_settings, GROUPS, two_groups, [])
    assert (row["persona_id"], row["stage"], row["dropped"]) == ("g1", "usage", 40)
    assert row["usual_rate"] == pytest.approx(0.1)
    assert row["conversions_lost"] == pytest.approx(12)
    assert row["conversions_lost_low"] == pytest.approx(7.192, abs=0.001)
    assert row["conversions_lost_high"] == pytest.approx(16.336, abs=0.001)


def test_where_groups_lose_alike_none_has_a_pain_point(sample, sample_settings, two_groups):
    alike = [row | {"dropped": 10, "drop_off_rate": 0.1} for row in two_groups]
    assert pain_points(sample, sample_settings, GROUPS, alike, []) == []


def test_few_customers_make_no_pain_point(sample, sample_settings, two_groups):
    few = [row | {"customers": 4} if row["persona_id"] == "g1" else row for row in two_groups]
    assert pain_points(sample, sample_settings, GROUPS, few, []) == []


# -- on the map


@pytest.fixture
def compared():
    """The rows of the report's tests as a comparison; one group has a pain point of its own."""
    tables = report_rows.tables()
    own = {"persona_id": "p2", "stage": "consideration", "touchpoint": "demo call",
           "mature_visits": 300, "drop_off_rate": 0.5, "drop_off_low": 0.4, "drop_off_high": 0.6,
           "usual_rate": 0.2, "conversions_lost": 21.4, "conversions_lost_low": 11.2,
           "conversions_lost_high": 30.9}  # fmt: skip
    groups = [{"persona_id": each, "name": each} for each in ("p1", "p2")]
    rows = {**tables.rows, "profiles": []}
    found = [row for row in tables.findings if row["persona_id"] == "all"]
    return replace(tables, rows=rows, findings=found,
                   comparison=Comparison("channel", groups, 0, [], [own]))  # fmt: skip


def test_a_groups_own_pain_point_stands_before_everyones(compared):
    own, everyones = pains_of(compared, "p2"), pains_of(compared, "p1")
    told = [(row["persona_id"], row["stage"]) for row in own]
    assert told == [("p2", "consideration"), ("all", "consideration"), ("all", "awareness")]
    assert [row["persona_id"] for row in pains_at(own, "p2", "consideration")] == ["p2"]
    assert [row["persona_id"] for row in pains_at(everyones, "p1", "consideration")] == ["all"]
    assert is_worst(own, "p2", "consideration")
    assert not any(is_worst(everyones, "p1", stage) for stage in report_rows.STAGES)


def test_what_was_found_for_everyone_is_marked_so_on_a_groups_map(compared):
    html = render(compared, report_rows.settings())
    maps = html.split('<div class="labels"')[1:]
    cells = [re.findall(r'<p class="pain">(.*?)</p>', each) for each in maps[:3]]
    told = [[re.sub("<[^>]+>", "", cell) for cell in each] for each in cells]
    beyond = "conversions lost beyond what is usual"
    assert told[0] == [f"paid ad: about 9 {beyond} (1 to 17)",
                       f"pricing page: about 38 {beyond} (21 to 55)"]  # fmt: skip
    assert told[1] == [f"Found for everyone{each}" for each in told[0]]
    assert told[2] == [told[1][0], f"demo call: about 21 {beyond} (11 to 31)"]


def test_each_channel_of_the_sample_has_its_own_pain_points(sample, sample_settings):
    """Customers from paid ads are lost at usage: so it was planted, for one persona."""
    tables = read(sample, sample_settings, Asked(compare="channel"))
    ids = {row["name"]: row["persona_id"] for row in tables.comparison.groups}
    maps = journey_maps(tables, sample_settings, [ids["paid"], ids["search"]])
    paid, search = (
        [(column["stage"], row["touchpoint"]) for column in each["columns"]
         for row in column["pains"]]
        for each in maps
    )  # fmt: skip
    assert paid == [("usage", "toolbox")]
    assert search == []
    html = render(tables, sample_settings)
    links = set(re.findall(r'href="#(pains-\d+)"', html))
    assert links and links <= set(re.findall(r'id="(pains-\d+)"', html))
