"""What is planted in the sample is found in its warehouse: personas, drop-offs, the pain point."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from sklearn.metrics import adjusted_rand_score

from pipeline.database import open_readonly, open_warehouse
from pipeline.findings import read_findings
from pipeline.models import create, read_model, sql_folder
from pipeline.runs import run
from pipeline.sample import make_sample
from pipeline.settings import read_settings
from pipeline.warehouse import Options

pytestmark = pytest.mark.xdist_group("sample")

SAMPLE = Path(__file__).parent.parent / "data" / "sample"
TRUTH = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
RATES = [
    (persona, stage, rate)
    for persona, rates in TRUTH["drop_off"].items()
    for stage, rate in rates.items()
]
Rates = dict[tuple[str, str], tuple[float, float, float]]


def planted(connection: duckdb.DuckDBPyConnection, truth: dict[str, str]) -> dict[int, str]:
    """The planted persona of each customer of a warehouse."""
    rows = connection.execute(
        "select identifier_kind || ':' || identifier, customer_id from core.identities order by all"
    ).fetchall()
    return {customer: truth[name] for name, customer in rows if name in truth}


def rand_index(connection: duckdb.DuckDBPyConnection, truth: dict[str, str]) -> float:
    """Agreement of found and planted personas, over customers with at least three steps."""
    known = planted(connection, truth)
    found = connection.execute("""
        select customer_id, persona_id from personas.assignments
        where customer_id in
            (select customer_id from journeys.steps group by customer_id having count(*) >= 3)
    """).fetchall()
    pairs = [(known[customer], persona) for customer, persona in found if customer in known]
    assert len(pairs) > 0.9 * len(found)
    return float(adjusted_rand_score(*zip(*pairs, strict=True)))


def drop_offs(connection: duckdb.DuckDBPyConnection, names: dict[str, str]) -> Rates:
    """Rate and interval by planted persona and stage; `names` has the persona id of each."""
    rows = connection.execute("""
        select persona_id, node, drop_off_rate, drop_off_low, drop_off_high
        from graph.drop_offs where level = 'stage'
    """).fetchall()
    rates = {(persona, node): (rate, low, high) for persona, node, rate, low, high in rows}
    return {(name, stage): rates[names[name], stage] for name, stage, _ in RATES}


@pytest.fixture(scope="module")
def found(sample_warehouse):
    connection = open_readonly(sample_warehouse)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def found_names(found) -> dict[str, str]:
    """The found persona that holds most customers of each planted one."""
    found_of = dict(found.execute("from personas.assignments").fetchall())
    counts: dict[str, dict[str, int]] = {}
    for customer, name in planted(found, TRUTH["personas"]).items():
        of_name = counts.setdefault(name, {})
        if customer in found_of:
            persona = found_of[customer]
            of_name[persona] = of_name.get(persona, 0) + 1
    return {name: max(of_name, key=lambda p: of_name[p]) for name, of_name in counts.items()}


@pytest.fixture(scope="module")
def found_rates(found, found_names) -> Rates:
    return drop_offs(found, found_names)


@pytest.fixture(scope="module")
def planted_rates(sample_warehouse, tmp_path_factory) -> Rates:
    """The drop-offs of the sample's warehouse, made again over the planted personas."""
    copy = tmp_path_factory.mktemp("planted") / "copy.duckdb"
    shutil.copy(sample_warehouse, copy)
    connection = open_warehouse(copy)
    personas = planted(connection, TRUTH["personas"])
    connection.execute("delete from personas.assignments")
    connection.executemany("insert into personas.assignments values (?, ?)", [*personas.items()])
    create(connection, read_model(sql_folder() / "graph" / "drop_offs.sql"), {})
    rates = drop_offs(connection, {name: name for name in TRUTH["drop_off"]})
    connection.close()
    return rates


def test_the_found_personas_are_the_planted_ones(found):
    assert rand_index(found, TRUTH["personas"]) >= 0.8


@pytest.mark.parametrize(("persona", "stage", "rate"), RATES)
def test_a_planted_rate_is_found_over_the_planted_personas(persona, stage, rate, planted_rates):
    estimate, low, high = planted_rates[persona, stage]
    assert low <= rate <= high or abs(estimate - rate) <= 0.02


@pytest.mark.parametrize(("persona", "stage", "rate"), RATES)
def test_a_planted_rate_is_found_over_the_found_personas(persona, stage, rate, found_rates):
    assert abs(found_rates[persona, stage][0] - rate) <= 0.05


def test_the_planted_pain_point_is_the_first_of_its_persona(found, found_names):
    pain = TRUTH["pain_point"]
    first = next(
        finding
        for finding in read_findings(found)
        if finding["persona_id"] == found_names[pain["persona"]]
    )
    assert (first["stage"], first["touchpoint"]) == (pain["stage"], pain["touchpoint"])
    assert f"“{pain['stage']}”" in first["sentence"]
    assert f"“{pain['touchpoint']}”" in first["sentence"]


def test_personas_are_found_for_other_seeds_of_the_generator(prove, tmp_path):
    seeds, customers = (range(1, 11), 4000) if prove else (range(2, 4), 600)
    found = {}
    for seed in seeds:
        folder = tmp_path / str(seed)
        make_sample(folder, customers=customers, seed=seed)
        settings = read_settings(folder / "journeys.yml")
        run(settings, folder / "journeys.duckdb", Options(now=datetime(2026, 1, 15, tzinfo=UTC)))
        truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        connection = open_readonly(folder / "journeys.duckdb")
        found[seed] = rand_index(connection, truth["personas"])
        connection.close()
    assert min(found.values()) >= 0.8, found
