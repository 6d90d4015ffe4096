"""How each kind of finding is told: from which table, in which words, on what evidence."""

from collections.abc import Callable
from typing import Any, NamedTuple

from pipeline.findings.conformance import tell_skipped_place
from pipeline.findings.differences import tell_difference
from pipeline.findings.feelings import tell_feeling
from pipeline.findings.finding import DAY, Row
from pipeline.findings.moments_of_truth import tell_moment_of_truth
from pipeline.findings.pain_points import tell_bright_spot, tell_pain_point


class Teller(NamedTuple):
    """The table of a kind, its sentence, and which of its columns are told as evidence."""

    table: str
    tell: Callable[[Row], str]
    evidence: tuple[str, ...]
    customers: str  # a select of customer_id, given $finding_id


PAIN_EVIDENCE = (
    "mature_visits", "dropped", "drop_off_rate", "drop_off_low", "drop_off_high", "usual_rate",
    "chance_to_convert_rate", "touchpoint_drop_off_rate", "touchpoint_usual_rate", "repeat_share",
    "went_back_rate", "median_wait_days", "support_share", "mean_score", "usual_score",
    "score_scale", "scores",
)  # fmt: skip
DIFFERENCE_EVIDENCE = (
    "segment", "segment_value", "within_days", "first_day", "last_day", "customers", "cases",
    "share", "other_customers", "other_cases", "other_share", "difference_low", "difference_high",
)  # fmt: skip
MOMENT_EVIDENCE = (
    "customers", "other_customers", "journeys", "converted", "rate", "expected_rate",
    "odds_ratio", "odds_ratio_low", "odds_ratio_high",
)  # fmt: skip
LOST_THERE = """
    select distinct moves.customer_id
    from findings.pain_points
    inner join journeys.moves on level = 'stage' and from_node = stage
    inner join personas.assignments on assignments.customer_id = moves.customer_id
    where finding_id = $finding_id and is_mature and to_node = 'DROPPED'
        and (pain_points.persona_id = 'all'
            or (assignments.persona_id = pain_points.persona_id and is_after_look))
"""
CAME_THERE = LOST_THERE.replace("and to_node = 'DROPPED'", "")
MET_IT = """
    select distinct customer_id
    from findings.moments_of_truth inner join journeys.steps using (touchpoint)
    where finding_id = $finding_id
"""
# Of the group, in these weeks: who went that way, or where fewer did than elsewhere, who did not.
WENT_THERE = """
    with first_moves as (
        select level, from_number, to_number, customer_id, journey_id, week_number
        from findings.first_moves
        union all
        select level, from_number, to_number, customer_id, journey_id, week_number
        from findings.first_journeys
    )
    select distinct first_moves.customer_id
    from findings.differences
    inner join first_moves using (level, from_number)
    where finding_id = $finding_id
        and (first_moves.to_number = differences.to_number) = (difference > 0)
        and (first_week = 0 or week_number between first_week and last_week)
        and (segment = 'all' or journey_id in (
            select journey_id from findings.journey_groups as told
            where told.segment = differences.segment
                and told.segment_value = differences.segment_value))
"""
FEELING_EVIDENCE = (
    "score_scale", "unhappy_to", "customers", "dropped", "dropped_rate", "dropped_low",
    "dropped_high", "other_customers", "other_dropped", "other_rate", "other_low", "other_high",
    "difference_low", "difference_high",
)  # fmt: skip
UNHAPPY_THERE = """
    select customer_id
    from findings.unhappy_leavers inner join findings.settled_answers using (stage, score_scale)
    where finding_id = $finding_id and is_unhappy
"""
CONFORMANCE_EVIDENCE = (
    "customers", "journeys", "of_journeys", "skipped_rate", "skipped_low", "skipped_high",
    "found_path", "found_fitness", "fitness",
)  # fmt: skip
WENT_PAST = """
    select distinct sequences.customer_id
    from findings.skipped_places
    inner join run.path_moves using (place_number)
    inner join run.path_alignments using (map_name, path_number)
    inner join journeys.sequences using (path)
    inner join journeys.journeys using (journey_id)
    where finding_id = $finding_id and map_name = 'assumed' and kind = 'skipped'
        and outcome <> 'open'
"""
TELLERS = {
    "feeling": Teller("findings.unhappy_leavers", tell_feeling, FEELING_EVIDENCE, UNHAPPY_THERE),
    "conformance": Teller(
        "findings.skipped_places", tell_skipped_place, CONFORMANCE_EVIDENCE, WENT_PAST
    ),
    "pain_point": Teller("findings.pain_points", tell_pain_point, PAIN_EVIDENCE, LOST_THERE),
    "bright_spot": Teller("findings.pain_points", tell_bright_spot, PAIN_EVIDENCE, CAME_THERE),
    "moment_of_truth": Teller(
        "findings.moments_of_truth", tell_moment_of_truth, MOMENT_EVIDENCE, MET_IT
    ),
    "difference": Teller("findings.differences", tell_difference, DIFFERENCE_EVIDENCE, WENT_THERE),
    "loop": Teller("findings.differences", tell_difference, DIFFERENCE_EVIDENCE, WENT_THERE),
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
