"""Literal rows for the tables that `graph`, `personas` and `findings` read."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import duckdb

from pipeline.build import create, for_everyone
from pipeline.database import has_table, open_warehouse
from pipeline.models import read_model, sql_folder
from pipeline.promises import check

START = datetime(2025, 3, 3, 12)  # a Monday
COLUMNS = {
    "journeys.moves": "level varchar, journey_id bigint, customer_id bigint, move_number integer,"
    " from_node varchar, to_node varchar, is_mature boolean, is_after_look boolean,"
    " seconds double, started_at timestamp, stay_seconds double, is_goal boolean,"
    " next_is_goal boolean, from_number integer, to_number integer",
    "journeys.stage_visits": "journey_id bigint, visit_number integer, customer_id bigint,"
    " stage varchar, stage_number integer, started_at timestamp, ended_at timestamp,"
    " is_mature boolean, is_after_look boolean, is_goal boolean, next_is_goal boolean",
    "journeys.journeys": "journey_id bigint, customer_id bigint, started_at timestamp,"
    " last_step_at timestamp, outcome varchar, steps integer, journey_number integer,"
    " first_touchpoint varchar, is_start_known boolean, value double,"
    " first_touchpoint_number integer",
    "journeys.segments": "journey_id bigint, segment varchar, segment_value varchar",
    "journeys.steps": "journey_id bigint, step_number integer, customer_id bigint,"
    " touchpoint varchar, started_at timestamp, ended_at timestamp, channel varchar,"
    " device varchar, customer_step_number integer, stage varchar, next_touchpoint varchar,"
    " next_started_at timestamp, is_stage_entry boolean, is_mature boolean, session_id bigint,"
    " stage_number integer, touchpoint_number integer, next_touchpoint_number integer,"
    " next_stage_number integer, is_session_entry boolean",
    "journeys.sequences": "journey_id bigint, customer_id bigint, path varchar, steps bigint",
    "personas.assignments": "customer_id bigint, persona_id varchar",
    "personas.features": "customer_id bigint, feature_group varchar, feature varchar, value double",
    "core.attributes": "customer_id bigint, attribute varchar, value varchar",
    "core.horizon": "horizon timestamp",
    "core.sessions": "session_id bigint, customer_id bigint, channel varchar",
    "core.events": "event_id bigint, customer_id bigint, occurred_at timestamp, source varchar,"
    " is_left_out boolean, touchpoint varchar, text varchar, score double, score_scale varchar,"
    " event_number bigint, session_id bigint, event varchar",
    "core.sources": "source varchar, is_behind boolean",
    "core.ignored_identifiers": "identifier_kind varchar, identifier varchar",
    "landing.balances": "rows_read bigint, rows_rejected bigint",
    "run.sources": "source_number integer, source varchar, kind varchar",
    "run.stages": "stage_number integer, stage varchar",
    "run.nodes": "level varchar, node_number integer, node varchar",
    "run.touchpoints": "touchpoint_number integer, touchpoint varchar, stage varchar,"
    " stage_number integer",
    "graph.drop_offs": "level varchar, persona_id varchar, node varchar, steps bigint,"
    " customers bigint, mature_steps bigint, dropped bigint, drop_off_rate double,"
    " drop_off_low double, drop_off_high double, conversion_probability double",
    "graph.transitions": "level varchar, persona_id varchar, from_node varchar, to_node varchar,"
    " steps bigint, customers bigint, mature_steps bigint",
    "graph.conversion": "persona_id varchar, month varchar, is_young boolean",
    "graph.stages": "persona_id varchar, stage varchar, went_back_rate double, entered bigint",
    "findings.feelings": "level varchar, persona_id varchar, node varchar, score_scale varchar,"
    " scores bigint, customers bigint, mean_score double",
    "findings.stage_signs": "persona_id varchar, stage varchar, repeat_share double,"
    " went_back_rate double, median_wait_seconds double, support_share double,"
    " score_scale varchar, scores bigint, mean_score double, usual_score double",
    "run.chain": "level varchar, persona_id varchar, node varchar, conversion_probability double,"
    " conversion_low double, conversion_high double",
    "run.customers": "customer_id bigint",
    "run.persona_attributes": "attribute varchar",
    "run.scales": "score_scale varchar, low_score double, high_score double, unhappy_to double,"
    " happy_from double",
    "run.texts": "event_id bigint, customer_id bigint, language varchar, sentiment double,"
    " is_unhappy boolean",
    "run.quotes": "event_id bigint, quote varchar",
    "run.assumed_map": "place_number integer, touchpoint_number integer",
    "run.actions": "action_number integer, taken_at timestamp, taken_on date, touchpoint varchar,"
    " persona varchar, what varchar, owner varchar",
    "run.persona_notes": "persona varchar, notes varchar",
    "personas.walks": "customer_id bigint, from_node varchar, to_node varchar, moves bigint",
    "personas.behaviour": "customer_id bigint, feature_group varchar, feature varchar,"
    " value double",
    "personas.attributes": "attribute varchar, converters_share double, others_share double,"
    " is_refused boolean",
    "run.conversion": "persona_id varchar, month varchar, conversion_rate double,"
    " conversion_low double, conversion_high double",
    "run.persona_names": "persona_id varchar, name varchar, silhouette double",
    "core.identities": "customer_id bigint, identifier_kind varchar, identifier varchar",
    "personas.numbers": "personas integer, stability double, is_chosen boolean",
    "graph.memory": "level varchar, persona_id varchar, steps_remembered integer,"
    " is_best_held_out boolean",
    "graph.forecasts": "level varchar, persona_id varchar, node varchar, is_missed boolean",
    "findings.blind_spots": "source varchar, event varchar, customers bigint, events bigint,"
    " share double",
    "run.milestones": "milestone_number integer, touchpoint varchar",
    "run.segments": "segment varchar, kind varchar",
    "findings.first_moves": "level varchar, customer_id bigint, from_number integer,"
    " journey_id bigint, to_number integer, week_number integer",
    "findings.first_journeys": "level varchar, customer_id bigint, from_number integer,"
    " journey_id bigint, to_number integer, week_number integer",
    "findings.pace": "in_time_microseconds bigint, recorded_week integer, settled_week integer",
    "findings.telling_segments": "segment varchar, is_telling boolean",
    "findings.groups": "group_number bigint, segment varchar, segment_value varchar,"
    " customers bigint",
    "findings.weekly_moves": "group_number bigint, level varchar, from_number integer,"
    " to_number integer, week_number integer, customers bigint",
    "findings.stretches": "group_number bigint, level varchar, from_number integer,"
    " to_number integer, first_week integer, last_week integer, customers bigint, cases bigint,"
    " other_customers bigint, other_cases bigint",
    "findings.comparisons": "group_number bigint, level varchar, from_number integer,"
    " to_number integer, first_week integer, last_week integer, customers bigint, cases bigint,"
    " other_customers bigint, other_cases bigint, z_value double",
    "findings.move_values": "level varchar, from_number integer, to_number integer,"
    " conversions_lost double",
    "findings.first_meetings": "journey_id bigint, customer_id bigint, touchpoint_number integer,"
    " step_number bigint, previous_number integer",
    "findings.meeting_journeys": "journey_id bigint, customer_id bigint, persona_id varchar,"
    " is_looked_at boolean, is_drawn boolean, is_open boolean, is_converted boolean,"
    " is_alone boolean",
    "findings.meeting_places": "is_next boolean, journey_id bigint, place_number integer,"
    " steps_so_far integer, customer_id bigint, persona_id varchar, is_converted boolean,"
    " step_number bigint",
    "findings.meeting_odds": "comparison varchar, touchpoint_number integer, touchpoint varchar,"
    " stage varchar, customers bigint, other_customers bigint, journeys bigint, converted bigint,"
    " expected double, other_journeys bigint, other_converted bigint, odds_ratio double,"
    " log_odds_error double, each_stands_for double default 1",
    "findings.pain_points": "finding_id varchar, persona_id varchar, stage varchar,"
    " touchpoint varchar, customers bigint, excess double, excess_low double, excess_high double,"
    " conversions_lost double, conversions_lost_low double, conversions_lost_high double,"
    " is_withheld boolean",
    "findings.moments_of_truth": "finding_id varchar, touchpoint varchar, stage varchar,"
    " customers bigint, odds_ratio double, z_value double, conversions_lost double,"
    " is_enough boolean",
    "findings.differences": "finding_id varchar, kind varchar, theme varchar, level varchar,"
    " stage varchar, touchpoint varchar, customers bigint, other_customers bigint, looks bigint,"
    " z_value double, difference double, difference_low double, difference_high double,"
    " conversions_lost double",
    "findings.settled_answers": "stage varchar, score_scale varchar, customer_id bigint,"
    " is_unhappy boolean, is_dropped boolean",
    "findings.unhappy_leavers": "finding_id varchar, stage varchar, customers bigint,"
    " z_value double, difference double, difference_low double, difference_high double,"
    " conversions_lost double, is_enough boolean",
    "findings.skipped_places": "finding_id varchar, stage varchar, touchpoint varchar,"
    " customers bigint, z_value double, skipped_rate double, is_withheld boolean",
    "findings.tests": "finding_id varchar, kind varchar, theme varchar, persona_id varchar,"
    " stage varchar, touchpoint varchar, customers bigint, p_value double, q_value double,"
    " looks bigint, conversions double, conversions_low double, conversions_high double,"
    " is_worse boolean, is_found boolean",
}  # fmt: skip


def warehouse(
    tables: Mapping[str, Sequence[Sequence[Any]]],
) -> duckdb.DuckDBPyConnection:
    """A warehouse in memory with these tables; those not given are there and empty.

    Rows may leave out columns at the end: they are null.
    """
    connection = open_warehouse(":memory:")
    for name, columns in COLUMNS.items():
        connection.execute(f"create table {name} ({columns})")
    for name, rows in tables.items():
        names = [column.split()[0] for column in COLUMNS[name].split(",")]
        if rows:
            given = names[: len(rows[0])]  # columns at the end may be left out
            marks = ", ".join("?" * len(given))
            connection.executemany(
                f"insert into {name} ({', '.join(given)}) values ({marks})", rows
            )
    _number_nodes(connection)
    return connection


def _number_nodes(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill in run.nodes, and the numbers of the moves, from the names."""
    connection.execute("""
        insert into run.nodes
        with named as (
            select level, from_node as node from journeys.moves
            union select level, to_node from journeys.moves
        )
        select level,
            case node when 'START' then 0 when 'CONVERTED' then -1 when 'DROPPED' then -2
                when 'OPEN' then -3 else row_number() over (order by level, node) end,
            node
        from named
    """)
    for end in ("from", "to"):
        connection.execute(f"""
            update journeys.moves set {end}_number = node_number
            from run.nodes as nodes where nodes.level = moves.level and node = {end}_node
        """)


