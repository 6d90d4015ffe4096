"""A report of one period, or of groups beside each other, and what lies beside the page."""

import csv
import re
import struct
from collections import Counter
from dataclasses import replace

import pytest
import report_rows
from click.testing import CliRunner

from pipeline.cli import cli
from pipeline.errors import JourneysError
from pipeline.excerpt import excerpt
from pipeline.groups import Period
from pipeline.report.asked import Asked, read
from pipeline.report.beside import write_tables
from pipeline.report.page import render
from pipeline.report.paper import write_pdf, write_png
from pipeline.report.tables import read_tables

pytestmark = pytest.mark.xdist_group("sample")


@pytest.fixture(scope="module")
def whole(sample):
    return read_tables(sample)


@pytest.fixture(scope="module")
def by_channel(sample, sample_settings):
    return read(sample, sample_settings, Asked(compare="channel"))


def test_a_report_of_groups_does_not_deny_the_personas_that_there_are(by_channel, sample_settings):
    html = render(by_channel, sample_settings)
    assert "Whether there are personas, and who they are, is told in the report without" in html
    assert "No separate personas were found" not in html


def canonical(rows):
    """Rows in one order, with floats as equal as sums in another order are."""
    told = (
        {
            name: float(f"{cell:.9g}") if isinstance(cell, float) else cell
            for name, cell in row.items()
        }
        for row in rows
    )
    return sorted(repr(sorted(row.items(), key=str)) for row in told)


# -- some journeys only


def test_an_excerpt_of_every_journey_equals_the_whole(sample, sample_settings, whole):
    with excerpt(sample, sample_settings, "true", {}) as chosen:
        found = read_tables(chosen)
    differ = [name for name in whole.rows if canonical(found[name]) != canonical(whole[name])]
    assert differ == ["forecasts"]  # which need the time before and after
    assert found.findings == whole.findings


def test_a_group_has_the_drop_offs_that_its_segment_has(sample, by_channel):
    names = {row["persona_id"]: row["name"] for row in by_channel.comparison.groups}
    columns = "node", "steps", "customers", "mature_steps", "dropped", "drop_off_low"
    found = {
        (names[row["persona_id"]], row["level"], *(row[column] for column in columns))
        for row in by_channel["drop_offs"]
        if row["persona_id"] in names
    }
    expected = sample.execute(
        f"select segment_value, level, {', '.join(columns)} from graph.segment_drop_offs "
        "where segment = 'channel' and persona_id = 'all'"
    ).fetchall()
    assert len(names) == 6
    assert found == {row for row in expected if row[0] in names.values()}


def test_a_group_is_held_against_all_others_by_customers_first_visits(sample, by_channel):
    channels = dict(
        sample.execute(
            "select journey_id, segment_value from journeys.segments where segment = 'channel'"
        ).fetchall()
    )
    first = {}
    for journey, customer, stage, end in sample.execute(
        "select journey_id, customer_id, from_node, to_node from journeys.moves "
        "where level = 'stage' and from_node <> 'START' and is_mature "
        "order by started_at, move_number"
    ).fetchall():
        first.setdefault((channels[journey], customer, stage), end == "DROPPED")
    came = Counter((channel, stage) for channel, _, stage in first)
    lost = Counter((channel, stage) for (channel, _, stage), is_lost in first.items() if is_lost)
    names = {row["persona_id"]: row["name"] for row in by_channel.comparison.groups}
    for row in by_channel.comparison.differences:
        name, stage = names[row["persona_id"]], row["stage"]
        assert (row["customers"], row["dropped"]) == (came[name, stage], lost[name, stage])
        others = [other for other in names.values() if other != name]
        assert row["rest_customers"] == sum(came[other, stage] for other in others)


def test_a_period_holds_the_journeys_begun_in_its_months(sample, sample_settings):
    found = read(sample, sample_settings, Asked(period=Period.of("2025-02..2025-03")))
    count = sample.execute(
        "select count(*) from journeys.journeys where "
        "timezone('Europe/Stockholm', timezone('UTC', started_at)) "
        "between timestamp '2025-02-01' and timestamp '2025-03-31 23:59:59.999999'"
    ).fetchone()
    assert (found.of("outcomes", "all")[0]["journeys"],) == count
    months = {row["month"] for row in found["conversion"]}
    assert months == {"all", "2025-02", "2025-03"}
    assert "journeys begun Feb 2025 – Mar 2025" in render(found, sample_settings)


