"""How well each method finds known groups: `python -m benchmarks.personas` writes docs/personas.md.

Journeys of known mixtures of Markov chains (benchmarks/chains.py), and the sample with its planted
personas. Scores are adjusted Rand indices against the truth; 1 is all, 0 is chance.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from benchmarks import page
from benchmarks.chains import World, separated
from benchmarks.environments import python_of
from benchmarks.processes import ROOT, measure
from pipeline.personas.fitting import fit_personas
from pipeline.personas.model import Wanted, assign

PAGE = ROOT / "docs" / "personas.md"
SCRIPT = ROOT / "benchmarks" / "yardsticks" / "clusters_of_retentioneering.py"
WORLDS = [(2, 10), (3, 15), (4, 20)]
AGREEMENTS = (0.9, 0.7, 0.5)
METHODS = ("markov mixture", "k-means", "gaussian mixture")  # in the order of the table
HEADER = (
    "data", "best possible", "ours: Markov mixture", "ours: k-means", "ours: Gaussian mixture",
    "retentioneering 5.2, default search", "k-means on event counts, true number told",
)  # fmt: skip
Row = list[str]


def main() -> None:
    """Measure all of it, print the table and write it into the page."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--small", action="store_true", help="one world only, nothing written")
    told = asked.parse_args()
    rows = []
    for row in measured(told.seed, is_small=told.small):
        print(" | ".join(row), flush=True)
        rows.append(row)
    if not told.small:
        page.put("methods", [*page.table(HEADER, rows), "", page.circumstances()], PAGE)


def measured(seed: int, *, is_small: bool) -> Iterator[Row]:
    """A row of the table for each world, and one for the sample."""
    for agreement in AGREEMENTS[:1] if is_small else AGREEMENTS:
        for components, touchpoints in WORLDS[:1] if is_small else WORLDS:
            yield _of_world(separated(components, touchpoints, agreement, seed), components)
    if not is_small:
        yield _of_sample("entry")
        yield _of_sample("behaviour")


# -- known mixtures of chains


def _of_world(made: World, components: int) -> Row:
    counts = made.counts.toarray()
    touchpoints = counts.shape[1] // len(set(made.groups))
    moves = _moves(made, touchpoints)
    name = f"{components} chains of {touchpoints} touchpoints"
    cells = [_cell(made.agreement(made.by_bayes()))]
    for method in METHODS:
        table = _walks(moves) if method == "markov mixture" else _shares(moves)
        cells.append(_ours(table, method, made.components))
    visits = counts.reshape(len(counts), -1, touchpoints).sum(axis=1)
    cells.append(_retentioneerings(_stream(moves), made.components))
    cells.append(_cell(made.agreement(_plain(visits, components))))
    return [name, *cells]


def _moves(made: World, touchpoints: int) -> pd.DataFrame:
    """One row per journey and move: customer_id, start, to, moves."""
    found = made.counts.tocoo()
    start = found.col // touchpoints
    last = max(start)
    names = np.array([*(f"t{number:02d}" for number in range(last)), "START"])
    return pd.DataFrame({
        "customer_id": found.row, "start": names[start], "to": names[found.col % touchpoints],
        "moves": found.data,
    })  # fmt: skip


def _walks(moves: pd.DataFrame) -> pd.DataFrame:
    feature = moves["start"] + " > " + moves["to"]
    return _features(moves["customer_id"], "walk", feature, moves["moves"])


def _shares(moves: pd.DataFrame) -> pd.DataFrame:
    """What personas.behaviour makes of steps: shares of touchpoints and of moves."""
    visits = moves.groupby(["customer_id", "to"], as_index=False)["moves"].sum()
    parts = []
    for group, found, feature in (
        ("touchpoints", visits, "steps at: " + visits["to"]),
        ("moves", moves, moves["start"] + " > " + moves["to"]),
    ):
        total = found.groupby("customer_id")["moves"].transform("sum")
        parts.append(_features(found["customer_id"], group, feature, found["moves"] / total))
    return pd.concat(parts, ignore_index=True)


def _features(customers: Any, group: str, feature: Any, value: Any) -> pd.DataFrame:
    return pd.DataFrame(
        {"customer_id": customers, "feature_group": group, "feature": feature, "value": value}
    )


