-- One row per segment of the settings, its value, level, persona (`all` is everyone) and node.
-- The columns of graph.drop_offs over the journeys whose segment has that value.
-- key: segment, segment_value, level, persona_id, node
-- not_null: steps, customers, mature_steps, dropped
-- allowed: level stage|touchpoint
-- shares: drop_off_rate, drop_off_low, drop_off_high
with moves as (
    select level, journey_id, customer_id, from_node, to_node, is_mature, is_after_look
    from journeys.moves
    where from_node <> 'START'
),

segments as (
    select journey_id, segment, segment_value
    from journeys.segments
    where segment_value is not null
),

assignments as (
    select customer_id, persona_id from personas.assignments
),

segment_moves as (
    select segments.segment, segments.segment_value, moves.*
    from moves
    inner join segments using (journey_id)
),

counted as (  -- every step twice: for everyone, and for its customer's persona
    select segment, segment_value, level, 'all' as persona_id, customer_id, from_node as node,
        to_node, is_mature as is_known
    from segment_moves
    union all
    select segment, segment_value, level, persona_id, customer_id, from_node as node,
        to_node, is_mature and is_after_look as is_known
    from segment_moves
    inner join assignments using (customer_id)
),

totals as (
    select segment, segment_value, level, persona_id, node,
        count(*) as steps,
        count(distinct customer_id) as customers,
        count(*) filter (where is_known) as mature_steps,
        count(*) filter (where is_known and to_node = 'DROPPED') as dropped,
        nullif(count(*) filter (where is_known), 0) as trials
    from counted
    group by segment, segment_value, level, persona_id, node
)

select segment, segment_value, level, persona_id, node, steps, customers, mature_steps, dropped,
    dropped / trials as drop_off_rate,
    case when trials > 0 then greatest(0, (dropped + 1.920729410347062e0 - 1.959963984540054e0
        * sqrt(dropped * (trials - dropped) / trials + 0.960364705173531e0))
        / (trials + 3.841458820694124e0)) end as drop_off_low,
    case when trials > 0 then least(1, (dropped + 1.920729410347062e0 + 1.959963984540054e0
        * sqrt(dropped * (trials - dropped) / trials + 0.960364705173531e0))
        / (trials + 3.841458820694124e0)) end as drop_off_high
from totals
