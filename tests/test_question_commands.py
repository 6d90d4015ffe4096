"""`journeys funnel`, `paths` and `around`: what they print, and what they keep back."""

import json

import pandas as pd
import pytest
from click.testing import CliRunner

from pipeline import withheld
from pipeline.cli import cli
from pipeline.errors import JourneysError
from pipeline.notebook import open_journeys

LEAST = 5


@pytest.fixture
def run(sample_warehouse):
    def run(*arguments):
        done = CliRunner().invoke(
            cli, [*arguments, "--warehouse", str(sample_warehouse)], catch_exceptions=False
        )
        return done.output

    return run


@pytest.fixture(scope="module")
def journeys(sample_warehouse):
    with open_journeys(sample_warehouse) as handle:
        yield handle


WAY = ("pricing page", "demo call", "deal won")


def test_a_funnel_is_printed_with_its_intervals(run, journeys):
    row = journeys.funnel(*WAY).loc[1]
    line = next(line for line in run("funnel", *WAY).splitlines() if "demo call" in line)
    assert f"{100 * row['rate']:.1f}" in line
    assert f"{100 * row['rate_low']:.1f}–{100 * row['rate_high']:.1f}" in line


def test_a_funnel_as_json_has_the_cells_of_the_handle(run, journeys):
    told = json.loads(run("funnel", *WAY, "--per", "customer", "--json"))
    expected = journeys.funnel(*WAY, per="customer")
    assert [row["reached"] for row in told] == list(expected["reached"])
    assert told[0]["rate"] is None


def test_the_handle_answers_for_a_persona_by_name_or_id(journeys):
    first = journeys.personas().iloc[0]
    by_id, by_name = (journeys.funnel(*WAY, persona=first[key]) for key in ("persona_id", "name"))
    pd.testing.assert_frame_equal(by_id, by_name)
    assert by_id["reached"][0] < journeys.funnel(*WAY)["reached"][0]


def test_a_query_is_answered_in_sentences(run, journeys):
    query = "pricing page -> * -> demo call"
    row = journeys.paths(query).loc[0]
    text = run("paths", query)
    assert text.startswith(f"{row['journeys']} journeys of {row['customers']} customers match: ")
    assert f"From there, {100 * row['conversion_rate']:.1f}" in text


def test_no_path_of_a_small_group_is_printed(run, journeys):
    query = "pricing page -> * -> demo call"
    told = json.loads(run("paths", query, "--limit", "1000", "--json"))
    assert min(row["customers"] for row in told) >= LEAST
    assert journeys.paths(query, limit=1000)["customers"].min() < LEAST
    outcomes = [row[name] for row in told for name in ("converted", "dropped", "open")]
    assert not any(count is not None and 0 < count < LEAST for count in outcomes)


def test_paths_without_a_query_are_those_most_taken(run, journeys):
    told = json.loads(run("paths", "--limit", "3", "--json"))
    assert [row["path"] for row in told] == list(journeys.paths(limit=3)["path"])


def test_the_paths_most_taken_are_those_of_the_persona(run, journeys):
    persona = journeys.personas().iloc[0]["persona_id"]
    told = json.loads(run("paths", "--persona", persona, "--limit", "1000", "--json"))
    expected = journeys.sql(
        "select path, count(*) as journeys from journeys.sequences "
        "join personas.assignments using (customer_id) where persona_id = $persona "
        "group by path having count(distinct customer_id) >= 5",
        persona=persona,
    )
    counts = {row["path"]: row["journeys"] for row in told}
    assert counts == dict(zip(expected["path"], expected["journeys"], strict=True))


def test_a_query_that_nothing_matches_says_so_and_what_an_arrow_means(run):
    first, second = run("paths", "pricing page -> demo call -> deal won").splitlines()
    assert first.startswith("No journey matches. Of the 1")
    assert second.startswith('"a -> b" is b straight after a;')


