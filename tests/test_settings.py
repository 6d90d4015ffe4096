"""What `journeys.yml` may say, and the words for what it may not."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from pipeline.durations import duration_words, parse_duration
from pipeline.errors import SettingsError
from pipeline.scales import scale_bounds
from pipeline.settings import Settings, Source, read_settings

HERE = Path(__file__).parent
SOURCES = """
sources:
  - name: web
    kind: web
    path: web.csv
    time: at
    event: name
    identifiers: {visitor: visitor_id}
    columns: {channel: channel, amount: amount}
"""
STAGES = """
stages:
  - stage: awareness
    touchpoints:
      - {touchpoint: paid ad, where: "channel = 'paid'"}
      - {touchpoint: demo call, where: "event = 'demo call'"}
"""
JOURNEY = "journey: {goal: demo call}\n"
WIDE = """
sources:
  - name: deals
    kind: crm
    path: deals.csv
    identifiers: {contact: contact_id}
"""


def read(tmp_path: Path, *parts: str) -> Settings:
    file = tmp_path / "journeys.yml"
    file.write_text("".join(parts) or "".join((SOURCES, STAGES, JOURNEY)), encoding="utf-8")
    return read_settings(file)


def refused(tmp_path: Path, *parts: str) -> list[str]:
    """The problems of a file that must not be accepted, without the file's name."""
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, *parts)
    assert "Traceback" not in str(caught.value)
    return caught.value.problems


def with_web(tmp_path: Path, more: str) -> list[str]:
    return refused(tmp_path, SOURCES, more, STAGES, JOURNEY)


def source(tmp_path: Path, keys: str) -> Source:
    indented = "".join(f"    {line}\n" for line in keys.splitlines())
    return read(tmp_path, SOURCES, indented, STAGES, JOURNEY).sources[0]


def test_the_example_of_the_design_is_accepted():
    settings = read_settings(HERE / "data" / "design_example.yml")
    assert settings.journey.goal == "follow-up booked"
    assert settings.sources[1].events[1].value == "amount"
    assert settings.sources[2].attributes["industry"] == "industry"
    assert settings.actions[0].date == date(2025, 9, 1)


def test_defaults_are_those_of_the_design(tmp_path):
    settings = read(tmp_path)
    assert settings.sessions.timeout == timedelta(minutes=30)
    assert settings.journey.give_up_after == timedelta(days=30)
    assert settings.journey.within == timedelta(days=180)
    assert settings.personas.between == (2, 6)
    assert settings.personas.look == 3
    assert settings.privacy.min_group == 5
    assert settings.max_identifiers == 50
    assert settings.max_rejected_share == 0.05


def test_settings_cannot_be_changed(tmp_path):
    with pytest.raises(ValueError, match="frozen"):
        read(tmp_path).title = "other"


def test_touchpoints_are_numbered_over_all_stages(tmp_path):
    more = (
        "  - stage: support\n    touchpoints: [{touchpoint: ticket, where: \"event = 'ticket'\"}]\n"
    )
    settings = read(tmp_path, SOURCES, STAGES, more, JOURNEY)
    assert settings.touchpoints() == [
        (1, "paid ad", "awareness", 1, "channel = 'paid'"),
        (2, "demo call", "awareness", 1, "event = 'demo call'"),
        (3, "ticket", "support", 2, "event = 'ticket'"),
    ]


def test_relative_paths_start_at_the_files_folder_or_at_data(tmp_path):
    settings = read(tmp_path)
    assert settings.folder == tmp_path
    assert read_settings(settings.file, Path("elsewhere")).folder == Path("elsewhere")


# The file itself


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(SettingsError, match=r"there is no such file; give one with --config"):
        read_settings(tmp_path / "none.yml")


