"""A small published warehouse as literal rows, for the tests of the notebook handle."""

from pathlib import Path

from pipeline.database import open_warehouse
from pipeline.publish import lock, publishing
from pipeline.warehouse import LAYOUT

TABLES = """
create table run.state as from (values
    ('layout', '{layout}'), ('title', 'Tea <house>'), ('goal', 'till'),
    ('give_up_after', '30 days'), ('within', '60 days'), ('look', '3'), ('min_group', '5')
) as state (name, value);
create table run.stages as from (values
    (1, 'look'), (2, 'buy')) as stages (stage_number, stage);
create table run.touchpoints as from (values
    (1, 'shop window', 'look'), (2, 'tasting', 'look'), (3, 'till', 'buy')
) as touchpoints (touchpoint_number, touchpoint, stage);
create table run.segments as from (values ('city', 'attribute')) as segments (segment, kind);
create table core.horizon as from (values
    (timestamp '2025-03-31 18:00', timestamp '2025-01-01 09:00', timestamp '2025-03-31 18:30')
) as horizon (horizon, first_event_at, last_event_at);
create table core.identities as from (values
    ('email', 'ada@tea.example', 7), ('card', 'C-1', 7), ('card', 'C-2', 8)
) as identities (identifier_kind, identifier, customer_id);
create table findings.outcomes as from (values
    ('all', 2, 3, 1, 1, 1), ('p1', 1, 2, 1, 0, 1)
) as outcomes (persona_id, customers, journeys, converted, dropped, open);
create table findings.before_after as from (values
    ('all', 'look', 'before going on', 1, 'tasting'), ('all', 'look', 'after', 1, 'till'),
    ('all', 'look', 'before', 2, 'tasting'), ('all', 'look', 'before', 1, 'shop window'),
    ('all', 'buy', 'before', 1, 'till')
) as before_after (persona_id, stage, position, rank, touchpoint);
create table personas.profiles as from (values
    ('p1', 'Regulars', 1), ('unknown', null, 3)) as profiles (persona_id, name, customers);
create table personas.traits as from (values
    ('p1', 'hour', 1.5), ('p1', 'city', 3.0)) as traits (persona_id, feature, lift);
create table journeys.journeys as from (values
    (70, 7, 1, 'converted'), (71, 7, 2, 'open'), (80, 8, 1, 'dropped')
) as journeys (journey_id, customer_id, journey_number, outcome);
create table journeys.steps as from (values
    (70, 2, 'till'), (70, 1, 'tasting'), (71, 1, 'tasting'), (80, 1, 'shop window')
) as steps (journey_id, step_number, touchpoint);
create table journeys.paths as from (values
    ('tasting', 1, 1), ('shop window', 4, 2), ('tasting > till', 1, 1)
) as paths (path, journeys, customers);
create table graph.drop_offs as from (values
    ('stage', 'all', 'buy', 9, 0.5), ('stage', 'all', 'look', 4, 0.25),
    ('touchpoint', 'all', 'till', 9, 0.5), ('stage', 'p1', 'look', 1, null)
) as drop_offs (level, persona_id, node, steps, drop_off_rate);
create table graph.segment_drop_offs as from (values
    ('city', 'Oslo', 'stage', 'all', 'buy', 3), ('city', 'Oslo', 'stage', 'all', 'look', 1),
    ('city', 'Bergen', 'stage', 'all', 'look', 2)
) as segment_drop_offs (segment, segment_value, level, persona_id, node, steps);
create table graph.transitions as from (values
    ('stage', 'all', 'START', 'look', 4, 1.0), ('stage', 'all', 'look', 'buy', 9, 0.75)
) as transitions (level, persona_id, from_node, to_node, steps, probability);
create table graph.chain as from (values
    ('stage', 'all', 'START', 0.25), ('stage', 'all', 'look', 0.3), ('stage', 'all', 'buy', 0.5)
) as chain (level, persona_id, node, conversion_probability);
create table graph.attribution as from (values
    ('stage', 'all', 'look', 0.5, 0.4), ('stage', 'all', 'buy', 1.0, 0.6),
    ('channel', 'all', 'paid', 1.0, 1.0)
) as attribution (level, persona_id, node, removal_effect, credit);
create table graph.memory as from (values
    ('stage', 'all', 1, true), ('stage', 'all', 0, false)
) as memory (level, persona_id, steps_remembered, is_best_by_bic);
create table graph.forecasts as from (values
    ('stage', 'all', 'buy', 'drop-off', 0.5), ('stage', 'all', 'START', 'conversion', 0.2)
) as forecasts (level, persona_id, node, measure, predicted);
create table graph.stages as from (values
    ('all', 'buy', 2, 3, 0, 1, 0, 1, 1), ('all', 'look', 1, 5, 3, 0, 0, 1, 1)
) as stages (
    persona_id, stage, stage_number, entered, advanced, converted, went_back, dropped, open);
create table graph.flows as from (values
    ('all', 'look', 1, 'buy', 2, 3), ('all', 'look', 1, 'DROPPED', null, 1),
    ('all', 'buy', 2, 'CONVERTED', null, 1)
) as flows (persona_id, from_node, from_number, to_node, to_number, journeys);
create table graph.conversion as from (values
    ('all', '2025-02', 1, null, null, null, true), ('all', 'all', 3, 0.3, 0.1, 0.6, false),
    ('all', '2025-01', 2, 0.5, 0.2, 0.8, false)
) as conversion (
    persona_id, month, journeys, conversion_rate, conversion_low, conversion_high, is_young);
create table runs.runs as from (values ('run')) as runs (run_id);
"""


def publish(warehouse: Path, events: int = 1) -> Path:
    """Publish the rows above with so many events, as a run does; gives the warehouse."""
    with lock(warehouse), publishing(warehouse, fresh=True) as target:
        connection = open_warehouse(target)
        connection.execute(TABLES.replace("{layout}", LAYOUT))
        connection.execute(
            "create table core.events as "
            "select event_id, md5(event_id::varchar) as event from range(?) as made (event_id)",
            [events],
        )
        connection.execute("checkpoint")
        connection.close()
    return warehouse
