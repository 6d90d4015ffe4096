"""The notebook handle: rows of named tables, from one state of the warehouse."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from notebook_rows import publish

from pipeline.errors import JourneysError, WarehouseError
from pipeline.notebook import open_journeys


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return publish(tmp_path_factory.mktemp("tea") / "tea.duckdb")


@pytest.fixture
def journeys(warehouse):
    with open_journeys(warehouse) as handle:
        yield handle


def rows(frame, *columns):
    return list(frame[list(columns)].itertuples(index=False, name=None))


# -- what it answers


def test_drop_offs_come_in_the_order_of_the_map(journeys):
    assert rows(journeys.drop_offs(), "node", "drop_off_rate") == [("look", 0.25), ("buy", 0.5)]


def test_drop_offs_are_those_of_the_level(journeys):
    assert list(journeys.drop_offs(level="touchpoint")["node"]) == ["till"]


def test_a_persona_may_be_called_by_its_name(journeys):
    assert list(journeys.drop_offs("Regulars")["steps"]) == [1]
    assert list(journeys.drop_offs("p1")["steps"]) == [1]


def test_a_persona_without_rows_gives_an_empty_frame(journeys):
    assert journeys.drop_offs("unknown").empty


def test_stages_come_in_their_order(journeys):
    assert rows(journeys.stages(), "stage", "entered") == [("look", 5), ("buy", 3)]


def test_transitions_come_most_frequent_first(journeys):
    assert list(journeys.transitions()["from_node"]) == ["look", "START"]


def test_segments_come_by_node_then_value(journeys):
    found = rows(journeys.segments("city"), "node", "segment_value", "steps")
    assert found == [("look", "Bergen", 2), ("look", "Oslo", 1), ("buy", "Oslo", 3)]


def test_before_comes_first_then_after_then_the_others(journeys):
    assert rows(journeys.before_after("look"), "position", "touchpoint") == [
        ("before", "shop window"),
        ("before", "tasting"),
        ("after", "till"),
        ("before going on", "tasting"),
    ]


def test_conversion_of_all_months_comes_first(journeys):
    assert list(journeys.conversion()["month"]) == ["all", "2025-01", "2025-02"]


def test_paths_are_as_many_as_asked_for(journeys):
    assert list(journeys.paths(limit=2)["path"]) == ["shop window", "tasting"]


def test_a_journey_is_its_steps_in_order(journeys):
    assert list(journeys.journey(70)["touchpoint"]) == ["tasting", "till"]


@pytest.mark.parametrize("customer", ["email: ADA@tea.example ", "card:C-1"])
def test_a_customer_is_found_by_any_identifier(journeys, customer):
    assert list(journeys.journeys_of(customer)["journey_id"]) == [70, 71]


def test_personas_come_largest_first(journeys):
    assert list(journeys.personas()["persona_id"]) == ["unknown", "p1"]


def test_traits_come_strongest_first(journeys):
    assert list(journeys.traits("p1")["feature"]) == ["city", "hour"]


def test_tables_tell_rows_and_grain(journeys):
    found = journeys.tables().set_index("table")
    assert found.loc["journeys.steps", "rows"] == 4
    assert found.loc["journeys.steps", "grain"].startswith("One row per step")


def test_a_table_comes_whole(journeys):
    assert len(journeys.table("journeys.journeys")) == 3


def test_values_of_a_query_are_bound(journeys):
    found = journeys.sql("select $text as text, $number + 1 as number", text="it's", number=1)
    assert rows(found, "text", "number") == [("it's", 2)]


def test_the_graph_has_the_moves_as_edges(journeys):
    assert journeys.graph().edges["look", "buy"]["probability"] == 0.75


def test_the_graph_has_what_is_known_of_a_node(journeys):
    assert journeys.graph().nodes["buy"] == {
        "steps": 9, "drop_off_rate": 0.5, "conversion_probability": 0.5, "removal_effect": 1.0,
        "credit": 0.6,
    }  # fmt: skip


def test_the_chain_begins_at_the_start_and_goes_on_as_the_map(journeys):
    assert journeys.chain()["node"].tolist() == ["START", "look", "buy"]
    assert journeys.forecasts()["node"].tolist() == ["START", "buy"]


def test_credit_is_told_most_credited_first(journeys):
    assert journeys.attribution(level="stage")["node"].tolist() == ["buy", "look"]
    assert journeys.attribution()["node"].tolist() == ["paid"]
    with pytest.raises(JourneysError, match="no level 'chanel'"):
        journeys.attribution(level="chanel")


def test_memory_is_told_from_none_to_most(journeys):
    assert journeys.memory()["steps_remembered"].tolist() == [0, 1]


@pytest.mark.parametrize("picture", ["flow", "stage_funnel", "over_time"])
def test_each_picture_is_a_figure(journeys, picture):
    assert getattr(journeys, picture)().data


def test_the_picture_over_time_leaves_out_the_total(journeys):
    assert list(journeys.over_time().data[-1].x) == ["Jan 2025"]


def test_it_tells_in_two_lines_what_it_is(journeys, warehouse):
    assert repr(journeys).splitlines() == [
        f"Tea <house> · {warehouse}",
        "2025-01-01 to 2025-03-31, complete until 2025-03-31: 2 customers, 3 journeys "
        "(1 converted, 1 dropped, 1 open)",
    ]


def test_names_are_no_markup_in_a_notebook(journeys):
    assert "Tea &lt;house&gt;" in journeys._repr_html_()


# -- on the sample


@pytest.fixture(scope="module")
def sample(sample_warehouse):
    with open_journeys(sample_warehouse) as handle:
        yield handle


QUESTIONS = (
    "drop_offs", "stages", "transitions", "conversion", "traits", "flows", "flow", "stage_funnel",
    "over_time", "graph", "map_fits", "conformance", "feelings", "leaving_words", "quotes",
)  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_is_answered_for_everyone_and_each_persona(sample, question):
    for persona in ("all", *sample.personas()["persona_id"]):
        answer = getattr(sample, question)(persona)
        assert len(getattr(answer, "data", answer)) > 0


def test_loops_and_detours_come_by_the_time_that_they_take(sample):
    rows = sample.detours()
    took = rows["steps"] * (rows["median_seconds"] - rows["straight_seconds"].fillna(0))
    assert took.is_monotonic_decreasing
    assert set(rows["kind"]) == {"loop", "detour"}


def test_loops_and_detours_of_a_persona_are_of_its_own_customers(sample):
    everyone, own = sample.detours(), sample.detours("p1")
    assert set(own["persona_id"]) == {"p1"}
    assert own["steps"].max() < everyone["steps"].max()
    assert own[["customers", "other_customers"]].min().min() >= sample.min_group


def test_a_picture_shows_the_cells_of_its_twin(sample):
    assert list(sample.flow().data[0].link.value) == list(sample.flows()["journeys"])
    assert list(sample.stage_funnel().data[0].x) == list(sample.stages()["advanced"])


def test_the_graph_has_every_move_of_its_twin(sample):
    for level in ("stage", "touchpoint"):
        moves = rows(sample.transitions(level=level), "from_node", "to_node")
        assert sorted(sample.graph(level=level).edges) == sorted(moves)


def test_findings_have_the_columns_of_the_command(sample):
    assert list(sample.findings()) == [
        "finding_id", "kind", "persona_id", "stage", "touchpoint", "sentence", "size", "low",
        "high", "evidence", "sql",
    ]  # fmt: skip


def test_the_query_of_a_finding_gives_its_row(sample):
    for finding in sample.findings().itertuples():
        assert list(sample.sql(finding.sql)["finding_id"]) == [finding.finding_id]


def test_a_customer_of_the_sample_is_found_with_all_journeys(sample):
    email = sample.sql("select identifier from core.identities where identifier_kind = 'email'")
    found = sample.journeys_of(f"email:{email['identifier'][0]}")
    assert len(sample.journey(found["journey_id"][0])) == found["steps"][0]


# -- what it refuses


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda j: j.drop_offs("p2"), r"no persona 'p2'.*all, p1 \(Regulars\), unknown"),
        (lambda j: j.drop_offs(level="stages"), r"Did you mean stage\? There are: stage, touchp"),
        (lambda j: j.before_after("loook"), r"no stage 'loook'. Did you mean look\?.*look, buy"),
        (lambda j: j.segments("town"), r"no segment 'town'. There are: city"),
        (lambda j: j.table("journeys.step"), r"Did you mean journeys.steps\?"),
        (lambda j: j.table("core.events; drop table x"), r"There is no table"),
        (lambda j: j.journey(1), r"no journey 1. Ids are in journeys.journeys"),
        (lambda j: j.journeys_of("phone:1"), r"no kind of identifier 'phone'.*card, email"),
        (lambda j: j.journeys_of("card:C-9"), r"Nobody has the card 'C-9'"),
        (lambda j: j.sql("select * from journeys.stepz"), r"(?s)stepz.*\.tables\(\)"),
        (lambda j: j.sql("create table core.mine (a int)"), r"read-only"),
        (lambda j: j.sql("from read_csv('/etc/passwd')"), r"disabled"),
    ],
)
def test_a_mistake_is_answered_with_what_there_is(journeys, ask, words):
    with pytest.raises(JourneysError, match=words):
        ask(journeys)


def test_a_missing_warehouse_says_how_to_make_one(tmp_path):
    with pytest.raises(WarehouseError, match="Make one: journeys run"):
        open_journeys(tmp_path / "no.duckdb")


def test_a_file_that_is_no_database_is_told_by_its_own_name(tmp_path):
    (tmp_path / "no.duckdb").write_text("nothing of the kind" * 1000)
    with pytest.raises(WarehouseError, match=r"no\.duckdb: cannot be opened"):
        open_journeys(tmp_path / "no.duckdb")
    assert [path.name for path in tmp_path.iterdir()] == ["no.duckdb"]


def test_a_database_of_something_else_is_refused(tmp_path):
    import duckdb

    duckdb.connect(str(tmp_path / "other.duckdb")).close()
    with pytest.raises(WarehouseError, match="none that `journeys run` made"):
        open_journeys(tmp_path / "other.duckdb")


def test_a_closed_handle_says_so(warehouse):
    journeys = open_journeys(warehouse)
    journeys.close()
    with pytest.raises(WarehouseError, match="closed"):
        journeys.drop_offs()
    assert "closed" in repr(journeys)


def test_a_relative_path_is_also_looked_for_in_the_folders_above(warehouse, monkeypatch):
    below = warehouse.parent / "notebooks"
    below.mkdir(exist_ok=True)
    monkeypatch.chdir(below)
    with open_journeys("tea.duckdb") as journeys:
        assert journeys.warehouse == warehouse


# -- beside runs, with real processes

EVENTS = "select count(*) as events, count(distinct event) as names from core.events"
PUBLISH = """
import sys
from pathlib import Path
from notebook_rows import publish
publish(Path(sys.argv[1]), int(sys.argv[2]))
"""
READ = """
import sys
from pipeline.notebook import open_journeys
journeys = open_journeys(sys.argv[1])
print("open", flush=True)
for line in sys.stdin:
    found = journeys.sql(line)
    print(*found.iloc[0], flush=True)
