"""How each kind of finding is told: from which table, in which words, on what evidence."""

from collections.abc import Callable
from typing import Any, NamedTuple

from pipeline.findings.differences import tell_difference
from pipeline.findings.finding import DAY, Row
from pipeline.findings.moments_of_truth import tell_moment_of_truth
from pipeline.findings.pain_points import tell_bright_spot, tell_pain_point


class Teller(NamedTuple):
    """The table of a kind, its sentence, and which of its columns are told as evidence."""

    table: str
    tell: Callable[[Row], str]
    evidence: tuple[str, ...]


PAIN_EVIDENCE = (
    "mature_visits", "dropped", "drop_off_rate", "drop_off_low", "drop_off_high", "usual_rate",
    "chance_to_convert_rate", "touchpoint_drop_off_rate", "touchpoint_usual_rate", "repeat_share",
    "went_back_rate", "median_wait_days", "support_share", "mean_score", "usual_score",
    "score_scale", "scores",
)  # fmt: skip
DIFFERENCE_EVIDENCE = (
    "segment", "segment_value", "first_day", "last_day", "customers", "cases", "share",
    "other_customers", "other_cases", "other_share", "difference_low", "difference_high",
)  # fmt: skip
MOMENT_EVIDENCE = (
    "customers", "other_customers", "journeys", "converted", "rate", "expected_rate",
    "odds_ratio", "odds_ratio_low", "odds_ratio_high",
)  # fmt: skip
TELLERS = {
    "pain_point": Teller("findings.pain_points", tell_pain_point, PAIN_EVIDENCE),
    "bright_spot": Teller("findings.pain_points", tell_bright_spot, PAIN_EVIDENCE),
    "moment_of_truth": Teller("findings.moments_of_truth", tell_moment_of_truth, MOMENT_EVIDENCE),
    "difference": Teller("findings.differences", tell_difference, DIFFERENCE_EVIDENCE),
    "loop": Teller("findings.differences", tell_difference, DIFFERENCE_EVIDENCE),
}


def evidence(teller: Teller, row: Row) -> dict[str, Any]:
    """What is known of it; what is not is left out."""
    wait = row.get("median_wait_seconds")
    told = {
        **row,
        "chance_to_convert_rate": row.get("chance_to_convert"),
        "median_wait_days": wait / DAY if wait is not None else None,
        "scores": row.get("scores") or None,
    }
    return {name: told[name] for name in teller.evidence if told.get(name) is not None}