def test_a_folder_in_place_of_the_file_is_told(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        read_settings(tmp_path)


@pytest.mark.parametrize("text", [" ", "# only a comment\n"])
def test_an_empty_file_is_told(tmp_path, text):
    assert refused(tmp_path, text) == ["the file is empty; `journeys init` writes a first one"]


def test_a_file_that_is_a_list_is_told(tmp_path):
    assert "line 1: must hold keys and values" in refused(tmp_path, "- a\n- b\n")[0]


def test_a_file_that_is_no_text_is_told(tmp_path):
    file = tmp_path / "journeys.yml"
    file.write_bytes(b"title: caf\xe9\n")
    with pytest.raises(SettingsError, match="is not UTF-8 text"):
        read_settings(file)


def test_broken_yaml_is_told_with_line_and_column(tmp_path):
    assert refused(tmp_path, "title: [a\nmap: 1\n")[0].startswith("line 2, column")


def test_a_control_character_is_told(tmp_path):
    assert "is no YAML" in refused(tmp_path, "title: \x07\n")[0]


def test_an_object_of_python_is_not_made(tmp_path):
    assert "is no YAML" in refused(tmp_path, "title: !!python/object/apply:os.getcwd []\n")[0]


def test_a_key_given_twice_is_told_with_both_lines(tmp_path):
    problems = refused(tmp_path, "title: a\nmap: {}\ntitle: b\n")
    assert problems == ["line 3: 'title' is given twice, first on line 1"]


def test_a_file_that_refers_to_itself_is_told(tmp_path):
    assert "refers to itself" in refused(tmp_path, "map: &a {objective: *a}\n")[0]


def test_references_to_references_that_stand_for_millions_of_values_are_told(tmp_path):
    levels = [f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 9)}]" for n in range(1, 9)]
    problems = refused(tmp_path, "\n".join(["k0: &k0 [x]", *levels]))
    assert problems == ["stands for more than 100,000 values, by references to references"]


def test_a_reference_is_read_where_it_stands(tmp_path):
    sources = SOURCES.replace("columns: {", "columns: &c {")
    second = (
        "  - {name: b, kind: web, path: b, time: a, event: e, identifiers: {v: v}, columns: *c}\n"
    )
    assert read(tmp_path, sources, second, STAGES, JOURNEY).sources[1].columns["amount"] == "amount"


def test_a_date_that_cannot_be_is_told(tmp_path):
    problems = refused(tmp_path, "actions: [{date: 2025-13-41, touchpoint: x, what: y}]\n")
    assert "holds a value that cannot be" in problems[0]


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path):
    assert read(tmp_path, "\ufeffsegments: [channel]\n", SOURCES, STAGES, JOURNEY).segments


def test_words_that_yaml_once_read_as_booleans_stay_words(tmp_path):
    settings = read(tmp_path, "segments: [no]\n", SOURCES.replace("amount: amount", "no: on"), STAGES, JOURNEY)  # noqa: E501  # fmt: skip
    assert settings.sources[0].columns["no"] == "on"
    assert settings.segments == ("no",)


# Keys and values


def test_an_unknown_key_is_told_with_its_line_and_the_nearest(tmp_path):
    problems = refused(tmp_path, SOURCES, STAGES, "journey: {goal: demo call, mile_stones: []}\n")
    assert len(problems) == 1
    assert problems[0].startswith("line 16, journey.mile_stones: is an unknown key; allowed here: ")
    assert problems[0].endswith("Did you mean milestones?")


def test_a_key_deep_in_a_list_is_told_with_the_names_on_the_way(tmp_path):
    more = "    events: [{event: won, time: at, score: {column: nps, scale: npx}}]\n"
    problems = refused(tmp_path, WIDE, more, STAGES.replace("channel", "event"), JOURNEY)
    assert problems[0].startswith("line 7, sources[0] (deals).events[0] (won).score.scale: 'npx'")


def test_all_problems_are_told_at_once_in_the_order_of_lines(tmp_path):
    problems = refused(
        tmp_path,
        "titel: x\nsessions: {timeout: 30}\n",
        SOURCES.replace("kind: web", "kind: webb"),
        STAGES.replace("channel = 'paid'", "chanel = 'paid'"),
        "journey: {goal: demo cal, give_up_after: 3 moons}\npersonas: {between: [6, 2]}\n",
    )
    keys = [problem.split(": ")[0].split(", ")[1] for problem in problems]
    assert keys == [
        "titel",
        "sessions.timeout",
        "sources[0] (web).kind",
        "stages[0] (awareness).touchpoints[0] (paid ad).where",
        "journey.give_up_after",
        "journey.goal",
        "personas.between",
    ]


