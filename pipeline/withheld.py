"""What is kept back of an answer that leaves the house: every group below `min_group` customers.

The notebook handle is inside and shows all; the command line and exports show this.
"""

import pandas

from pipeline.numbers import kept_back

WHOLE_FUNNEL = ("place", "touchpoint")
OUTCOMES = ("converted", "dropped", "open")


def funnel(answer: "pandas.DataFrame", min_group: int) -> "pandas.DataFrame":
    """A funnel without the places to which fewer customers came, nor those which so few did not
    reach from the place before (the difference would tell); `is_withheld` says which.
    """
    stopped = answer["reached"].shift(1) - answer["reached"]
    is_small = (answer["customers"] > 0) & (answer["customers"] < min_group)
    is_lone = ((stopped > 0) & (stopped < min_group)).fillna(False).astype(bool)
    return _blanked(answer, is_small.astype(bool) | is_lone, WHOLE_FUNNEL)


def paths(answer: "pandas.DataFrame", min_group: int) -> "pandas.DataFrame":
    """A path query's answer: the paths of small groups are gone, small outcomes are blank."""
    kept = answer[(answer["customers"] >= min_group) | (answer.index == 0)].reset_index(drop=True)
    is_small = (kept["customers"] > 0) & (kept["customers"] < min_group)
    told = outcomes(_blanked(kept, is_small.astype(bool), ("path",)), min_group)
    few = told["converted"].isna()
    told.loc[few, ["conversion_rate", "conversion_low", "conversion_high"]] = None
    return told


def outcomes(answer: "pandas.DataFrame", min_group: int) -> "pandas.DataFrame":
    """Paths whose small outcomes are blank, and never one alone (the rest would tell)."""
    told = answer.astype(dict.fromkeys(OUTCOMES, object))
    for place, row in answer.iterrows():
        counts = [None if pandas.isna(row[name]) else int(row[name]) for name in OUTCOMES]
        for name, held in zip(OUTCOMES, kept_back(counts, min_group), strict=True):
            if held:
                told.at[place, name] = None
    return told


def rows(answer: "pandas.DataFrame", min_group: int) -> "pandas.DataFrame":
    """An answer of one row per group: small groups are gone."""
    return answer[answer["customers"] >= min_group].reset_index(drop=True)


def credits(answer: "pandas.DataFrame", min_group: int) -> "pandas.DataFrame":
    """Credit of nodes without those that fewer customers who converted met, and never one alone
    (credits add up, so the rest would tell). They come last, by name; `is_withheld` says which.
    """
    is_small = pandas.Series(kept_back(list(answer["customers"]), min_group), index=answer.index)
    told = _blanked(answer, is_small.astype(bool), ("level", "persona_id", "node"))
    small = told[told["is_withheld"]].sort_values("node")
    return pandas.concat([told[~told["is_withheld"]], small], ignore_index=True)


def _blanked(
    answer: "pandas.DataFrame", is_withheld: "pandas.Series[bool]", kept: tuple[str, ...]
) -> "pandas.DataFrame":
    """With nothing in the rows that are withheld but the columns `kept`."""
    others = [column for column in answer.columns if column not in kept]
    told = answer.astype(dict.fromkeys(others, object))
    told.loc[is_withheld, others] = None
    return told.assign(is_withheld=is_withheld)
