"""Funnels, transitions and the step matrix of a published clickstream, counted by others.

Each event name is a touchpoint of its own, no goal is ever met and nobody gives up, so that a
journey is all that a user did. Counted against: retentioneering 5.2 itself, where it is there (in
the environment that `make bench` makes for it; its telemetry off), the numbers that it gave when
this was written, and pm4py's definition of the directly-follows graph.
"""

import itertools
import json
import os
import subprocess
from collections import Counter

import pandas as pd
import pytest
from real_data import CLONE, DATA, needs

from pipeline import runs
from pipeline.notebook import open_journeys
from pipeline.settings import read_settings
from pipeline.warehouse import Options

pytestmark = needs("ecom")
PYTHON = CLONE / "benchmarks" / ".environments" / "retentioneering" / "bin" / "python"
installed = pytest.mark.skipif(
    not PYTHON.exists(),
    reason="retentioneering is not part of the project; `make bench SMALL=1` gets it, into "
    "benchmarks/.environments",
)
EVENTS = (
    "product_view", "catalog", "search", "home", "filter_results", "add_to_cart", "cart",
    "shipping_details", "wishlist_add", "promo_page", "payment_details", "account_page", "purchase",
    "review_page", "support_chat", "error_page", "compare", "payment_error", "checkout_bug",
)  # fmt: skip
MOST_FREQUENT = EVENTS[:10]
SETTINGS = """
sources:
  - {name: web, kind: web, path: ecom.csv.gz, timezone: UTC, time: timestamp, event: event,
     identifiers: {user: user_id}}
stages:
  - stage: shop
    touchpoints:
      - {touchpoint: nowhere, where: "event = 'nothing of the kind'"}
"""
THEIRS = """
import itertools, json, os, sys
os.environ["RETENTIONEERING_NO_TRACK"] = "1"
import pandas as pd
from retentioneering.eventstream import Eventstream
rows = pd.read_csv(sys.argv[1], parse_dates=["timestamp"])
stream = Eventstream(rows)
names = sys.argv[2].split(",")
matrix = lambda weight: stream.transition_graph_data(edge_weight=weight).stack().to_dict()
cells = lambda found: [[*key, value] for key, value in found.items() if value]
step_matrix = stream.step_matrix_data(max_steps=10)
step_matrix = step_matrix[0] if isinstance(step_matrix, tuple) else step_matrix
json.dump({
    "funnels": [
        [step["unique_paths"] for step in stream.funnel_data(steps=list(way))["steps"]]
        for way in itertools.product(names, repeat=3)
    ],
    "steps": cells(matrix("count")),
    "customers": cells(matrix("unique_paths")),
    "step_matrix": cells(step_matrix.stack().to_dict()),
}, open(sys.argv[3], "w"))
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The warehouse in which each event name is a touchpoint."""
    folder = tmp_path_factory.mktemp("flat")
    points = "".join(
        f"      - {{touchpoint: {name}, where: \"event = '{name}'\"}}\n" for name in EVENTS
    )
    end = "journey: {goal: nowhere, give_up_after: 1000 days}\npersonas: {between: [2, 3]}\n"
    (folder / "journeys.yml").write_text(SETTINGS + points + end)
    target = folder / "shop.duckdb"
    runs.run(read_settings(folder / "journeys.yml", DATA / "ecom"), target, Options())
    with open_journeys(target) as journeys:
        yield journeys


@pytest.fixture(scope="module")
def steps():
    """One row per step, from the raw file by pandas alone: repeats in a session told once.

    Rows are in order of time; those of one time in the order of the pipeline, which has a key to
    tell them apart where the file has none.
    """
    raw = pd.read_csv(DATA / "ecom" / "ecom.csv.gz", parse_dates=["timestamp"])
    return raw.drop_duplicates()


@pytest.fixture(scope="module")
def in_order(shop, steps):
    ours = shop.sql("""
        select identifier as user_id, event, occurred_at as timestamp, event_number
        from core.events join core.identities using (customer_id)
    """)
    ours["timestamp"] = ours["timestamp"].astype(steps["timestamp"].dtype)
    both = steps.merge(ours, on=["user_id", "event", "timestamp"], how="left", validate="1:1")
    assert both["event_number"].notna().all()
    both = both.sort_values(["user_id", "timestamp", "event_number"], ignore_index=True)
    before = both.groupby("user_id")[["event", "session_id"]].shift()
    is_repeat = (both[["event", "session_id"]] == before).all(axis=1)
    return both[~is_repeat].reset_index(drop=True)


def funnels_of(shop, **how):
    return {
        way: shop.funnel(*way, per="customer", **how)["reached"].astype(int).tolist()
        for way in itertools.product(MOST_FREQUENT, repeat=3)
    }