def test_the_message_names_the_file_and_counts_the_problems(tmp_path):
    with pytest.raises(SettingsError, match=r"journeys\.yml: 2 problems\n  - line"):
        read(tmp_path, "a: 1\nb: 2\n", SOURCES, STAGES, JOURNEY)


@pytest.mark.parametrize("missing", ["sources", "stages", "journey"])
def test_what_has_no_default_must_be_there(tmp_path, missing):
    parts = {"sources": SOURCES, "stages": STAGES, "journey": JOURNEY}
    problems = refused(tmp_path, *(text for key, text in parts.items() if key != missing))
    assert f"line 2, {missing}: is missing, and there is no default" in problems[0].replace("line 1", "line 2")  # noqa: E501  # fmt: skip


@pytest.mark.parametrize("key", ["folder", "file"])
def test_what_the_reader_sets_is_no_key_of_the_file(tmp_path, key):
    assert "is an unknown key" in with_web(tmp_path, f"{key}: x\n")[0]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("kind: shop", "'shop' is not allowed; use one of web, crm, support, survey, other"),
        ("timezone: Europe/Stokholm", "Did you mean Europe/Stockholm?"),
        ("date_only: noon", "use one of start, end"),
        ("delimiter: ''", "must not be empty"),
        ("event_id: 12", "must be text, in quotes where it looks like a number"),
        ("covers_until: soon", "Invalid isoformat"),
        ("score: {column: a, scale: nps, min: 0}", "is an unknown key"),
        ("identifiers: {}", "must not be empty"),
    ],
)
def test_a_source_with_a_value_that_is_not_allowed_is_told(tmp_path, key, words):
    name = key.partition(":")[0]
    kept = "".join(line for line in SOURCES.splitlines(True) if not line.strip().startswith(name + ":"))  # noqa: E501  # fmt: skip
    problems = refused(tmp_path, kept, f"    {key}\n", STAGES, JOURNEY)
    assert any(f".{name}" in problem and words in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("max_rejected_share: 5", "less than or equal to 1"),
        ("max_identifiers: '50'", "must be a whole number"),
        ("max_identifiers: 0", "greater than or equal to 1"),
        ("personas: {look: true}", "must be a whole number"),
        ("personas: {between: [0, 3]}", "greater than or equal to 1"),
        ("personas: {between: [5, 3]}", "must go up: [3, 5], not [5, 3]"),
        ("privacy: {min_group: 2.5}", "must be a whole number"),
        ("report: {week_start: friday}", "use one of monday, sunday"),
        ("map: words", "must be keys and values"),
        ("questions: {a: b}", "must be a list"),
        ("title: ''", "must not be empty"),
        ("actions: [{date: 20250901, touchpoint: paid ad, what: x}]", "is no date"),
        ("clock_tolerance: 5", "has no unit"),
    ],
)
def test_a_value_that_is_not_allowed_is_told(tmp_path, more, words):
    problems = with_web(tmp_path, more + "\n")
    assert len(problems) == 1
    assert words in problems[0]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("privacy: {pseudonymise: [email]}\n", "comes later; for now"),
    ],
)
def test_what_comes_later_is_refused_in_words(tmp_path, more, words):
    problems = with_web(tmp_path, more)
    assert len(problems) == 1
    assert words in problems[0]


def test_a_source_from_a_database_is_refused_in_words_and_needs_no_path(tmp_path):
    web = SOURCES.replace("path: web.csv", "database: crm.db\n    query: select 1")
    problems = refused(tmp_path, web, STAGES, JOURNEY)
    assert len(problems) == 2
    assert all("reading from a database comes later; for now" in text for text in problems)


def test_stages_to_be_inferred_are_one_stage_of_the_touchpoints_until_then(tmp_path):
    points = "stages: infer\ntouchpoints: [{touchpoint: deal, where: \"event = 'deal'\"}]\n"
    settings = read(tmp_path, SOURCES, points, JOURNEY.replace("goal: demo call", "goal: deal"))
    assert settings.is_staging_inferred
    assert [rule.touchpoint for rule in settings.touchpoints()] == ["deal"]


