"""The step that finds, keeps and assigns personas in a warehouse."""

import json

import numpy as np
import pytest
from graph_rows import warehouse

from pipeline.personas import persona_step
from pipeline.personas.matrix import batches, known_features, matrix_of, sample_of
from pipeline.settings import Settings

CHANNELS = ("paid", "mail")


def rows(count: int) -> list[tuple[object, ...]]:
    """Customers of two kinds, from the number 1; the last one of all is known for nothing."""
    rng = np.random.default_rng(1)
    found: list[tuple[object, ...]] = []
    for customer in range(1, count):
        kind = customer % 2
        hour = float(9 + 10 * kind + rng.normal())
        found += [
            (customer, "channel", f"channel: {CHANNELS[kind]}", 1.0),
            (customer, "device", f"device: {('mobile', 'desktop')[kind]}", 1.0),
            (customer, "hour", "hour of the first step", hour),
        ]
    return found


def settings(**personas: object) -> Settings:
    return Settings.model_validate(
        {
            "sources": [{"name": "web", "kind": "web", "path": "web.csv", "event": "event",
                         "time": "at", "identifiers": {"visitor": "visitor"}}],
            "stages": [{"stage": "buy", "touchpoints": [{"touchpoint": "deal", "where": "true"}]}],
            "journey": {"goal": "deal"},
            "personas": personas,
        }
    )  # fmt: skip


@pytest.fixture
def connection():
    sessions = [(n, n) for n in range(1, 302)]
    return warehouse({"personas.features": rows(301), "core.sessions": sessions})


def run(connection, parameters=None, **personas):
    persona_step(settings(**personas)).run(connection, parameters or {})
    return dict(connection.execute("from run.persona_assignments").fetchall())


def kept(connection):
    [(model,)] = connection.execute("from run.persona_model").fetchall()
    return json.loads(model)


def test_every_customer_has_one_persona_and_who_is_not_known_has_unknown(connection):
    assigned = run(connection)
    assert len(assigned) == 301
    assert assigned[301] == "unknown"
    assert {assigned[n] for n in range(1, 301, 2)} != {assigned[n] for n in range(2, 301, 2)}
    assert connection.execute("select persona_id from run.persona_names").fetchall() == [
        ("p1",),
        ("p2",),
    ]


def test_the_kept_model_assigns_new_customers(connection):
    before = run(connection)
    model = kept(connection)
    connection.execute("delete from personas.features where customer_id > 3")
    assert {n: persona for n, persona in run(connection).items() if n <= 3} == {
        n: before[n] for n in (1, 2, 3)
    }
    assert kept(connection) == model


def test_a_refit_finds_the_personas_anew_and_keeps_their_ids(connection):
    before = run(connection)
    connection.execute("delete from personas.features where customer_id > 200")
    after = run(connection, {"refit": True})
    assert {n: after[n] for n in range(1, 201)} == {n: before[n] for n in range(1, 201)}


def test_other_settings_find_them_anew(connection):
    run(connection)
    run(connection, number=3)
    assert len(kept(connection)["persona_ids"]) == 3


def test_without_features_all_are_unknown_and_no_model_is_kept(connection):
    connection.execute("delete from personas.features")
    assert set(run(connection).values()) == {"unknown"}
    assert connection.execute("from run.persona_model").fetchall() == []


def test_batches_hold_every_customer_once_and_whole(connection):
    table = sample_of(connection, 1000)
    features = known_features(table)
    ids, whole = matrix_of(table, features)
    parts = list(batches(connection, features, 7))
    assert max(len(part) for part, _ in parts) == 7
    assert np.concatenate([part for part, _ in parts]).tolist() == ids.tolist()
    assert np.array_equal(np.concatenate([part for _, part in parts]), whole)
