"""pipeline/chain/attribution.py: credit from aggregated paths, against published numbers."""

import itertools
import random
from pathlib import Path

import pandas as pd
import pytest

from pipeline.chain.absorbing import absorbing_chain
from pipeline.chain.attribution import METHODS, attribute
from pipeline.chain.removal import removal_effects
from pipeline.errors import InputError


def credited(*rows, method="credit"):
    """{node: credit} of rows (path, conversions, value, nulls), without some at the end or not."""
    names = ["path", "conversions", "value", "nulls"][: len(rows[0])]
    table = attribute(pd.DataFrame(rows, columns=names))
    return dict(zip(table["node"], table[method], strict=True))


# Sergey Bryl, Marketing multi-channel attribution model with R, part 1 (analyzecore.com, 2016); the
# values are those of the tests of JesseCastro/markovattribution.
BRYL = [("C1 > C2 > C3", 1, 1000, 0), ("C1", 0, 0, 1), ("C2 > C3", 0, 0, 1)]
# Serhii Puzyrov, Markov chain attribution: simple explanation of removal effect, 2019.
PUZYROV = [("google ads", 2, 0, 1), ("mailing", 1, 0, 0), ("google ads > mailing", 1, 0, 0)]
# The example of pychattr's readme, whose own numbers, simulated, are 1.991 and 1.009.
PYCHATTR = [
    ("A > B > A > B > B > A", 1),
    ("A > B > B > A > A", 1),
    ("A > A", 1),
]  # fmt: skip


def test_the_small_golden():
    golden = [("A > B", 1, 0, 0), ("A", 0, 0, 1), ("B", 1, 0, 0)]
    assert credited(*golden, method="removal_effect") == {"A": 0.5, "B": 1.0}
    assert credited(*golden) == pytest.approx({"A": 2 / 3, "B": 4 / 3})


def test_the_example_of_bryl():
    assert credited(*BRYL, method="removal_effect") == pytest.approx({"C1": 0.5, "C2": 1, "C3": 1})
    assert credited(*BRYL) == pytest.approx({"C1": 0.2, "C2": 0.4, "C3": 0.4})
    assert credited(*BRYL, method="credit_value") == pytest.approx(
        {"C1": 200, "C2": 400, "C3": 400}
    )


def test_the_example_of_puzyrov():
    effects = credited(*PUZYROV, method="removal_effect")
    assert effects == pytest.approx({"google ads": 0.75, "mailing": 0.5})


def test_the_example_of_pychattr():
    assert credited(*PYCHATTR) == pytest.approx({"A": 1.991106, "B": 1.008894}, abs=0.01)


# What ChannelAttribution 2.2.5 for Python says of paths.csv: markov_model(order=1, max_step=10000)
# simulated 25 million paths, its own measure of convergence at 0.16 %.
CHANNEL_ATTRIBUTION = {
    "removal_effect": (0.641888, 0.425151, 0.522735, 0.293730),
    "credit": (33.738657, 22.346612, 27.475809, 15.438922),
    "first_touch": (40, 13, 34, 12),
    "last_touch": (36, 24, 19, 20),
    "linear": (41.21666667, 17.26666667, 26.73333333, 13.78333333),
}


@pytest.mark.parametrize("method", CHANNEL_ATTRIBUTION)
def test_the_numbers_of_channel_attribution(method):
    table = attribute(pd.read_csv(Path(__file__).parent / "paths.csv")).set_index("node")
    told = table.loc[["ads", "mail", "search", "social"], method]
    is_simulated = method in ("removal_effect", "credit")
    wanted = pytest.approx(CHANNEL_ATTRIBUTION[method], rel=2e-3 if is_simulated else 1e-8)
    assert tuple(told) == wanted


def at_random(seed, nodes="abcd", count=40):
    dice = random.Random(seed)
    rows = [
        (
            " > ".join(dice.choices(nodes, k=dice.randrange(0, 6))), dice.randrange(0, 4),
            dice.randrange(0, 900), dice.randrange(0, 9),
        )
        for _ in range(count)
    ]  # fmt: skip
    return [(path, won, value if won else 0, lost) for path, won, value, lost in rows]


@pytest.mark.parametrize("seed", range(5))
def test_every_method_adds_up_to_the_conversions_and_to_their_value(seed):
    rows = at_random(seed)
    table = attribute(pd.DataFrame(rows, columns=["path", "conversions", "value", "nulls"]))
    for method in METHODS:
        assert table[method].sum() == pytest.approx(sum(row[1] for row in rows))
        assert table[f"{method}_value"].sum() == pytest.approx(sum(row[2] for row in rows))