def test_touchpoints_without_a_stage_need_stages_to_be_inferred(tmp_path):
    problems = with_web(tmp_path, "touchpoints: []\n")
    assert "touchpoints: is an unknown key" in problems[0]


def test_a_rule_of_touchpoints_without_stages_is_checked_too(tmp_path):
    points = "stages: infer\ntouchpoints: [{touchpoint: deal, where: \"evnt = 'deal'\"}]\n"
    problems = refused(tmp_path, SOURCES, points, JOURNEY)
    assert any("touchpoints[0] (deal).where" in text for text in problems)


def places(values, location=()):
    """Where each value of a settings file stands."""
    yield location
    is_list = isinstance(values, list)
    for key in range(len(values)) if is_list else values if isinstance(values, dict) else ():
        yield from places(values[key], (*location, key))


def replaced(values, location, value):
    """A copy of the values with another one at a location."""
    if not location:
        return value
    copy = values.copy()
    copy[location[0]] = replaced(values[location[0]], location[1:], value)
    return copy


@pytest.mark.parametrize("value", [None, 1, True, "x", "", [], {}, [None], [[]], {"a": 1}])
def test_a_wrong_value_at_any_place_is_told_and_never_fails_otherwise(tmp_path, value):
    example = yaml.safe_load((HERE / "data" / "design_example.yml").read_text())
    file, told = tmp_path / "journeys.yml", 0
    for location in places(example):
        file.write_text(yaml.safe_dump(replaced(example, location, value)))
        try:
            read_settings(file)
        except SettingsError as problem:
            told += 1
            assert all(problem.problems)
    assert told > 40


# Names


@pytest.mark.parametrize("name", ["START", "Converted", "dropped", "oPeN"])
@pytest.mark.parametrize("key", ["stage: awareness", "touchpoint: paid ad"])
def test_names_of_the_graphs_own_nodes_are_refused_in_any_case(tmp_path, key, name):
    stages = STAGES.replace(key, f"{key.partition(':')[0]}: {name}")
    problems = refused(tmp_path, SOURCES, stages, JOURNEY)
    assert any("START, CONVERTED, DROPPED, OPEN" in text for text in problems)


def test_a_touchpoint_in_two_stages_is_refused(tmp_path):
    more = "  - stage: usage\n    touchpoints: [{touchpoint: Paid Ad, where: \"event = 'x'\"}]\n"
    problems = refused(tmp_path, SOURCES, STAGES, more, JOURNEY)
    assert "there is another touchpoint 'Paid Ad'" in problems[0]


def test_two_stages_of_one_name_are_refused(tmp_path):
    problems = refused(tmp_path, SOURCES, STAGES, "  - stage: awareness\n", JOURNEY)
    assert "there is another stage 'awareness'" in problems[0]


def test_two_sources_of_one_name_are_refused(tmp_path):
    second = SOURCES.replace("sources:\n", "")
    problems = refused(tmp_path, SOURCES, second, STAGES, JOURNEY)
    assert "sources[1] (web).name: there is another source 'web'" in problems[0]


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ("journey: {goal: demo cal}", "journey.goal"),
        ("journey: {goal: paid ad, starts_with: demo cal}", "journey.starts_with"),
        ("journey: {goal: paid ad, milestones: [demo cal]}", "journey.milestones[0]"),
        ("journey: {goal: paid ad}\nassumed_map: [demo cal]", "assumed_map[0]"),
        (
            "journey: {goal: paid ad}\n"
            "actions: [{date: 2025-01-01, touchpoint: demo cal, what: x}]",
            "actions[0] (demo cal).touchpoint",
        ),
    ],
)
def test_whoever_names_a_touchpoint_that_is_not_there_is_told_the_nearest(tmp_path, more, key):
    problems = refused(tmp_path, SOURCES, STAGES, more + "\n")
    assert len(problems) == 1
    assert f"{key}: there is no touchpoint 'demo cal'" in problems[0]
    assert "there are paid ad, demo call. Did you mean demo call?" in problems[0]


def test_the_goal_is_no_milestone(tmp_path):
    problems = refused(
        tmp_path, SOURCES, STAGES, "journey: {goal: paid ad, milestones: [paid ad]}\n"
    )
    assert "'paid ad' is the goal itself" in problems[0]


