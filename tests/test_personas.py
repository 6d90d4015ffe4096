"""pipeline/personas: found where there are any, the same in any order, kept, assigned and named."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from pipeline.personas.fitting import fit_personas
from pipeline.personas.matrix import Feature, known_features, matrix_of
from pipeline.personas.model import PersonaModel, Wanted, assign
from pipeline.personas.naming import names_of

CHANNELS, DEVICES, TOUCHPOINTS = ("paid", "mail", "fair"), ("mobile", "desktop"), ("ad", "shop")
HOURS = (21.0, 9.0, 14.0)


def customers(kinds: list[int], seed: int = 1, purity: float = 0.85) -> pd.DataFrame:
    """Features of customers, each of a kind that nine in ten traits go along with."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[Any, ...]] = []
    for customer, kind in enumerate(kinds, 1):
        said = [
            int(kind) if rng.random() < purity else int(rng.integers(0, 3)) for _ in range(3)
        ]  # of its own kind or any
        rows += [
            (customer, "channel", f"channel: {CHANNELS[said[0]]}", 1.0),
            (customer, "device", f"device: {DEVICES[min(said[1], 1)]}", 1.0),
            (customer, "first touchpoint", f"begins with: {TOUCHPOINTS[min(said[2], 1)]}", 1.0),
            (customer, "hour", "hour of the first step", HOURS[kind] + rng.normal()),
            (customer, "pace", "days before step 2", float(np.exp(rng.normal(kind)))),
        ]
    return pd.DataFrame(rows, columns=["customer_id", "feature_group", "feature", "value"])


def planted(personas: int, count: int = 600) -> list[int]:
    return [number % personas for number in range(count)]


@pytest.mark.parametrize("personas", [2, 3])
def test_planted_personas_are_found(personas: int) -> None:
    kinds = planted(personas)
    model = fit_personas(customers(kinds), Wanted())
    _, found = assign(model, customers(kinds))
    assert len(model.persona_ids) == personas
    assert adjusted_rand_score(kinds, found) > 0.9


@pytest.mark.parametrize("seed", range(5))
def test_where_all_are_of_one_kind_there_are_no_separate_personas(seed: int) -> None:
    model = fit_personas(customers([1] * 600, seed), Wanted())
    assert (model.persona_ids, model.names) == (("p1",), ("No separate personas",))


def test_traits_that_do_not_go_together_make_no_personas() -> None:
    table = customers(planted(3))
    rng = np.random.default_rng(4)
    for group in ("channel", "device", "hour", "first touchpoint"):
        member = table["feature_group"] == group
        table.loc[member, "customer_id"] = rng.permutation(table.loc[member, "customer_id"])
    assert len(fit_personas(table, Wanted()).persona_ids) == 1


def test_the_order_of_rows_changes_nothing() -> None:
    table = customers(planted(3))
    shuffled = table.sample(frac=1, random_state=3)
    assert fit_personas(shuffled, Wanted()) == fit_personas(table, Wanted())


def test_a_number_that_is_set_is_taken() -> None:
    assert len(fit_personas(customers(planted(2)), Wanted(number=4)).persona_ids) == 4


def test_no_more_personas_than_different_customers() -> None:
    table = customers([0, 1])
    assert len(fit_personas(table, Wanted(number=5)).persona_ids) == 2


def test_a_single_customer_is_one_persona() -> None:
    assert fit_personas(customers([0]), Wanted()).persona_ids == ("p1",)


def test_nobody_is_no_persona() -> None:
    with pytest.raises(ValueError, match="without a customer"):
        fit_personas(customers([]), Wanted())


def test_a_model_kept_as_text_assigns_as_before() -> None:
    table = customers(planted(3))
    model = fit_personas(table, Wanted())
    kept = PersonaModel.from_json(model.to_json())
    assert kept == model
    assert assign(kept, table)[1].tolist() == assign(model, table)[1].tolist()


def test_a_customer_is_assigned_alike_alone_and_among_others() -> None:
    table = customers(planted(3))
    model = fit_personas(table, Wanted())
    _, among = assign(model, table)
    alone = [assign(model, table[table["customer_id"] == n])[1][0] for n in range(1, 31)]
    assert alone == among[:30].tolist()


def test_what_the_model_does_not_know_is_passed_over() -> None:
    model = fit_personas(customers(planted(3)), Wanted())
    table = customers(planted(3))
    new = pd.DataFrame([(1, "channel", "channel: fax", 1.0)], columns=table.columns)
    assert assign(model, pd.concat([table, new]))[1].tolist() == assign(model, table)[1].tolist()


def test_ids_stay_when_the_personas_are_found_anew_on_other_customers() -> None:
    earlier = fit_personas(customers(planted(3)), Wanted())
    anew = fit_personas(customers(planted(3, 450)[::-1], seed=8), Wanted(seed=5), earlier)
    assert dict(zip(anew.names, anew.persona_ids, strict=True)) == dict(
        zip(earlier.names, earlier.persona_ids, strict=True)
    )


def test_a_persona_that_is_gone_leaves_its_id_for_good() -> None:
    earlier = fit_personas(customers(planted(3)), Wanted())
    without = fit_personas(customers([0, 2] * 300), Wanted(), earlier)
    gone = set(earlier.persona_ids) - set(without.persona_ids)
    back = fit_personas(customers(planted(3)), Wanted(), without)
    assert [(each.persona_id, each.became) for each in without.retired] == [(gone.pop(), "p1")]
    assert set(back.persona_ids) == set(without.persona_ids) | {"p4"}


def test_a_name_says_how_they_come_in() -> None:
    names = fit_personas(customers(planted(3)), Wanted()).names
    assert names == (
        "Fair on desktop, in the afternoon",
        "Mail on desktop, in the morning",
        "Paid on mobile, in the evening",
    )


def test_names_do_not_depend_on_how_many_there_are() -> None:
    many, few = [0] * 500 + [1] * 100, [0] * 100 + [1] * 500
    named = [set(fit_personas(customers(kinds), Wanted()).names) for kinds in (many, few)]
    assert named[0] == named[1]


def test_personas_of_the_same_traits_are_told_apart() -> None:
    table = customers([0] * 40, purity=1.0)
    features = known_features(table)
    _, matrix = matrix_of(table, features)
    names = names_of(matrix, features, np.arange(40) % 2)
    assert len(set(names)) == 2


def test_an_unknown_pace_is_not_the_fastest() -> None:
    table = customers([0, 1])
    _, matrix = matrix_of(table[table["feature_group"] != "pace"], [Feature("pace", "x")])
    assert np.isnan(matrix).all()


def test_midnight_lies_beside_one_oclock() -> None:
    from pipeline.personas.matrix import columns_of

    clock = np.array([[23.5], [0.5], [12.0]])
    _, places = columns_of(clock, [Feature("hour", "hour of the first step")])
    late, early, noon = places
    assert np.linalg.norm(late - early) < np.linalg.norm(late - noon) / 3
