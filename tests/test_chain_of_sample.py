"""What the chain says of the sample, through the files, the handle and the command line."""

import json
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest

from pipeline import open_journeys, withheld
from pipeline.chain import credits
from pipeline.errors import JourneysError
from pipeline.graph import export_graph

pytestmark = pytest.mark.xdist_group("sample")
METHODS = ("credit", "first_touch", "last_touch", "linear", "position_based", "time_decay",
           "shapley")  # fmt: skip


@pytest.fixture(scope="module")
def journeys(sample_warehouse):
    with open_journeys(sample_warehouse) as handle:
        yield handle


def test_the_planted_change_is_what_the_forecast_misses(journeys):
    rows = journeys.forecasts()
    assert set(rows[rows["is_missed"]]["node"]) == {"START", "consideration"}
    assert len(rows) == 8


def test_the_planted_change_is_missed_for_every_persona_and_little_else_is(journeys):
    rows = pd.concat(journeys.forecasts(persona) for persona in ("p1", "p2", "p3"))
    missed = rows[rows["is_missed"]]
    assert (missed["node"] == "consideration").sum() == 3
    assert set(missed["node"]) <= {"START", "consideration"}


@pytest.mark.parametrize("level", ["stage", "touchpoint", "channel"])
@pytest.mark.parametrize("persona", ["all", "p1", "p2", "p3"])
def test_credits_add_up_to_conversions_and_value(journeys, persona, level):
    table = journeys.attribution(persona, level)
    sql = """
        select count(*) as conversions, sum(value) as value
        from journeys.journeys join personas.assignments using (customer_id)
        where outcome = 'converted' and $persona in ('all', persona_id)
    """
    [(conversions, value)] = journeys.sql(sql, persona=persona).itertuples(index=False)
    for method in METHODS:
        assert table[method].sum() == pytest.approx(conversions, abs=1e-6)
        assert table[f"{method}_value"].sum() == pytest.approx(value, rel=1e-9)


def test_the_goal_gets_no_credit(journeys):
    assert "follow-up booked" not in set(journeys.attribution(level="touchpoint")["node"])


def test_everyones_chances_are_those_of_drop_offs(journeys):
    chain = journeys.chain(level="touchpoint").set_index("node")["conversion_probability"]
    told = journeys.drop_offs(level="touchpoint").set_index("node")["conversion_probability"]
    assert chain.drop("START").to_dict() == told.to_dict()


@pytest.mark.parametrize("level", ["stage", "touchpoint"])
def test_every_persona_has_a_chain_with_intervals(journeys, level):
    for persona in ("all", "p1", "p2", "p3"):
        rows = journeys.chain(persona, level)
        assert rows["node"].iloc[0] == "START"
        low, rate, high = (rows[f"conversion_{name}"] for name in ("low", "probability", "high"))
        assert ((low <= rate) & (rate <= high)).all()


def test_what_if_through_the_handle(journeys):
    row = journeys.what_if(node="usage", drop_off=0.1).iloc[0]
    assert row["conversions_gained_low"] > 0
    assert (
        row["conversions_gained_low"] < row["conversions_gained"] < row["conversions_gained_high"]
    )
    assert row["value_gained"] > 0


@pytest.mark.parametrize(
    "node, rate, words",
    [("usge", 0.2, "usage"), ("usage", 20, "from 0 to 1"), ("START", 0.1, "known of: awareness")],
)
def test_what_cannot_be_asked_is_refused_in_words(journeys, node, rate, words):
    with pytest.raises(JourneysError, match=words):
        journeys.what_if(node=node, drop_off=rate)


def test_the_largest_pain_points_have_a_what_if(journeys):
    told = journeys.table("findings.what_ifs")
    found = journeys.findings()
    pains = found["finding_id"][found["kind"] == "pain_point"].tolist()
    assert pains
    assert set(pains[:3]) <= set(told["finding_id"])
    assert (told["conversions_gained"] > 0).all()


def test_the_exported_graph_is_read_back_as_it_is(journeys, tmp_path):
    written = export_graph(journeys._open(), tmp_path, "all", "stage")
    assert [path.name for path in written] == [
        "stage-all.graphml", "stage-all.json", "stage-all.mmd", "stage-all-nodes.parquet",
        "stage-all-moves.parquet",
    ]  # fmt: skip
    graph = nx.read_graphml(written[0])
    assert graph.nodes["usage"]["conversion_probability"] > 0
    assert graph.nodes["usage"]["removal_effect"] > 0
    nodes = pd.read_parquet(written[3]).set_index("node")
    assert nodes.loc["usage", "credit"] == graph.nodes["usage"]["credit"]
    assert len(pd.read_parquet(written[4])) == graph.number_of_edges()


def test_credit_of_a_file_of_paths_on_the_command_line():
    paths = Path(__file__).parent / "chain" / "paths.csv"
    done = attribute("--paths", str(paths), "--json")
    rows = json.loads(done.stdout)
    assert [row["node"] for row in rows] == ["ads", "mail", "search", "social"]
    assert sum(row["credit"] for row in rows) == pytest.approx(99)


def test_credit_of_the_warehouse_on_the_command_line(sample_warehouse):
    done = attribute("--warehouse", str(sample_warehouse))
    head, first, *_ = done.stdout.splitlines()
    assert head.split("  ")[-1].strip() == "95 %"
    assert first.split()[0] == "email"


def test_credit_of_small_groups_is_withheld_and_never_one_alone():
    met = {"a": 90, "b": 7, "c": 3, "d": 0}
    answer = pd.DataFrame(
        [("channel", "all", node, count, count * 1.0) for node, count in met.items()],
        columns=["level", "persona_id", "node", "customers", "credit"],
    )
    told = withheld.credits(answer, 5)
    assert told["node"].tolist() == ["a", "d", "b", "c"]
    assert told["credit"].tolist() == [90.0, 0.0, None, None]
    said = credits.as_text(told, 5)
    assert said.splitlines()[-1] == (
        "Withheld, met by fewer than 5 customers who converted or beside one that was: b, c"
    )


def test_a_file_that_is_none_is_refused_with_2(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    for file, words in (("x.csv", "no column 'path'"), ("y.csv", "no such file")):
        done = attribute("--paths", str(tmp_path / file))
        assert done.returncode == 2
        assert words in done.stderr


def attribute(*arguments):
    command = [sys.executable, "-m", "pipeline", "attribute", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)