def test_segments_must_be_carried_columns_or_attributes(tmp_path):
    problems = with_web(tmp_path, "segments: [channel, chanel, device]\n")
    assert len(problems) == 1
    assert "segments[1]: there is no carried column or attribute 'chanel'" in problems[0]


def test_persona_attributes_must_be_carried_columns_or_attributes(tmp_path):
    problems = with_web(tmp_path, "personas: {attributes: [industry]}\n")
    assert (
        "personas.attributes[0]: there is no carried column or attribute 'industry'" in problems[0]
    )


def test_placeholders_must_be_of_a_kind_that_is_there(tmp_path):
    problems = with_web(tmp_path, "placeholders: {visitr: [x]}\n")
    assert "there is no kind of identifier 'visitr'; there are visitor. Did you mean" in problems[0]


@pytest.mark.parametrize("name", ["source", "event_id", "Stage", "identifier_x", "occurred_at"])
def test_a_carried_column_cannot_have_a_name_of_the_tables(tmp_path, name):
    problems = refused(tmp_path, SOURCES.replace("amount:", f"{name}:"), STAGES, JOURNEY)
    assert "is a name that the tables use themselves" in problems[0]


@pytest.mark.parametrize("name", ["page views", "e-mail", "1st", "_x", "naïve"])
def test_a_kind_of_identifier_must_be_a_plain_name(tmp_path, name):
    problems = refused(tmp_path, SOURCES.replace("visitor:", f"{name}:"), STAGES, JOURNEY)
    assert "must be letters, digits and underscores" in problems[0]


def test_one_column_may_be_carried_from_several_sources(tmp_path):
    second = SOURCES.replace("sources:\n", "").replace("name: web", "name: shop")
    assert read(tmp_path, SOURCES, second, STAGES, JOURNEY).carried_columns() == [
        "channel",
        "amount",
    ]


def test_a_name_that_two_sources_use_differently_is_refused(tmp_path):
    second = WIDE.replace("\nsources:", "") + "    attributes: [amount]\n"
    problems = refused(tmp_path, SOURCES, second, STAGES, JOURNEY)
    assert "'amount' is an attribute here and a carried column in web" in problems[0]


def test_a_name_that_two_sources_spell_in_other_case_is_refused(tmp_path):
    second = SOURCES.replace("sources:\n", "").replace("name: web", "name: b")
    problems = refused(tmp_path, SOURCES, second.replace("amount:", "Amount:"), STAGES, JOURNEY)
    assert "'Amount' is spelled 'amount' in web; spell it alike" in problems[0]


# Sources


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("", "says nothing about its events"),
        ("    time: at\n", "has `time` but no `event`"),
        ("    event: name\n", "is an event log without `time`"),
        ("    event: name\n    time: at\n    attributes: [a]\n", "has `event` and `attributes`"),
        ("    attributes: []\n", "has neither events nor attributes"),
        ("    attributes: [a]\n    where: \"a = 'b'\"\n", "belongs to an event here"),
        ("    attributes: [a]\n    event_id: a\n", "the id of wide rows is `row_id`"),
        ("    attributes: [a]\n    columns: [b]\n", "are carried along with events"),
        ("    event: a\n    time: at\n    row_id: b\n", "rows is `event_id`"),
        ("    events: [{event: won}]\n", "events[0] (won).time: is missing"),
        (
            "    events: [{event: won, time: a}, {event: won, time: b}]\n",
            "events[1] (won).event: 'won' is there already",
        ),
    ],
)
def test_a_source_is_an_event_log_or_wide_rows(tmp_path, more, words):
    problems = refused(tmp_path, WIDE, more, STAGES.replace("channel", "event"), JOURNEY)
    assert any(words in text for text in problems), problems