def _are_listed(connection: duckdb.DuckDBPyConnection, customers: str | None) -> bool:
    if customers is None or not has_table(connection, customers):
        return False
    return bool(connection.execute(f"select count(*) from {customers}").fetchall()[0][0])


def made(
    connection: duckdb.DuckDBPyConnection, table: str, columns: str = "*", **parameters: Any
) -> list[tuple[Any, ...]]:
    """Make `table` from its file, check its promises, and return these columns of its rows.

    What it reads and rows are not given for is made first. It is made for everyone, unless the
    customers to make anew are listed.
    """
    schema, name = table.split(".")
    model = read_model(sql_folder() / schema / f"{name}.sql")
    if not _are_listed(connection, model.customer_list):
        model = for_everyone(model)
    for read in sorted(model.reads):
        if not has_table(connection, read):
            made(connection, read, **parameters)
    create(connection, model, parameters)
    check(connection, model)
    return connection.execute(f"select {columns} from {table} order by all").fetchall()


def moves(*walks: tuple[int, str], level: str = "stage") -> Iterator[tuple[Any, ...]]:
    """Moves of journeys written `customer, "a > b > DROPPED"`; mature unless they end OPEN.

    Each move takes a day; every step is after the look.
    """
    for journey, (customer, walk) in enumerate(walks, 1):
        nodes = ["START", *walk.split(" > ")]
        for number, (start, end) in enumerate(itertools.pairwise(nodes)):
            between = number > 0 and end not in ("CONVERTED", "DROPPED", "OPEN")
            yield (
                level, journey, customer, number, start, end, end != "OPEN", True,
                86400 if between else None, START + timedelta(days=number), None, False, False,
            )  # fmt: skip