def test_what_is_around_is_printed_by_position(run, journeys):
    text = run("around", "demo call", "--depth", "1", "--rows", "2")
    first = journeys.around("demo call", 1).iloc[0]
    lines = [line.split()[0] for line in text.splitlines()]
    assert lines[:5] == ["position", "-1", "-1", "+1", "+1"]
    assert "more rows: --rows" in text
    assert first["node"] in text.splitlines()[1]


def test_the_step_matrix_adds_up_at_each_step(journeys):
    for per in ("journey", "customer"):
        matrix = journeys.step_matrix(6, per)
        assert (matrix.groupby("step_number")["units"].sum() == matrix["all_units"].iloc[0]).all()


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda j: j.funnel("pricing pag"), r"Did you mean pricing page\? There are: paid ad"),
        (lambda j: j.funnel("demo call", without="suport ticket"), r"Did you mean support ticket"),
        (lambda j: j.funnel("demo call", within="7"), r"within: '7' is no length of time; write"),
        (lambda j: j.funnel("demo call", within="0 days"), "must be longer than nothing"),
        (lambda j: j.funnel("demo call", order="close"), r"Did you mean closed\? There are: close"),
        (
            lambda j: j.funnel("demo call", per="user"),
            r"no unit to count 'user'.*journey, customer",
        ),
        (lambda j: j.funnel("demo call", persona="p99"), r"no persona 'p99'"),
        (lambda j: j.paths("pricing page -> demo cal"), r"Did you mean demo call\?"),
        (lambda j: j.paths("pricing page > demo call"), "Between places write ->, not >"),
        (lambda j: j.paths(within="7 days"), "within limits the way of a query"),
        (lambda j: j.paths(15), "15 is no path query. For so many paths: limit=15"),
        (lambda j: j.around("demo"), r"no touchpoint 'demo'"),
    ],
)
def test_a_mistake_is_answered_with_what_there_is(journeys, ask, words):
    with pytest.raises(JourneysError, match=words):
        ask(journeys)


def test_values_are_bound_whatever_is_in_them(journeys):
    for text in ("'; drop table core.events; --", '" or 1=1', "$touchpoint_1"):
        with pytest.raises(JourneysError, match="There is no touchpoint"):
            journeys.funnel(text)


def test_an_older_warehouse_says_how_to_bring_it_up_to_date(tmp_path):
    import duckdb
    from notebook_rows import publish

    warehouse = publish(tmp_path / "tea.duckdb")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("delete from run.state where name = 'look'")
    with open_journeys(warehouse) as journeys, pytest.raises(JourneysError, match="run --full"):
        journeys.funnel("till", persona="p1")


# -- what is withheld


def funnel_rows(*reached):
    count = len(reached)
    rows = {"place": range(1, count + 1), "touchpoint": ["x"] * count, "reached": reached}
    return pd.DataFrame({**rows, "customers": reached, "rate": [0.5] * count})


@pytest.mark.parametrize(
    ("reached", "held"),
    [
        ((100, 50, 4), [False, False, True]),
        ((100, 97), [False, True]),  # three stopped: the difference would tell
        ((100, 100, 0), [False, False, False]),
    ],
)
def test_a_place_of_a_funnel_is_withheld_where_few_came_or_few_stopped(reached, held):
    told = withheld.funnel(funnel_rows(*reached), LEAST)
    assert list(told["is_withheld"]) == held
    assert list(told["reached"].isna()) == held
    assert list(told["rate"].isna()) == held


def test_a_lone_small_outcome_takes_the_next_smallest_with_it():
    rows = pd.DataFrame({
        "path": ["all", "a"], "customers": [50, 20],
        "converted": [20, 2], "dropped": [20, 8], "open": [10, 10],
        "conversion_rate": [0.4, None], "conversion_low": [0.3, None],
        "conversion_high": [0.5, None],
    })  # fmt: skip
    told = withheld.paths(rows, LEAST)
    assert told.loc[1, ["converted", "dropped", "open"]].tolist() == [None, None, 10]
    assert told.loc[0, "conversion_rate"] == 0.4
