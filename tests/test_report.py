"""The report as a file: whole, sealed, true to the tables, and never at a loss."""

import hashlib
import re
from base64 import b64encode
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest
import report_rows

from pipeline.database import open_readonly, open_warehouse
from pipeline.findings import Standing
from pipeline.report import write_report
from pipeline.report.page import render
from pipeline.report.tables import Tables


class Reader(HTMLParser):
    """What a reader gets to read, and what a browser would fetch."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.fetched: list[str] = []
        self.handlers: list[str] = []
        self.scripts: list[str] = []
        self.inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        for name, value in attrs:
            if name in ("src", "href", "action") and value and not value.startswith(("#", "data:")):
                self.fetched.append(value)
            if name.startswith("on"):
                self.handlers.append(name)

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "script":
            self.scripts.append(data)
        elif self.inside != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).replace("\u202f", " ").split())


@pytest.fixture(scope="module")
def html() -> str:
    return render(report_rows.tables(), report_rows.settings())


@pytest.fixture(scope="module")
def reader(html: str) -> Reader:
    return Reader(html)


def read(tables: Tables | None = None, **changed: Any) -> str:
    return Reader(render(tables or report_rows.tables(**changed), report_rows.settings())).text


def test_it_fetches_nothing_and_holds_no_handlers(reader: Reader) -> None:
    assert (reader.fetched, reader.handlers) == ([], [])


def test_it_is_below_eight_mebibytes(html: str) -> None:
    assert len(html.encode()) < 8 * 2**20


def times(factor: int) -> str:
    """The report without its scripts, of so many times the customers and all that they did."""
    counted = {"journeys", "customers", "steps", "entered", "advanced", "dropped", "open",
               "converted", "mature_steps", "scores", "events", "counted_events"}  # fmt: skip
    tables = report_rows.tables()
    rows = {
        name: [
            {
                column: cell * factor if column in counted and isinstance(cell, int) else cell
                for column, cell in row.items()
            }
            for row in held
        ]
        for name, held in tables.rows.items()
    }
    html = render(Tables(rows, tables.findings), report_rows.settings())
    return re.sub("<script.*?</script>", "", html, flags=re.DOTALL)


def test_a_thousand_times_the_events_differ_in_numbers_and_not_in_size() -> None:
    small, large = times(10), times(10_000)
    assert large.count("<tr") == small.count("<tr")
    assert len(large) / len(small) < 1.05


def test_its_policy_allows_its_own_scripts_by_hash_and_nothing_else(
    html: str, reader: Reader
) -> None:
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert found
    policy = found.group(1).replace("&#39;", "'")
    run = [script for script in reader.scripts if not script.startswith("{")]
    hashes = [b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in run]
    assert policy == (
        "default-src 'none'; script-src "
        + " ".join(f"'sha256-{digest}'" for digest in hashes)
        + "; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_the_first_screen_says_how_many_and_what_became_of_them(reader: Reader) -> None:
    assert "4 488 customers started 5 610 journeys." in reader.text
    assert "Of every 100, about 8 reach follow-up booked within 180 days." in reader.text
    assert "between 7.2 % and 9.2 % (95 %)" in reader.text
    assert "8 reached follow-up booked 81 were dropped 11 are still open" in reader.text


def test_where_nothing_is_said_to_be_at_stake_no_number_is_told() -> None:
    skipped = report_rows.findings()[0] | {"kind": "conformance", "size": 0.0, "low": 0.0,
                                           "high": 0.0}  # fmt: skip
    text = read(findings=[*report_rows.findings(), skipped])
    assert "at stake: not told" in text
    assert "0 conversions, 0 to 0" not in text


def test_a_mean_answer_is_not_told_as_a_net_promoter_score(reader: Reader) -> None:
    assert "5.2 of 10 (NPS), 200 answers" in reader.text


def test_the_marks_over_the_months_are_told_below_them(reader: Reader) -> None:
    assert "▲ Sep 2025: a coach calls two weeks later" in reader.text


def test_the_first_screen_says_the_three_biggest_pain_points(reader: Reader) -> None:
    start = reader.text.split("The journey map", 1)[0]
    sentences = [found["sentence"] for found in report_rows.findings()]
    assert [sentence in start for sentence in sentences] == [True, True, True, False]


def test_a_moment_of_truth_is_marked_on_the_map_and_may_come_first() -> None:
    moment = report_rows.findings()[0] | {
        "kind": "moment_of_truth", "persona_id": "all", "stage": "usage",
        "touchpoint": "coach call", "sentence": "Who meets “coach call” converts more often.",
        "evidence": {"odds_ratio": 4.0, "q_value": 1e-9},
    }  # fmt: skip
    text = read(findings=[moment, *report_rows.findings()])
    first, rest = text.split("The journey map", 1)
    assert "Moment of truth 61 conversions at stake" in first
    assert "★ Moment of truth: coach call" in rest
    assert "coach call : who meets it converts more often; about 61 conversions" in rest
    assert "(q) below 0.001" in rest


def test_without_one_the_map_has_no_row_for_moments_of_truth(reader: Reader) -> None:
    assert "Moments of truth" not in reader.text


def test_the_map_shows_what_the_settings_say_of_each_stage(reader: Reader) -> None:
    behind = ("account executive", "help desk", "campaign calendar", "recommend us?")
    written = ("Do start-ups need the workshop at all?", "a coach calls two weeks later")
    assert [words for words in behind + written if words not in reader.text] == []


def test_every_persona_has_a_map_of_its_own(html: str) -> None:
    assert html.count('<div class="labels"') == 4


def test_only_the_personas_asked_for_are_shown() -> None:
    html = render(report_rows.tables(), report_rows.settings(), personas=["p2"])
    assert html.count('<div class="labels"') == 2
    assert "Start-ups</bdi></label>" not in html


def test_times_are_in_the_zone_of_the_settings(reader: Reader) -> None:
    assert "judged as of 31 Dec 2025, 23:30" in reader.text


def test_markup_in_names_is_shown_as_text(html: str) -> None:
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert" not in html


def test_the_same_warehouse_gives_the_same_bytes() -> None:
    one, other = (render(report_rows.tables(), report_rows.settings()) for _ in range(2))
    assert one == other


def test_small_groups_are_withheld() -> None:
    paths = report_rows.paths()
    text = read(paths=paths)
    assert "event › demo call" not in text  # the sign is drawn by the style sheet
    assert "41 0 not shown fewer than 5" in text
    assert "article event article" not in text


def test_what_is_left_of_all_paths_is_told_in_one_row(reader: Reader) -> None:
    assert "All others together: 912 ways 3 858 335 3 200 323" in reader.text


def test_loops_and_detours_are_told_with_what_goes_with_them(reader: Reader) -> None:
    assert "support ticket support ticket 415 348 10 days – 72 48 18.3 to 29.2" in reader.text
    assert "proposal event deal won 415 348 10 days 1 day 72 48" in reader.text


def test_the_first_steps_are_told_as_a_flow_and_as_a_matrix(reader: Reader) -> None:
    assert "Step 1, paid ad → Dropped: 600 journeys" in reader.text
    assert "1 other touchpoints other touchpoints 90" in reader.text
    assert "Dropped · 32 37 ·" in reader.text
    assert "demo call → Dropped" not in reader.text  # of four customers


def test_how_customers_felt_is_told_by_stage_with_who_answered(reader: Reader) -> None:
    # mean 5.2 on nps is told as a net promoter score of 20 * (5.2 - 6) with its interval
    assert "NPS, from −100 to 100" in reader.text
    assert "usage −16.0 −25.0 to −7.0 43 33.3–53.3 % 59 49.3–69.3 % 200 25 %" in reader.text


def test_what_the_unhappy_wrote_is_told_with_how_many_wrote(reader: Reader) -> None:
    assert "More often than all others they wrote: afterwards , alone , expensive" in reader.text
    assert "usage 31 wrote I felt left alone afterwards." in reader.text
    assert "640 texts were written ( en : 640); of 480 it could be told" in reader.text


def test_where_nobody_was_asked_and_nobody_wrote_there_are_no_feelings() -> None:
    html = render(report_rows.tables(feelings=[], text_languages=[]), report_rows.settings())
    assert 'id="feelings"' not in html
    assert 'href="#feelings"' not in html


def test_what_is_not_of_the_period_is_said() -> None:
    text = read(replace(report_rows.tables(), period="Feb 2025"))
    assert "told of all time, not of Feb 2025 only" in text
    assert "all that was read, not of Feb 2025 only" in text


def test_the_assumed_map_is_held_against_the_journeys(reader: Reader) -> None:
    assert "Of 100 journeys, 4 follow it step by step; 21 meet all its places" in reader.text
    assert "that fits everyone best: 0.42" in reader.text
    assert "case study 18 %, not on the map" in reader.text
    assert "event 0 %, not on the map" not in reader.text  # of four customers


def test_without_an_assumed_map_there_is_no_such_part() -> None:
    assert "assumed map" not in read(map_fits=[]).lower()


def test_drop_off_by_month_is_drawn_for_each_stage(reader: Reader) -> None:
    assert "usage Mar 2025 100 23.0 % 15.0–41.0 %" in reader.text
    assert "usage Dec 2025 (young) 100 32.0 %" in reader.text


def test_the_trust_page_begins_with_how_far_to_trust_and_what_would_help() -> None:
    told = ("Take the map with care: few are on it.", "Most would help: map more events.")
    text = Reader(render(replace(report_rows.tables(), trusted=told), report_rows.settings())).text
    assert " ".join(told) in text.split("What this rests on")[1][:400]


def test_findings_tell_since_when_they_are_there_once_there_is_a_run_before() -> None:
    standing = {
        "f0": Standing("still there", "2025-11-02", "x"), "f1": Standing("new", "2025-12-01", "x"),
        "old": Standing("gone", "2025-12-01", "<b>usage</b>"),
    }  # fmt: skip
    figures = [
        {"run_id": run, "started_at": at, "figure": "journeys", "value": 1.0}
        for run, at in (("r2", datetime(2025, 12, 1)), ("r1", datetime(2025, 11, 1)))
    ]
    tables = replace(report_rows.tables(figures=figures), standing=standing)
    text = Reader(render(tables, report_rows.settings())).text
    assert "There since the run of 2025-11-02." in text
    assert "New in this run." in text
    assert "Found before and no more: <b>usage</b> (since 2025-12-01)" in text


def test_without_conversions_it_says_so() -> None:
    outcome = report_rows.outcomes()[0] | {"converted": 0, "converted_share": 0.0}
    conversion = [row | {"conversion_rate": 0.0} for row in report_rows.conversion()]
    assert "None of them has reached follow-up booked yet." in read(
        outcomes=[outcome], conversion=conversion
    )


def test_without_scores_the_map_says_so() -> None:
    assert "No scores" in read(feelings=[])


def test_without_findings_it_says_so() -> None:
    assert "Nowhere is more lost than usual" in read(findings=[])


def test_one_persona_is_everyone() -> None:
    html = render(report_rows.tables(profiles=report_rows.profiles()[:1]), report_rows.settings())
    assert 'name="persona"' not in html
    assert "No separate personas were found" in Reader(html).text


def test_one_customer_is_withheld_everywhere() -> None:
    one = {"customers": 1, "journeys": 1}
    outcome = report_rows.outcomes()[0] | one | {
        "converted": 0, "dropped": 1, "open": 0, "converted_share": 0.0, "dropped_share": 1.0,
        "open_share": 0.0,
    }  # fmt: skip
    text = read(
        outcomes=[outcome],
        reach=[row | one for row in report_rows.reach()[:1]],
        stages=[row | {"entered": 1} for row in report_rows.stage_rows()[:1]],
        drop_offs=[row | {"customers": 1} for row in report_rows.drop_offs()],
        transitions=[row | {"customers": 1} for row in report_rows.transitions()],
        flows=[row | {"customers": 1} for row in report_rows.flows()],
        paths=[row | {"customers": 1} for row in report_rows.paths()],
        feelings=[row | {"customers": 1} for row in report_rows.feelings()],
        before_after=[], profiles=[], conversion=[], findings=[],
    )  # fmt: skip
    assert "Fewer than 5 customers started a journey." in text
    assert "were dropped" not in text.split("The journey map")[0]
    assert "No touchpoint was met by 5 customers or more." in text
    assert "paid ad 4 168" not in text


def test_an_empty_warehouse_gives_a_report_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "empty.duckdb"
    open_warehouse(path).close()
    connection = open_readonly(path)
    out = write_report(connection, report_rows.settings(), tmp_path / "out" / "report.html")
    assert "There is no journey in this data yet." in out.read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path, out = tmp_path / "empty.duckdb", tmp_path / "report.html"
    open_warehouse(path).close()
    out.write_text("the old one")
    connection = open_readonly(path)
    connection.close()
    with pytest.raises(duckdb.ConnectionException):
        write_report(connection, report_rows.settings(), out)
    assert out.read_text() == "the old one"
    assert list(tmp_path.iterdir()).sort() == [path, out].sort()


def test_a_persona_card_tells_how_they_fare_what_they_do_and_say(reader: Reader) -> None:
    assert "usage : 43 of 100 customers, 9 of the others more by 30 to 38" in reader.text
    assert "paid ad → pricing page stands for 46 %" in reader.text
    assert "NPS 5.0 of 10, others 6.0 (449 answers)" in reader.text
    assert "More than others they write: expensive" in reader.text


def test_a_trait_tells_by_how_much_and_how_surely(reader: Reader) -> None:
    assert "channel: referral 62 % 18 % 3.4 2.8 to 4.3" in reader.text
    assert "company size: large 44 % 20 % 2.2 1.8 to 2.8" in reader.text
    assert "hour 14.1 o’clock on average 10.4 – –" in reader.text


def test_what_a_persona_has_as_often_as_the_others_does_not_set_it_apart(reader: Reader) -> None:
    assert "first step at a weekend" not in reader.text


def test_own_groups_are_held_beside_those_found_and_their_column_sets_none_apart() -> None:
    found = {"found_group": "p1", "found_name": "Paid on mobile", "own_share": 0.7, "customers": 70}
    rest = {"found_group": "p2", "found_name": "Mail on desktop", "own_share": 0.3, "customers": 30}
    tables = report_rows.tables(
        agreement=[{"adjusted_rand_index": 0.21, "customers": 1200}],
        confusion=[found | {"own_group": "cat"}, rest | {"own_group": "cat"}],
    )
    column = report_rows.settings().personas.model_copy(update={"column": "company_size"})
    settings = report_rows.settings().model_copy(update={"personas": column})
    text = Reader(render(tables, settings)).text
    assert "agree with an adjusted Rand index of 0.21" in text
    assert "Own group Paid on mobile Mail on desktop cat 70 % 30 %" in text
    assert "company size: large" not in text


def test_a_persona_card_shows_the_analysts_notes_as_text(html: str) -> None:
    assert "They ask for &lt;b&gt;prices&lt;/b&gt; first." in html


def test_what_was_not_found_different_or_of_few_customers_is_not_told(reader: Reader) -> None:
    assert "support : 43" not in reader.text
    assert "loyalty : 43" not in reader.text
    assert "CSAT 4.9" not in reader.text


def test_the_report_says_how_personas_were_found_and_which_are_no_more(reader: Reader) -> None:
    assert "quality is 0.49, against 0.21 where there are no personas" in reader.text
    assert "Personas differ in where they are lost" in reader.text
    assert "The attribute profile was left out: it is filled for 80 %" in reader.text
    assert "No more: Fair on foot (p0); most of its customers became p2." in reader.text


def test_differences_that_are_true_by_construction_are_shown_as_not_tested() -> None:
    told = report_rows.personas_told()
    test = told["persona_test"][0] | {"is_tested": False, "why_not": "they differ by construction"}
    rows = [row | {"is_different": None} for row in told["persona_differences"]]
    text = read(persona_test=[test], persona_differences=rows)
    assert "usage : 43 of 100 customers, 9 of the others (not tested)" in text
    assert "Differences were not tested: they differ by construction." in text
