"""The step that finds, keeps and assigns personas in a warehouse."""

import json

import numpy as np
import pytest
from graph_rows import made, warehouse
from sklearn.metrics import adjusted_rand_score

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


def test_a_kept_model_assigns_the_listed_customers_anew_and_the_others_stay(connection):
    before = run(connection)
    connection.execute("update personas.features set customer_id = 3 - customer_id "
                       "where customer_id in (1, 2)")  # fmt: skip
    connection.execute("insert into run.customers values (1)")
    after = run(connection)
    assert before[1] != before[2]
    assert (after[1], after[2]) == (before[2], before[2])


def test_who_is_gone_has_no_persona_though_nobody_lists_them(connection):
    before = run(connection)
    connection.execute("delete from core.sessions where customer_id = 7")
    assert run(connection) == {n: persona for n, persona in before.items() if n != 7}


def test_the_kept_model_assigns_new_customers(connection):
    before = run(connection)
    model = kept(connection)
    connection.execute("delete from personas.features where customer_id > 3")
    connection.execute("insert into run.customers select customer_id from core.sessions")
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


# -- when a kept model no longer does


def notices(connection):
    return [row[0] for row in connection.execute("from run.persona_notices").fetchall()]


def more(connection, numbers, channel):
    connection.executemany(
        "insert into personas.features values (?, 'channel', ?, 1.0)",
        [(number, f"channel: {channel}") for number in numbers],
    )


def test_a_model_stays_while_its_check_holds(connection):
    run(connection)
    more(connection, range(1000, 1100), "mail")
    run(connection)
    assert kept(connection)["customers"] == 300
    assert notices(connection) == []


def test_with_twice_as_many_customers_personas_are_found_anew(connection):
    run(connection)
    more(connection, range(1000, 1400), "mail")
    run(connection)
    assert kept(connection)["customers"] == 700
    assert "there are 700 customers now, and they were found on 300" in notices(connection)[0]
    run(connection)
    assert notices(connection) == []


def test_what_was_not_known_then_makes_them_be_found_anew(connection):
    run(connection)
    more(connection, range(-250, 0), "fax")
    run(connection)
    assert "of what is known of customers was not known then" in notices(connection)[0]


def test_customers_who_no_longer_belong_clearly_make_them_be_found_anew(connection):
    run(connection)
    connection.execute("update personas.features set value = 14 where feature_group = 'hour'")
    connection.execute(
        "update personas.features set feature = case when customer_id % 3 = 0 then 'channel: paid'"
        " else 'channel: mail' end where feature_group = 'channel'"
    )
    connection.execute(
        "update personas.features set feature = case when customer_id % 5 < 2 then 'device: mobile'"
        " else 'device: desktop' end where feature_group = 'device'"
    )
    run(connection)
    assert "less clearly than when they were found" in notices(connection)[0]


def test_an_attribute_that_turns_out_to_tell_who_converted_is_read_no_more(connection):
    connection.execute(
        "insert into personas.features select customer_id, 'attribute', 'profile: cat', 1.0"
        " from personas.features where feature_group = 'device' and customer_id % 2 = 0"
    )
    run(connection)
    connection.execute("insert into personas.attributes values ('profile', 0.8, 0.0, true)")
    run(connection)
    told = " ".join(notices(connection))
    assert "filled for 80% of the customers who reached the goal and 0% of the others" in told
    assert "they were read from profile, which tells who converted" in told
    assert "attribute" not in {each["feature_group"] for each in kept(connection)["features"]}


def test_one_who_is_no_more_is_told_with_who_they_became(connection):
    run(connection, number=4)
    run(connection, number=2)
    told = " ".join(notices(connection))
    assert "is no more" in told
    gone = connection.execute("select persona_id, became from run.personas_retired").fetchall()
    now = {
        row[0] for row in connection.execute("select persona_id from run.persona_names").fetchall()
    }
    assert len(gone) >= 2
    assert now.isdisjoint(persona_id for persona_id, _ in gone)
    assert all(became in now for _, became in gone)


def test_actions_for_nobody_are_told(connection):
    connection.execute("insert into run.actions (persona) values ('p1'), (null), ('cats')")
    run(connection)
    [told] = notices(connection)
    assert "an action on 'cats' (actions), and no persona is called that: there are p1 (“" in told


def test_notes_about_nobody_are_told(connection):
    connection.execute("insert into run.persona_notes values ('p1', 'x'), ('cats', 'y')")
    run(connection)
    [told] = notices(connection)
    assert (
        "a note on 'cats' (personas.notes), and no persona is called that: there are p1 (“" in told
    )


# -- the company's own groups


def own(connection, values, **personas):
    """The assignments where customers have these values of the attribute `kind`."""
    connection.executemany("insert into core.attributes values (?, 'kind', ?)", values)
    told = {"column": "kind", **personas}
    made = Settings.model_validate(
        settings().model_dump(exclude={"personas", "sources"})
        | {"personas": told, "sources": [source | {"attributes": {"kind": "kind"}} for source in
           settings().model_dump(exclude_defaults=True)["sources"]]}
    )  # fmt: skip
    persona_step(made).run(connection, {})
    return dict(connection.execute("from run.persona_assignments").fetchall())


def test_a_column_of_the_company_says_who_belongs_to_whom(connection):
    values = [(n, ("cat", "wolf")[n % 2]) for n in range(1, 250)] + [(250, "eel"), (251, "all")]
    assigned = own(connection, values)
    assert (assigned[2], assigned[3]) == ("cat", "wolf")
    assert (assigned[250], assigned[251]) == ("other", "other")
    assert (assigned[300], assigned[301]) == ("unknown", "unknown")
    names = connection.execute("select persona_id from run.persona_names order by all").fetchall()
    assert names == [("cat",), ("other",), ("wolf",)]


def test_own_groups_are_compared_with_those_found(connection):
    own(connection, [(n, ("cat", "wolf")[n % 2]) for n in range(1, 301)])
    assert made(connection, "personas.confusion", "customers, own_share") == [(150, 1.0)] * 2
    names = "select distinct found_name from personas.confusion order by all"
    assert connection.execute(names).fetchall() == [
        ("Mail on desktop, in the evening",),
        ("Paid on mobile, in the morning",),
    ]
    columns = "customers, own_groups, found_groups, adjusted_rand_index"
    assert made(connection, "personas.agreement", columns) == [(300, 2, 2, 1.0)]


def test_groups_named_like_everyone_are_told_apart_from_everyone(connection):
    assigned = own(connection, [(n, ("all", "Unknown")[n % 2]) for n in range(1, 301)])
    assert (assigned[2], assigned[3]) == ("all (own)", "unknown")


def test_an_own_group_may_be_called_anything(connection):
    hostile = "'; drop table run.persona_names; --"
    assigned = own(connection, [(n, hostile) for n in range(1, 301)])
    assert assigned[1] == hostile


def test_the_adjusted_rand_index_is_that_of_scikit_learn(connection):
    rng = np.random.default_rng(2)
    mine, found = rng.integers(0, 3, 200), rng.integers(0, 2, 200)
    for table, labels in (("run.own_groups", mine), ("run.found_groups", found)):
        columns = "customer_id bigint, persona_id varchar, name varchar"
        connection.execute(f"create table {table} ({columns})")
        rows_of = [(n, f"g{label}", "name") for n, label in enumerate(labels.tolist())]
        connection.executemany(f"insert into {table} values (?, ?, ?)", rows_of)
    made(connection, "personas.confusion")
    [(index,)] = made(connection, "personas.agreement", "adjusted_rand_index")
    assert index == pytest.approx(adjusted_rand_score(mine, found))
