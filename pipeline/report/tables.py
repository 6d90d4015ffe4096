"""What the report reads: each select shows cells of one named table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb

from pipeline.database import has_table

if TYPE_CHECKING:
    from pipeline.findings import Standing

Row = dict[str, Any]

EVERYONE = "all"
MOST_CONVERTING = 8
MOST_DETOURS = 12

SELECTS = {
    "runs": (
        "runs.runs",
        "select * from runs.runs where outcome = 'published' order by started_at desc limit 1",
    ),
    "figures": (
        "runs.figures",
        "select run_id, started_at, figure, value from runs.figures "
        "inner join runs.runs using (run_id) "
        "where outcome = 'published' and run_id in (select run_id from runs.runs "
        "where outcome = 'published' order by started_at desc limit 2) "
        "order by started_at desc, figure",
    ),
    "run_months": (
        "runs.runs",
        "select distinct strftime(horizon, '%Y-%m') as month from runs.runs "
        "where outcome = 'published' and horizon is not null order by month desc limit 24",
    ),
    "horizon": ("core.horizon", "select * from core.horizon"),
    "outcomes": ("findings.outcomes", "select * from findings.outcomes order by persona_id"),
    "conversion": ("graph.conversion", "select * from graph.conversion order by persona_id, month"),
    "reach": ("findings.stage_reach", "select * from findings.stage_reach order by stage_number"),
    "stages": ("graph.stages", "select * from graph.stages order by persona_id, stage_number"),
    "drop_offs": (
        "graph.drop_offs",
        "select * from graph.drop_offs order by level, persona_id, steps desc, node",
    ),
    "transitions": (
        "graph.transitions",
        "select * from graph.transitions "
        "order by level, persona_id, steps desc, from_node, to_node",
    ),
    "flows": ("graph.flows", "select * from graph.flows order by persona_id, from_number, to_node"),
    "feelings": (
        "findings.feelings",
        "select * from findings.feelings order by level, persona_id, node, score_scale",
    ),
    "leaving_words": (
        "findings.leaving_words",
        "select * from findings.leaving_words order by persona_id, place",
    ),
    "quotes": (
        "findings.quotes",
        "select * from findings.quotes order by persona_id, stage, place",
    ),
    "text_languages": (
        "findings.text_languages",
        "select * from findings.text_languages order by texts desc, language",
    ),
    "before_after": (
        "findings.before_after",
        "select * from findings.before_after order by persona_id, stage, position, rank",
    ),
    "paths": ("findings.top_paths", "select * from findings.top_paths order by persona_id, rank"),
    "detours": (
        "findings.detours",
        "select *, steps * (median_seconds - coalesce(straight_seconds, 0)) as seconds_taken "
        "from findings.detours qualify row_number() over (partition by persona_id "
        "order by seconds_taken desc, kind, from_touchpoint, via, to_touchpoint) "
        f"<= {MOST_DETOURS} "
        "order by persona_id, seconds_taken desc, kind, from_touchpoint, via, to_touchpoint",
    ),
    "converting_paths": (
        "journeys.paths",
        "select 'all' as persona_id, * from journeys.paths where converted > 0 "
        f"order by converted desc, journeys desc, path limit {MOST_CONVERTING}",
    ),
    "step_flows": (
        "graph.step_flows",
        "select * from graph.step_flows "
        "order by persona_id, step_number, journeys desc, from_number, to_number",
    ),
    "step_matrix": (
        "graph.step_matrix",
        "select * from graph.step_matrix order by persona_id, step_number, journeys desc, node",
    ),
    "month_drop_offs": (
        "graph.month_drop_offs",
        "select * from graph.month_drop_offs where level = 'stage' order by persona_id, month",
    ),
    "map_fits": ("findings.map_fits", "select * from findings.map_fits order by map_name"),
    "conformance": (
        "findings.conformance",
        "select * from findings.conformance order by map_name, persona_id, place_number, kind",
    ),
    "chances": (
        "graph.chain",
        "select * from graph.chain where level = 'stage' order by persona_id, node",
    ),
    "attribution": (
        "graph.attribution",
        "select * from graph.attribution order by level, persona_id, credit desc nulls last, node",
    ),
    "memory": (
        "graph.memory",
        "select * from graph.memory order by level, persona_id, steps_remembered",
    ),
    "forecasts": (
        "graph.forecasts",
        "select * from graph.forecasts order by level, persona_id, measure, node",
    ),
    "what_ifs": ("findings.what_ifs", "select * from findings.what_ifs order by rank"),
    "profiles": (
        "personas.profiles",
        "select * from personas.profiles order by customers desc, persona_id",
    ),
    "traits": (
        "personas.traits",
        "select * from personas.traits order by persona_id, feature_group, feature",
    ),
    "persona_differences": (
        "personas.differences",
        "select * from personas.differences order by persona_id, stage_number",
    ),
    "persona_test": ("personas.difference_test", "select * from personas.difference_test"),
    "typical_journeys": (
        "personas.typical_journeys",
        "select * from personas.typical_journeys order by persona_id, place",
    ),
    "persona_scores": (
        "personas.scores",
        "select * from personas.scores order by persona_id, scores desc, score_scale",
    ),
    "persona_words": ("personas.words", "select * from personas.words order by persona_id, place"),
    "persona_numbers": ("personas.numbers", "select * from personas.numbers order by personas"),
    "persona_attributes": (
        "personas.attributes",
        "select * from personas.attributes where is_refused order by attribute",
    ),
    "retired": ("personas.retired", "select * from personas.retired order by persona_id"),
    "agreement": ("personas.agreement", "select * from personas.agreement where customers > 0"),
    "confusion": (
        "personas.confusion",
        "select * from personas.confusion order by own_group, found_group",
    ),
    "milestones": (
        "graph.milestones",
        "select 'all' as persona_id, * from graph.milestones order by milestone_number",
    ),
    "trust": ("findings.trust", "select * from findings.trust order by subject, measure"),
    "balances": ("landing.balances", "select * from landing.balances order by source"),
    "sources": ("core.sources", "select * from core.sources"),
    "unmapped": (
        "core.unmapped_events",
        "select * from core.unmapped_events order by events desc, source, event limit 30",
    ),
    "rejected": (
        "findings.rejections",
        "select * from findings.rejections "
        "order by rows desc, source, column_name, reason limit 30",
    ),
}


@dataclass(frozen=True)
class Comparison:
    """Groups that stand beside each other in the place of personas, how each fares beside the
    others, and their own pain points and moments of truth; `left_out` are too small, or too many,
    to be shown.

    `what_ifs` are these pain points as usual, `removals` and `maps` the credit and the assumed map
    of each group beside the others, `cards` what is told of a persona, by the name of the table.
    """

    by: str
    groups: list[Row]
    left_out: int
    differences: list[Row]
    pain_points: list[Row] = field(default_factory=list)
    moments: list[Row] = field(default_factory=list)
    what_ifs: list[Row] = field(default_factory=list)
    removals: list[Row] = field(default_factory=list)
    maps: list[Row] = field(default_factory=list)
    cards: Mapping[str, list[Row]] = field(default_factory=dict)


@dataclass(frozen=True)
class Tables:
    """Rows by the name of what was read; nothing where the warehouse has no such table yet.

    Rows of a period say in `period` which, those of a `comparison` have its groups for personas.
    """

    rows: Mapping[str, list[Row]]
    findings: list[Row]
    period: str = ""
    comparison: Comparison | None = None
    trusted: tuple[str, str] = ("", "")  # how far to trust the map, and what would help most
    standing: Mapping[str, "Standing"] = field(default_factory=dict)  # a finding, by its id
    tested_since: tuple[str, ...] = ()  # what changed beyond chance since the last run, told
    came_of: Mapping[int, list[str]] = field(default_factory=dict)  # an action, by its number
    chances_beside: list[Row] = field(default_factory=list)  # of a persona or group, by stage

    def __getitem__(self, name: str) -> list[Row]:
        return self.rows[name]

    def of(self, name: str, persona_id: str, **cells: Any) -> list[Row]:
        """The rows of one persona, and of these the ones that have the given cells."""
        wanted = {"persona_id": persona_id, **cells}
        return [
            row
            for row in self.rows[name]
            if all(row.get(column) == cell for column, cell in wanted.items())
        ]


def read_tables(connection: duckdb.DuckDBPyConnection) -> Tables:
    """Read all that the report shows, once."""
    from pipeline.actions import read_actions
    from pipeline.findings import read_findings, tell_trust

    came_of = {each["action_number"]: each["sentences"] for each in read_actions(connection)}
    rows = {name: _read(connection, *what) for name, what in SELECTS.items()}
    found = [dict(each) for each in read_findings(connection)]
    return Tables(rows, found, trusted=tell_trust(connection), came_of=came_of)


def _read(connection: duckdb.DuckDBPyConnection, table: str, sql: str) -> list[Row]:
    if not has_table(connection, table):
        return []
    result = connection.execute(sql)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
