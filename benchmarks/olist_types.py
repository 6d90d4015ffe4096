"""What attributes and origin say of the types that sales gave Olist's closed deals.

`python -m benchmarks.olist_types FOLDER` prints it; docs/examples.md tells it. Cat, eagle, wolf and
shark are a sales person's judgement of the lead, made while they dealt with it. The question is
whether anything else that is known of a closed deal agrees with it.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import StratifiedKFold, cross_val_score, permutation_test_score
from sklearn.preprocessing import OneHotEncoder

TYPES = ("cat", "eagle", "wolf", "shark")
ATTRIBUTES = ("origin", "business_segment", "lead_type", "business_type", "landing_page_id")
RARE = 10  # values of fewer deals are taken together


def closed_deals(folder: Path) -> pd.DataFrame:
    """One row per closed deal of a single type: its attributes and `lead_behaviour_profile`."""
    deals = pd.read_csv(folder / "olist_closed_deals_dataset.csv")
    leads = pd.read_csv(folder / "olist_marketing_qualified_leads_dataset.csv")
    both = deals.merge(leads, on="mql_id")
    return both[both["lead_behaviour_profile"].isin(TYPES)].reset_index(drop=True)


def columns(deals: pd.DataFrame, names: tuple[str, ...] = ATTRIBUTES) -> np.ndarray:
    """Attributes as zeros and ones; an unknown value is one of its own."""
    told = deals[list(names)].fillna("unknown")
    return np.asarray(
        OneHotEncoder(min_frequency=RARE, handle_unknown="infrequent_if_exist")
        .fit_transform(told)
        .toarray()
    )


def main() -> None:
    deals = closed_deals(Path(sys.argv[1]))
    types = deals["lead_behaviour_profile"]
    print(f"{len(deals)} closed deals of one type: {types.value_counts().to_dict()}")
    made = columns(deals)
    for number in (2, 3, 4, 5, 6):
        found = KMeans(number, n_init=20, random_state=1).fit_predict(made)
        print(f"k-means, {number} clusters: adjusted Rand {adjusted_rand_score(types, found):.3f}")
    folds = StratifiedKFold(10, shuffle=True, random_state=1)
    for scoring in ("accuracy", "balanced_accuracy"):
        plain = cross_val_score(DummyClassifier(), made, types, cv=folds, scoring=scoring)
        print(f"always the most frequent type: {scoring} {plain.mean():.3f}")
        for names in (ATTRIBUTES, *((name,) for name in ATTRIBUTES)):
            model = LogisticRegression(max_iter=2000, class_weight="balanced" if "bal" in scoring else None)  # noqa: E501  # fmt: skip
            score, _, p_value = permutation_test_score(
                model, columns(deals, names), types, cv=folds, scoring=scoring, random_state=1,
                n_permutations=100,
            )  # fmt: skip
            print(f"{', '.join(names)}: {scoring} {score:.3f}, p {p_value:.3f}")
    for name in ATTRIBUTES[:4]:
        print(pd.crosstab(deals[name].fillna("unknown"), types, normalize="index").round(2))


if __name__ == "__main__":
    main()