def test_a_source_knows_whether_it_is_an_event_log():
    settings = read_settings(HERE / "data" / "design_example.yml")
    assert [source.is_event_log for source in settings.sources] == [True, False, False, False]


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2025-12-31", datetime(2025, 12, 31, 23)),  # the end of the day, in Stockholm
        ("'2025-12-31'", datetime(2025, 12, 31, 23)),
        ("2025-07-01 12:00:00", datetime(2025, 7, 1, 10)),
        ("2025-07-01T12:00:00Z", datetime(2025, 7, 1, 12)),
        ("'2025-07-01T12:00+03:00'", datetime(2025, 7, 1, 9)),
    ],
)
def test_covers_until_is_utc_and_a_day_is_covered_to_its_end(tmp_path, written, utc):
    read_source = source(tmp_path, f"timezone: Europe/Stockholm\ncovers_until: {written}")
    assert read_source.covers_until == utc


def test_placeholders_have_defaults_but_for_cases(tmp_path):
    settings = read(tmp_path, SOURCES, STAGES, JOURNEY, "placeholders: {visitor: [0, null, X]}\n")
    assert settings.placeholders_of("visitor") == ("0", "null", "x")
    assert "undefined" in settings.placeholders_of("email")
    assert settings.placeholders_of("case") == ()


# Rules inside the settings


@pytest.mark.parametrize("rule", ["leave_out: 'event ='", "    where: 'event ='"])
def test_a_rule_that_is_no_expression_is_told_where_it_stands(tmp_path, rule):
    problems = with_web(tmp_path, rule + "\n")
    assert len(problems) == 1
    assert f"{rule.split(':')[0].strip()}: is no expression" in problems[0]


def test_a_rule_of_a_wide_event_is_checked(tmp_path):
    more = "    events: [{event: won, time: a, where: \"exists (select 1)\"}]\n"  # fmt: skip
    problems = refused(tmp_path, WIDE, more, STAGES.replace("channel", "event"), JOURNEY)
    assert "events[0] (won).where: a subquery is not allowed" in problems[0]


def test_a_rule_that_names_no_column_is_told_the_nearest(tmp_path):
    problems = refused(tmp_path, SOURCES, STAGES.replace("channel =", "chanel ="), JOURNEY)
    assert "there is no column 'chanel'" in problems[0]
    assert problems[0].endswith("Did you mean channel?")


def test_a_rule_of_a_source_sees_raw_columns_that_are_not_known_yet(tmp_path):
    assert source(tmp_path, "where: \"anything > 3\"").where == "anything > 3"  # fmt: skip


# Durations and scales


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("30 minutes", timedelta(minutes=30)),
        ("1 hour", timedelta(hours=1)),
        ("30 days", timedelta(days=30)),
        ("2 weeks", timedelta(weeks=2)),
        ("1.5 hours", timedelta(minutes=90)),
        ("1 day and 12 hours", timedelta(hours=36)),
        ("  90 Seconds ", timedelta(seconds=90)),
    ],
)
def test_durations_are_read_as_people_write_them(text, duration):
    assert parse_duration(text) == duration


@pytest.mark.parametrize("text", ["30", "thirty minutes", "30 moons", "minutes", "-3 days", "3 months", "9" * 40 + " weeks", ""])  # noqa: E501  # fmt: skip
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match=r"unit|length of time|longer than any"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["30 minutes", "1 hour", "30 days", "2 weeks", "1 day 12 hours"])
def test_words_of_a_duration_are_read_back(text):
    assert duration_words(parse_duration(text)) == text


def test_a_timeout_of_nothing_is_refused(tmp_path):
    assert (
        "must be longer than nothing" in with_web(tmp_path, "sessions: {timeout: 0 minutes}\n")[0]
    )


@pytest.mark.parametrize(
    ("scale", "bounds"),
    [("nps", (0, 10)), ("csat7", (1, 7)), ("{min: -2, max: 2.5}", (-2, 2.5)), ("1..10", (1, 10))],
)
def test_a_scale_has_bounds(tmp_path, scale, bounds):
    score = source(tmp_path, f"score: {{column: a, scale: {scale}}}").score
    assert scale_bounds(score.scale) == bounds


@pytest.mark.parametrize("scale", ["ten", "{min: 1}", "{min: 5, max: 1}", "5", "{min: a, max: b}"])
def test_what_is_no_scale_is_refused(tmp_path, scale):
    problems = with_web(tmp_path, f"    score: {{column: a, scale: {scale}}}\n")
    assert "scale" in problems[0]
