"""What the pipeline finds of what was planted in the sample: personas, rates, the pain point."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import proofs
import pytest
from sklearn.metrics import adjusted_rand_score

from pipeline import runs
from pipeline.build import build
from pipeline.database import open_readonly, open_warehouse
from pipeline.findings import compare_runs, read_findings
from pipeline.inputs import parameters
from pipeline.models import in_order, read_models
from pipeline.sample import make_sample
from pipeline.settings import read_settings
from pipeline.warehouse import Options

pytestmark = pytest.mark.xdist_group("sample")
ROOT = Path(__file__).parent.parent
TRUTH = json.loads((ROOT / "data/sample/truth.json").read_text())
NODES = [(name, stage) for name, rates in TRUTH["drop_off"].items() for stage in rates]
NEAR, NEAR_FOUND = 0.02, 0.05  # a planted rate may lie outside its interval by so much
LEAST_STEPS = 3


def planted(connection, truth=TRUTH):
    """Frame of customer_id, persona: what was planted, by the identifiers of each customer."""
    told = pd.DataFrame(truth["personas"].items(), columns=["name", "persona"])
    connection.register("told", told)
    found = connection.execute("""
        select customer_id, mode(persona) as persona, count(distinct persona) as personas
        from core.identities
        join told on told.name = identifier_kind || ':' || identifier
        group by customer_id
    """).df()
    connection.unregister("told")
    return found


def agreement(connection, truth=TRUTH):
    """The adjusted Rand index of found against planted, of customers with enough steps."""
    enough = connection.execute(
        "select customer_id, persona_id from personas.assignments where customer_id in ("
        "select customer_id from journeys.steps group by 1 having count(*) >= ?)",
        [LEAST_STEPS],
    ).df()
    both = enough.merge(planted(connection, truth), on="customer_id")
    return adjusted_rand_score(both["persona"], both["persona_id"])


@pytest.fixture(scope="module")
def warehouse(sample_warehouse):
    connection = open_readonly(sample_warehouse)
    yield connection
    connection.close()


def test_every_customer_is_of_one_planted_persona(warehouse):
    assert planted(warehouse)["personas"].max() == 1


def test_the_personas_found_are_those_planted(warehouse):
    assert agreement(warehouse) >= 0.8


@pytest.mark.parametrize("seed", range(1, 11))
def test_the_personas_are_found_whatever_the_seed(seed, tmp_path, prove):
    make_sample(tmp_path, customers=4000 if prove else 1500, seed=seed)
    settings = read_settings(tmp_path / "journeys.yml", tmp_path)
    target = tmp_path / "w.duckdb"
    runs.run(settings, target, Options(now=datetime(2026, 6, 1, tzinfo=UTC)))
    connection = open_readonly(target)
    truth = json.loads((tmp_path / "truth.json").read_text())
    found = agreement(connection, truth)
    connection.close()
    assert found >= 0.8
    if prove:
        proofs.write("personas over ten seeds", f"seed {seed:02d}", round(found, 4))


@pytest.fixture(scope="module")
def rates_planted(sample_warehouse, sample_settings, tmp_path_factory):
    """{(persona, stage): rate, low, high} with the planted personas in place of those found."""
    copy = tmp_path_factory.mktemp("planted") / "w.duckdb"
    shutil.copyfile(sample_warehouse, copy)
    connection = open_warehouse(copy)
    told = planted(connection)[["customer_id", "persona"]].rename(columns={"persona": "persona_id"})
    connection.register("told", told)
    connection.execute("create or replace table run.persona_assignments as from told")
    wanted = ("personas.assignments", "graph.")
    models = [model for model in read_models() if model.name.startswith(wanted)]
    graph = {"conversion", "move_counts", "chain", "removal_effects", "memory", "forecasts",
             "next_steps"}  # fmt: skip
    steps = [step for step in runs.steps(sample_settings) if step.name[4:] in graph]
    build(connection, in_order([*models, *steps]), parameters(sample_settings, None))
    rates = read_rates(connection)
    connection.close()
    return rates


def read_rates(connection):
    """{(persona, stage): rate, low, high} of stage visits."""
    found = connection.execute(
        "select persona_id, node, drop_off_rate, drop_off_low, drop_off_high "
        "from graph.drop_offs where level = 'stage'"
    ).fetchall()
    return {(persona, stage): numbers for persona, stage, *numbers in found}


def is_met(truth, rate, low, high, near):
    return low <= truth <= high or abs(rate - truth) <= near


@pytest.mark.parametrize("persona, stage", NODES)
def test_a_planted_rate_is_met_over_the_planted_personas(persona, stage, rates_planted):
    truth = TRUTH["drop_off"][persona][stage]
    assert is_met(truth, *rates_planted[persona, stage], NEAR)


@pytest.mark.parametrize("stage", TRUTH["drop_off_all"]["all"])
def test_a_planted_rate_is_met_over_everyone(stage, warehouse):
    truth = TRUTH["drop_off_all"]["all"][stage]
    assert is_met(truth, *read_rates(warehouse)["all", stage], NEAR)


@pytest.fixture(scope="module")
def persona_ids(warehouse):
    """{planted persona: the persona found that most of its customers are in}"""
    assigned = warehouse.execute("from personas.assignments").df()
    both = assigned.merge(planted(warehouse), on="customer_id")
    return both.groupby("persona")["persona_id"].agg(lambda ids: ids.mode()[0]).to_dict()


@pytest.mark.parametrize("persona, stage", NODES)
def test_a_planted_rate_is_met_over_the_personas_found(persona, stage, warehouse, persona_ids):
    truth = TRUTH["drop_off"][persona][stage]
    assert is_met(truth, *read_rates(warehouse)[persona_ids[persona], stage], NEAR_FOUND)


def test_the_planted_pain_point_is_the_first_of_its_persona(warehouse, persona_ids):
    wanted = TRUTH["pain_point"]
    own = [
        (finding["stage"], finding["touchpoint"])
        for finding in read_findings(warehouse)
        if finding["kind"] == "pain_point"
        and finding["persona_id"] == persona_ids[wanted["persona"]]
    ]
    assert own[0] == (wanted["stage"], wanted["touchpoint"])


def test_the_planted_moment_of_truth_is_found_and_its_decoy_is_not(warehouse):
    found = [
        row["touchpoint"] for row in read_findings(warehouse) if row["kind"] == "moment_of_truth"
    ]
    assert found[0] == TRUTH["moment_of_truth"]["touchpoint"]
    told = "select touchpoint from findings.findings where kind = 'moment_of_truth'"
    assert (TRUTH["decoy"]["touchpoint"],) not in warehouse.execute(told).fetchall()


def test_the_planted_change_is_found_in_its_month(warehouse):
    wanted, (before, since) = TRUTH["change"], TRUTH["change"]["rates"]
    [change] = [row for row in read_findings(warehouse)
                if row["stage"] == wanted["stage"] and "first_day" in row["evidence"]]  # fmt: skip
    told = change["evidence"]
    assert f"{told['first_day']:%Y-%m}" == wanted["month"]
    assert (told["share"], told["other_share"]) == pytest.approx((since, before), abs=NEAR)


def test_between_runs_before_and_after_the_planted_change_it_is_told(sample_warehouse):
    """Since August more are lost at consideration, which give_up_after later begins to be known."""
    records = [
        {"run_id": run, "outcome": "published", "horizon": f"{seen}T00:00:00"}
        for run, seen in (("july", "2025-07-01"), ("august", "2025-08-01"), ("now", "2025-12-01"))
    ]
    connection = open_readonly(sample_warehouse)
    before, after = (compare_runs(connection, records, *two)
                     for two in (("july", "august"), ("august", "now")))  # fmt: skip
    connection.close()
    assert [row["stage"] for row in before.tests if row["is_told"]] == []
    assert "consideration" in {row["stage"] for row in after.tests if row["is_told"]}
    assert {row["stage"] for row in after.tests if row["is_told"]} <= {"consideration", None}