def _ours(table: pd.DataFrame, method: str, truth: Any) -> str:
    """The number chosen as a run would, and the score of what it assigns."""
    model = fit_personas(table, Wanted(between=(2, 6), method=method))
    ids, places = assign(model, table)
    return _cell(adjusted_rand_score(truth[ids], places), len(model.persona_ids))


def _plain(visits: Any, number: int) -> Any:
    return KMeans(number, n_init=10, random_state=1).fit_predict(visits)


def _stream(moves: pd.DataFrame) -> pd.DataFrame:
    """Events in any order: the other packages here count them, and read no order."""
    rows = moves.loc[moves.index.repeat(moves["moves"].astype(int)), ["customer_id", "to"]]
    rows.columns = ["user_id", "event"]
    seconds = pd.to_timedelta(np.arange(len(rows)), unit="s")
    return rows.assign(
        user_id=rows["user_id"].astype(str), timestamp=pd.Timestamp("2025-01-01") + seconds
    )


def _retentioneerings(stream: pd.DataFrame, truth: Any) -> str:
    """Its default search: k-means over event counts, three to eight clusters, by silhouette."""
    with tempfile.TemporaryDirectory(prefix="journeys-bench-") as folder:
        given, found = Path(folder) / "events.parquet", Path(folder) / "clusters.parquet"
        stream.to_parquet(given)
        measure([python_of("retentioneering"), SCRIPT, given, found])
        labels = pd.read_parquet(found)
    held = truth[labels["user_id"].astype(int).to_numpy()]
    return _cell(adjusted_rand_score(held, labels["cluster"]), labels["cluster"].nunique())


def _cell(score: float, number: int | None = None) -> str:
    return f"{round(score, 2) + 0.0:.2f}" + (f" ({number} found)" if number is not None else "")


# -- the sample


READ_FROM = {
    "entry": "the sample, at entry",
    "behaviour": "the sample, by all steps before the goal",
}


def _of_sample(features: str) -> Row:
    """Over customers with at least three steps; the others read all steps in either row."""
    from pipeline import runs
    from pipeline.database import open_readonly
    from pipeline.settings import read_settings
    from pipeline.warehouse import Options

    settings = read_settings(ROOT / "journeys.yml")
    truth = json.loads((ROOT / "data/sample/truth.json").read_text())["personas"]
    scores = {}
    with tempfile.TemporaryDirectory(prefix="journeys-bench-") as folder:
        for method in METHODS:
            changed = {"method": method, "features": features}
            personas = settings.personas.model_copy(update=changed)
            warehouse = Path(folder) / f"{method}.duckdb"
            runs.run(settings.model_copy(update={"personas": personas}), warehouse, Options())
            connection = open_readonly(warehouse)
            held = _held(connection, truth)
            found = connection.execute("from personas.assignments").df()
            both = found.merge(held, on="customer_id")
            number = both["persona_id"].nunique()
            score = adjusted_rand_score(both["persona"], both["persona_id"])
            scores[method] = _cell(score, number)
            steps = connection.execute(
                "select customer_id, touchpoint as event, started_at as timestamp"
                " from journeys.steps order by customer_id, customer_step_number"
            ).df()
            connection.close()
    steps = steps.merge(held, on="customer_id")
    numbered, customers = pd.factorize(steps["customer_id"])
    stream = steps.assign(user_id=numbered.astype(str))[["user_id", "event", "timestamp"]]
    held = held.set_index("customer_id").loc[customers, "persona"].to_numpy()
    visits = pd.crosstab(numbered, steps["event"]).to_numpy()
    return [
        READ_FROM[features], "–", *(scores[method] for method in METHODS),
        _retentioneerings(stream, held), _cell(adjusted_rand_score(held, _plain(visits, 3))),
    ]  # fmt: skip


def _held(connection: Any, truth: dict[str, str]) -> pd.DataFrame:
    """customer_id, persona: what was planted, of customers with at least three steps."""
    told = pd.DataFrame(truth.items(), columns=["name", "persona"])
    connection.register("told", told)
    return connection.execute("""
        select customer_id, min(persona) as persona
        from core.identities join told on told.name = identifier_kind || ':' || identifier
        where customer_id in (
            select customer_id from journeys.steps group by customer_id having count(*) >= 3)
        group by customer_id order by customer_id
    """).df()


if __name__ == "__main__":
    sys.exit(main())
