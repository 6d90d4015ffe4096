"""Stages inferred: communities in the order of positions, their names, and runs that keep them."""

from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import yaml
from sklearn.metrics import adjusted_rand_score

from pipeline import runs
from pipeline.database import open_readonly
from pipeline.errors import SettingsError
from pipeline.inferring import ALONG_THE_WAY, RESOLUTION, affinity, communities, infer_stages
from pipeline.report import write_report
from pipeline.settings import read_settings
from pipeline.stage_names import proposed_names
from pipeline.warehouse import Options

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def ordered(*groups, journeys=50):
    """Pairs of touchpoints: those of earlier groups always first, of one group either way."""
    place = {name: number for number, group in enumerate(groups) for name in group}
    return [
        (a, b, journeys, journeys if place[a] < place[b] else journeys // 2 if place[a] == place[b] else 0)  # noqa: E501
        for a in place for b in place if a != b
    ]  # fmt: skip


def stages_of(placed):
    found = {}
    for each in placed:
        found.setdefault(each.stage_number, []).append(each.touchpoint)
    return list(found.values())


GROUPS = (("ad", "post", "talk", "fair"), ("page", "demo", "case", "price"), ("order", "won"))


def test_groups_that_come_one_after_the_other_are_stages_in_order():
    names = [name for group in GROUPS for name in group]
    placed = infer_stages(names, ordered(*GROUPS), {}, ())
    assert [sorted(stage) for stage in stages_of(placed)] == [sorted(group) for group in GROUPS]


def test_what_comes_anywhere_is_set_apart():
    groups = (
        ("ad", "post"),
        ("page", "case"),
        ("demo", "price"),
        ("order", "won"),
        ("login", "use"),
    )
    names = [name for group in groups for name in group]
    chat = [("chat", name, 40, 20) for name in names] + [(name, "chat", 40, 20) for name in names]
    placed = infer_stages([*names, "chat"], ordered(*groups) + chat, {}, ())
    assert [each.touchpoint for each in placed if each.stage == ALONG_THE_WAY] == ["chat"]


def test_a_milestone_ends_its_stage():
    group = ("proposal", "deal", "kick-off")
    pairs = ordered(*((name,) for name in group))
    near = infer_stages(group, [(a, b, 4, 2) for a, b, _, _ in pairs], {}, ("deal",))
    ending = [stage for stage in stages_of(near) if "deal" in stage]
    assert ending[0][-1] == "deal"


def test_the_order_of_what_is_given_changes_nothing():
    names = [name for group in GROUPS for name in group]
    pairs = ordered(*GROUPS)
    assert infer_stages(names[::-1], pairs[::-1], {}, ()) == infer_stages(names, pairs, {}, ())


def test_a_touchpoint_alone_is_a_stage():
    assert stages_of(infer_stages(["ad"], [], {"ad": 3}, ())) == [["ad"]]


@pytest.mark.parametrize("seed", range(5))
def test_no_other_cut_has_a_higher_modularity(seed):
    """Against networkx's modularity, over all ways to cut seven touchpoints in order."""
    positions = np.sort(np.random.default_rng(seed).random(7) * 0.5)
    graph = nx.from_numpy_array(affinity(positions))

    def modularity(cuts):
        borders = [0, *cuts, 7]
        parts = [set(range(a, b)) for a, b in pairwise(borders)]
        return nx.community.modularity(graph, parts, resolution=RESOLUTION)

    found = modularity([first for first, _ in communities(positions)[1:]])
    every = [modularity(cuts) for size in range(7) for cuts in combinations(range(1, 7), size)]
    assert found == pytest.approx(max(every))


def test_names_are_known_words_or_the_touchpoints_own_and_all_different():
    stages = [["paid ad", "blog post"], ["demo call"], ["x", "y", "z"], ["price list"]]
    steps = {"x": 1, "y": 5, "z": 9}
    assert proposed_names(stages, steps) == ["awareness", "consideration", "z and y", "price list"]


def test_a_word_goes_to_the_stage_that_speaks_most_for_it():
    stages = [["filter_results", "add_to_cart"], ["home", "search"], ["x", "y", "case study"]]
    steps = {"filter_results": 6, "add_to_cart": 4, "x": 4, "y": 4, "case study": 3}
    assert proposed_names(stages, steps) == ["basket", "discovery", "x and y"]


# -- runs


def sample_to_be_inferred(folder):
    """The sample's settings with its touchpoints, and without its stages."""
    told = yaml.safe_load((ROOT / "journeys.yml").read_text())
    told["touchpoints"] = [each for stage in told["stages"] for each in stage["touchpoints"]]
    truth = {
        each["touchpoint"]: stage["stage"]
        for stage in told["stages"]
        for each in stage["touchpoints"]
    }
    told["stages"] = "infer"
    (folder / "journeys.yml").write_text(yaml.safe_dump(told))
    return read_settings(folder / "journeys.yml", ROOT), truth


def rows(warehouse, sql):
    connection = open_readonly(warehouse)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


@pytest.mark.xdist_group("sample")
def test_the_samples_stages_are_found_without_being_told(tmp_path):
    settings, truth = sample_to_be_inferred(tmp_path)
    runs.run(settings, tmp_path / "w.duckdb", Options(now=NOW))
    found = dict(
        rows(tmp_path / "w.duckdb", "select touchpoint, stage from journeys.inferred_stages")
    )
    names = sorted(truth)
    assert sorted(found) == names
    score = adjusted_rand_score([truth[name] for name in names], [found[name] for name in names])
    assert score >= 0.7


SETTINGS = """
sources:
  - {name: web, kind: web, path: "*.csv", time: at, event: what, identifiers: {visitor: visitor}}
stages: infer
journey: {goal: order, give_up_after: 20 days}
"""
WALKS = tuple(
    tuple(walk.split())
    for walk in ("ad page basket order", "post page basket", "ad price basket",
                 "post price basket order", "ad post price page order")
)  # fmt: skip


def shop(folder, name="web.csv", first=0, walks=WALKS):
    lines = ["at,what,visitor"]
    for visitor in range(first, first + 40):
        for step, what in enumerate(walks[visitor % len(walks)]):
            at = datetime(2025, 1, 1) + timedelta(days=step, hours=visitor)
            lines.append(f"{at.isoformat()},{what},v{visitor}")
    (folder / name).write_text("\n".join(lines) + "\n")
    (folder / "journeys.yml").write_text(SETTINGS)
    return read_settings(folder / "journeys.yml")


def reported(warehouse, settings):
    connection = open_readonly(warehouse)
    try:
        return write_report(connection, settings, warehouse.with_suffix(".html")).read_text()
    finally:
        connection.close()


def test_events_become_touchpoints_and_later_runs_keep_the_stages(tmp_path):
    warehouse = tmp_path / "out" / "w.duckdb"
    first = runs.run(shop(tmp_path), warehouse, Options(now=NOW))
    stages = rows(warehouse, "from journeys.inferred_stages order by all")
    html = reported(warehouse, read_settings(tmp_path / "journeys.yml"))
    assert all(stage in html for _, stage, *_ in stages)
    assert "all touchpoints" not in html
    assert any("as a first guess" in note for note in first.notes)
    assert {row[2] for row in stages} == {"ad", "post", "page", "price", "basket", "order"}
    assert rows(
        warehouse, "select count(*) from journeys.journeys where outcome = 'converted'"
    ) != [(0,)]
    settings = shop(tmp_path, "more.csv", 40, (("order", "page", "ad"),))
    for options in (Options(now=NOW), Options(now=NOW, full=True)):
        again = runs.run(settings, warehouse, options)
        assert not any("first guess" in note for note in again.notes)
        assert rows(warehouse, "from journeys.inferred_stages order by all") == stages
    anew = runs.run(settings, warehouse, Options(now=NOW, full=True, refit=True))
    assert any("first guess" in note for note in anew.notes)


def test_a_goal_that_no_event_is_named_like_is_told_with_those_there_are(tmp_path):
    shop(tmp_path)
    (tmp_path / "journeys.yml").write_text(SETTINGS.replace("goal: order", "goal: buy"))
    settings = read_settings(tmp_path / "journeys.yml")
    with pytest.raises(
        SettingsError, match=r"there is no event 'buy'; the most frequent are .*basket"
    ):
        runs.run(settings, tmp_path / "w.duckdb", Options(now=NOW))


def test_a_place_of_the_assumed_map_that_is_no_event_is_told_with_those_there_are(tmp_path):
    shop(tmp_path)
    (tmp_path / "journeys.yml").write_text(SETTINGS + "assumed_map: [ad, demo, order]\n")
    settings = read_settings(tmp_path / "journeys.yml")
    with pytest.raises(SettingsError, match=r"assumed_map: there is no touchpoint 'demo'; use"):
        runs.run(settings, tmp_path / "w.duckdb", Options(now=NOW))


def test_inferred_or_told_the_tables_have_the_same_journeys(tmp_path):
    """Only stages are inferred: steps, journeys and outcomes are as with any stages."""
    settings = shop(tmp_path)
    runs.run(settings, tmp_path / "a.duckdb", Options(now=NOW))
    told = "\n".join(
        f"      - {{touchpoint: {name}, where: \"event = '{name}'\"}}"
        for name in ("ad", "post", "page", "price", "basket", "order")
    )
    one = SETTINGS.replace("stages: infer", f"stages:\n  - stage: all\n    touchpoints:\n{told}")
    (tmp_path / "journeys.yml").write_text(one)
    runs.run(read_settings(tmp_path / "journeys.yml"), tmp_path / "b.duckdb", Options(now=NOW))
    sql = "select journey_id, outcome, steps, first_touchpoint from journeys.journeys order by all"
    assert rows(tmp_path / "a.duckdb", sql) == rows(tmp_path / "b.duckdb", sql)