"""


def command(script, *arguments):
    return [sys.executable, "-c", script, *map(str, arguments)]


def environment():
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}


def publish_elsewhere(warehouse, events):
    """Another process publishes; it may not take long, whoever reads."""
    subprocess.run(command(PUBLISH, warehouse, events), env=environment(), check=True, timeout=60)


@pytest.fixture
def reader(tmp_path):
    """Another process with an open handle on `tea.duckdb`, which answers one query a line."""
    publish(tmp_path / "tea.duckdb", events=3)
    with subprocess.Popen(
        command(READ, tmp_path / "tea.duckdb"),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(),
    ) as process:  # fmt: skip
        assert process.stdout.readline() == "open\n"
        yield process
        process.kill()


def ask(reader, query):
    reader.stdin.write(query + "\n")
    reader.stdin.flush()
    return reader.stdout.readline().strip()


def test_an_open_handle_goes_on_with_its_state_and_a_new_one_has_the_newest(tmp_path):
    warehouse = publish(tmp_path / "tea.duckdb", events=2_000_000)
    old = open_journeys(warehouse)
    publish_elsewhere(warehouse, 2)
    middle = open_journeys(warehouse)
    publish_elsewhere(warehouse, 5)
    newest = open_journeys(warehouse)
    found = [rows(handle.sql(EVENTS), "events", "names") for handle in (newest, old, middle)]
    assert found == [[(5, 5)], [(2_000_000, 2_000_000)], [(2, 2)]]


def test_opening_again_after_closing_gives_the_newest(tmp_path):
    warehouse = publish(tmp_path / "tea.duckdb", events=3)
    open_journeys(warehouse).close()
    publish_elsewhere(warehouse, 4)
    with open_journeys(warehouse) as journeys:
        assert rows(journeys.sql(EVENTS), "events") == [(4,)]


def test_a_reader_in_another_process_blocks_no_run_and_keeps_its_state(tmp_path, reader):
    for events in (10, 20):
        publish(tmp_path / "tea.duckdb", events)
        assert ask(reader, EVENTS) == "3 3"


def test_a_run_at_work_blocks_no_reader(tmp_path, reader):
    from pipeline.publish import lock, publishing

    warehouse = tmp_path / "tea.duckdb"
    with lock(warehouse), publishing(warehouse, fresh=False, keep=False):
        assert ask(reader, EVENTS) == "3 3"
        with open_journeys(warehouse) as journeys:
            assert rows(journeys.sql(EVENTS), "events") == [(3,)]


def test_an_open_handle_leaves_no_file_beside_the_warehouse(tmp_path, reader):
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tea.duckdb", "tea.duckdb.lock"]


def test_what_a_killed_reader_left_is_removed_by_the_next(tmp_path, reader):
    reader.kill()
    reader.wait()
    left = tmp_path / f"tea.duckdb.reader-{reader.pid}-0a"
    left.write_text("a link")
    left.with_name(left.name + ".tmp").mkdir()
    mine = tmp_path / f"tea.duckdb.reader-{os.getpid()}-0b"
    mine.write_text("of a process that is alive")
    open_journeys(tmp_path / "tea.duckdb").close()
    assert sorted(tmp_path.glob("*.reader-*")) == [mine]


def test_where_no_link_can_be_made_the_state_is_kept_too(tmp_path):
    warehouse = publish(tmp_path / ("t" * 230 + ".duckdb"))  # no room for a link's longer name
    journeys = open_journeys(warehouse)
    publish(warehouse, events=9)
    newest = open_journeys(warehouse)
    assert [len(handle.table("core.events")) for handle in (journeys, newest)] == [1, 9]