def test_a_period_is_compared_with_as_many_months_before_it():
    assert Period.of("2025-02..2025-04").before == Period("2024-11", "2025-01")
    assert Period.of("2025-01").before == Period("2024-12", "2024-12")


@pytest.mark.parametrize("text", ["2025", "2025-13", "2025-7", "2025-08..2025-07", "..", "x..y"])
def test_what_is_no_period_is_refused(text):
    with pytest.raises(JourneysError, match=r"is no period.*2025-07\.\.2025-12"):
        Period.of(text)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked(personas=("p0",)), "There is no persona 'p0'"),
        (Asked(compare="chanel"), "Did you mean channel"),
        (Asked(compare="run"), "one run only"),
        (Asked(compare="period"), "--period"),
        (Asked(period=Period.of("1999-01")), "No journey began in Jan 1999"),
        (Asked(compare="channel", personas=("p1",)), "cannot be asked at once"),
    ],
)
def test_what_is_not_there_is_told_in_words(sample, sample_settings, asked, words):
    with pytest.raises(JourneysError, match=words):
        read(sample, sample_settings, asked)


def test_groups_stand_in_the_place_of_personas(by_channel, sample_settings):
    html = render(by_channel, sample_settings)
    names = [row["name"] for row in by_channel.comparison.groups]
    assert all(f"<bdi>{name}</bdi></label>" in html for name in names)
    assert html.count('<div class="labels"') == 1 + len(names)


# -- what changed


def test_the_first_screen_tells_what_changed_since_the_last_run():
    figures = [
        {"run_id": run, "started_at": at, "figure": figure, "value": value}
        for run, at, values in (
            ("r2", report_rows.horizon()["horizon"], (5610.0, 0.31, 0.2)),
            ("r1", report_rows.horizon()["first_event_at"], (5000.0, 0.29, 0.2)),
        )
        for figure, value in zip(
            ("journeys", "drop_off_rate usage", "drop_off_rate support"), values, strict=True
        )
    ]
    told = "By what became known since 1 January 2025, customers get lost more often."
    tables = replace(report_rows.tables(figures=figures), tested_since=(told,))
    html = render(tables, report_rows.settings())
    assert html.count(told) == 2  # on the first screen, and beside all figures that changed
    first = re.sub("<[^>]+>|\\s+", " ", html[: html.index('id="map"')]).replace("\u202f", " ")
    shown = re.sub(" +", " ", first)
    assert "Compared with 1 Jan 2025: journeys 5 610 (was 5 000)" in shown
    assert "drop-off at usage 31.0 % (was 29.0 %)" in shown
    assert "drop-off at support" not in shown


# -- beside the page


def test_tables_hold_no_small_group_and_no_formula(tmp_path):
    rows = [
        report_rows.paths()[0] | {"path": "=HYPERLINK(1)", "converted": 2},
        report_rows.paths()[1] | {"customers": 4},
    ]
    write_tables(report_rows.tables(paths=rows), tmp_path, 5)
    with (tmp_path / "findings.top_paths.csv").open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.DictReader(file))
    assert [(row["path"], row["converted"], row["open"]) for row in written] == [
        ("'=HYPERLINK(1)", "", "")
    ]
    assert (written[0]["dropped"], written[0]["customers"]) == ("690", "812")


def test_the_command_writes_the_page_and_its_tables(sample_warehouse, tmp_path):
    out = tmp_path / "report.html"
    arguments = ["report", "--warehouse", str(sample_warehouse), "--out", str(out), "--tables",
                 "--persona", "p1"]  # fmt: skip
    done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert out.read_text().count('<div class="labels"') == 2
    assert (tmp_path / "report-tables" / "graph.drop_offs.csv").exists()


def test_without_a_chromium_it_says_so_and_writes_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    done = CliRunner().invoke(cli, ["report", "--pdf", "--out", str(tmp_path / "report.html")])
    assert "needs Chromium or Chrome, and none is installed" in str(done.exception)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.browser
def test_a_pdf_and_a_picture_are_made_by_chromium(tmp_path):
    page = tmp_path / "report.html"
    page.write_text(render(report_rows.tables(), report_rows.settings()), encoding="utf-8")
    pdf = write_pdf(page, tmp_path / "report.pdf").read_bytes()
    assert 6 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 22
    head = write_png(page, tmp_path / "report.png").read_bytes()[:24]
    width, height = struct.unpack(">II", head[16:24])
    assert width == 1440
    assert height > 1500  # the first screen and all of the map