@pytest.mark.parametrize("seed", range(3))
def test_a_removal_effect_is_what_the_chain_loses_with_everyone_lost_there(seed):
    moves = {}
    for path, won, _, lost in at_random(seed):
        nodes = ["START", *path.split(" > ")] if path else ["START"]
        for pair in itertools.pairwise(nodes):
            moves[pair] = moves.get(pair, 0) + won + lost
        for end, count in (("CONVERTED", won), ("DROPPED", lost)):
            moves[nodes[-1], end] = moves.get((nodes[-1], end), 0) + count
    chain = absorbing_chain(moves)
    base = chain.chance()["START"]
    for node, effect in removal_effects(chain).effects.items():
        gone = {pair: share for pair, share in chain.moves.items() if pair[0] != node}
        without = absorbing_chain(gone | {(node, "DROPPED"): 1.0}).chance()["START"]
        assert effect == pytest.approx(1 - without / base)


def test_meeting_a_node_again_at_once_changes_no_removal_effect():
    once = [("a > b", 2, 0, 1), ("b > a", 1, 0, 3)]
    again = [("a > a > a > b", 2, 0, 1), ("b > b > a", 1, 0, 3)]
    assert credited(*again) == pytest.approx(credited(*once))


def test_the_shapley_value_is_the_one_of_its_definition():
    """Over all orders in which the nodes could join, with v(S) counted anew each time."""
    import itertools

    rows = at_random(9, nodes="abc", count=12)

    def worth(coalition):
        return sum(won for path, won, *_ in rows if set(path.split(" > ")) <= coalition)

    shapley = dict.fromkeys("abc", 0.0)
    for order in itertools.permutations("abc"):
        for place, node in enumerate(order):
            before = set(order[:place])
            shapley[node] += (worth(before | {node}) - worth(before)) / 6
    found = credited(*rows, method="shapley")
    assert {node: found[node] for node in "abc"} == pytest.approx(shapley)


RULES = {
    "first_touch": {"a": 1, "b": 0, "c": 0},
    "last_touch": {"a": 0, "b": 0, "c": 1},
    "linear": {"a": 0.5, "b": 0.25, "c": 0.25},
    "position_based": {"a": 0.5, "b": 0.1, "c": 0.4},
    "time_decay": {"a": 3 / 15, "b": 4 / 15, "c": 8 / 15},
    "shapley": {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3},
}


@pytest.mark.parametrize("method", RULES)
def test_a_rule_over_one_path_by_hand(method):
    assert credited(("a > a > b > c", 1), method=method) == pytest.approx(RULES[method])


def test_two_touches_share_alike_by_position():
    assert credited(("a > b", 1), method="position_based") == {"a": 0.5, "b": 0.5}


def test_a_path_without_touches_is_credited_to_none():
    rows = [("", 2, 20, 0), ("a", 1, 30, 1), (None, 1, 0, 0)]
    assert credited(*rows) == pytest.approx({"a": 1, "none": 3})
    assert credited(*rows, method="credit_value") == pytest.approx({"a": 30, "none": 20})
    assert credited(*rows, method="linear") == {"a": 1, "none": 3}


def test_a_node_that_leads_to_no_conversion_is_told_with_nothing():
    found = credited(("a", 1, 0, 0), ("b", 0, 0, 4))
    assert found == {"a": 1.0, "b": 0.0}


def test_columns_may_be_called_as_channel_attribution_calls_them():
    names = ["path", "total_conversions", "total_conversion_value", "total_null"]
    table = attribute(pd.DataFrame(BRYL, columns=names))
    assert table["credit_value"].tolist() == pytest.approx([200, 400, 400])


def test_without_a_value_there_are_no_columns_of_it():
    table = attribute(pd.DataFrame(PYCHATTR, columns=["path", "conversions"]))
    assert not [name for name in table.columns if "value" in name]


@pytest.mark.parametrize(
    "columns, rows, words",
    [
        (["paths", "conversions"], [("a", 1)], "no column 'path'. Did you mean paths?"),
        (["path", "wins"], [("a", 1)], "'conversions' or 'total_conversions'"),
        (["path", "conversions"], [("a", 1), ("b", "many")], "Row 2, column 'conversions': 'many'"),
        (["path", "conversions"], [("a", -1)], "Row 1, column 'conversions'"),
        (["path", "conversions"], [("a", 0)], "No path has a conversion"),
        (["path", "conversions"], [("START > a", 1)], "Row 1: a path names START"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(columns, rows, words):
    with pytest.raises(InputError, match=words.replace("?", r"\?")):
        attribute(pd.DataFrame(rows, columns=columns))