def moves_of(shop, column):
    named = {"START": "path_start", "OPEN": "path_end"}
    rows = shop.transitions(level="touchpoint")
    cells = zip(rows["from_node"].replace(named), rows["to_node"].replace(named), strict=True)
    return dict(zip(cells, rows[column].astype(int), strict=True))


@pytest.fixture(scope="module")
def theirs(in_order, tmp_path_factory):
    """What retentioneering says of the same steps."""
    folder = tmp_path_factory.mktemp("theirs")
    in_order[["user_id", "event", "timestamp"]].to_csv(folder / "steps.csv", index=False)
    environment = {**os.environ, "RETENTIONEERING_NO_TRACK": "1"}
    command = [PYTHON, "-c", THEIRS, folder / "steps.csv", ",".join(MOST_FREQUENT), folder / "out"]
    subprocess.run(command, check=True, env=environment, timeout=500)
    return json.loads((folder / "out").read_text())


@installed
def test_every_funnel_of_three_is_that_of_retentioneering(shop, theirs):
    assert list(funnels_of(shop).values()) == theirs["funnels"]


@installed
@pytest.mark.parametrize("column", ["steps", "customers"])
def test_every_transition_is_that_of_retentioneering(shop, theirs, column):
    assert moves_of(shop, column) == {(a, b): count for a, b, count in theirs[column]}


@installed
@pytest.mark.parametrize("per", ["customer", "journey"])
def test_the_step_matrix_is_that_of_retentioneering(shop, theirs, per):
    rows = shop.step_matrix(10, per)
    cells = zip(rows["node"].replace({"OPEN": "path_end"}), rows["step_number"], strict=True)
    found = dict(zip(cells, rows["units"], strict=True))
    expected = {
        (node, step): round(share * 600)
        for node, step, share in theirs["step_matrix"]
        if step and round(share * 600)
    }
    assert found == expected


FUNNELS = {  # as retentioneering counts them: users who come to each place
    ("catalog", "product_view", "add_to_cart"): [600, 596, 502],
    ("home", "search", "product_view"): [586, 562, 544],
    ("add_to_cart", "cart", "shipping_details"): [522, 439, 334],
    ("shipping_details", "cart", "shipping_details"): [441, 351, 237],
    ("product_view", "product_view", "product_view"): [598, 594, 583],
    ("promo_page", "wishlist_add", "cart"): [422, 230, 136],
    ("wishlist_add", "promo_page", "home"): [417, 243, 190],
    ("shipping_details", "filter_results", "promo_page"): [441, 313, 137],
}
MOVES = {  # count and unique_paths
    ("path_start", "home"): (195, 195), ("catalog", "product_view"): (1743, 546),
    ("product_view", "product_view"): (80, 66), ("cart", "shipping_details"): (167, 145),
    ("shipping_details", "payment_details"): (145, 131), ("catalog", "path_end"): (115, 115),
    ("payment_details", "payment_error"): (23, 22),
}  # fmt: skip
PLACES = {("home", 1): 195, ("catalog", 2): 138, ("product_view", 5): 133,
          ("OPEN", 6): 2, ("OPEN", 10): 5}  # fmt: skip


@pytest.mark.parametrize("way", FUNNELS)
def test_a_funnel_has_the_counts_that_retentioneering_gave(shop, way):
    assert list(shop.funnel(*way, per="customer")["reached"]) == FUNNELS[way]


def test_moves_have_the_counts_that_retentioneering_gave(shop):
    steps, customers = moves_of(shop, "steps"), moves_of(shop, "customers")
    assert {pair: (steps[pair], customers[pair]) for pair in MOVES} == MOVES
    assert (len(steps), sum(steps.values())) == (359, 28_125)


def test_the_step_matrix_has_the_counts_that_retentioneering_gave(shop):
    units = shop.step_matrix(10).set_index(["node", "step_number"])["units"]
    assert {place: units[place] for place in PLACES} == PLACES


def test_directly_follows_is_pm4pys_definition(shop, in_order):
    """Of each case the pairs of neighbours, counted; a case is a user."""
    follows = Counter(
        pair
        for _, events in in_order.groupby("user_id")["event"]
        for pair in itertools.pairwise(events)
    )
    ours = moves_of(shop, "steps")
    assert {
        pair: n for pair, n in ours.items() if not {"path_start", "path_end"} & {*pair}
    } == follows
    starts = Counter(in_order.groupby("user_id")["event"].first())
    assert {b: n for (a, b), n in ours.items() if a == "path_start"} == starts
    ends = Counter(in_order.groupby("user_id")["event"].last())
    assert {a: n for (a, b), n in ours.items() if b == "path_end"} == ends
