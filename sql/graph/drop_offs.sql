-- One row per level, persona (`all` is everyone) and node: how often a journey ends there unfinished.
-- The rate is the share of mature steps (at stage level: visits) that are the last of a dropped
-- journey, with its 95 % Wilson interval; by persona only steps after the first $look ones.
-- conversion_probability is the chance to convert from here, by the chain of graph.transitions.
-- key: level, persona_id, node
-- not_null: steps, customers, mature_steps, dropped
-- allowed: level stage|touchpoint
-- shares: drop_off_rate, drop_off_low, drop_off_high, conversion_probability
with moves as (
    select level, customer_id, from_node, to_node, is_mature, is_after_look
    from journeys.moves
    where from_node <> 'START'
),

assignments as (
    select customer_id, persona_id from personas.assignments
),

chain as (
    select level, persona_id, node, conversion_probability from run.chain
),

counted as (  -- every step twice: for everyone, and for its customer's persona
    select level, 'all' as persona_id, customer_id, from_node as node, to_node,
        is_mature as is_known
    from moves
    union all
    select level, persona_id, customer_id, from_node as node, to_node,
        is_mature and is_after_look as is_known
    from moves
    inner join assignments using (customer_id)
),

totals as (
    select level, persona_id, node,
        count(*) as steps,
        count(distinct customer_id) as customers,
        count(*) filter (where is_known) as mature_steps,
        count(*) filter (where is_known and to_node = 'DROPPED') as dropped,
        nullif(count(*) filter (where is_known), 0) as trials
    from counted
    group by level, persona_id, node
)

select level, persona_id, node, steps, customers, mature_steps, dropped,
    dropped / trials as drop_off_rate,
    case when trials > 0 then greatest(0, (dropped + 1.920729410347062e0 - 1.959963984540054e0
        * sqrt(dropped * (trials - dropped) / trials + 0.960364705173531e0))
        / (trials + 3.841458820694124e0)) end as drop_off_low,
    case when trials > 0 then least(1, (dropped + 1.920729410347062e0 + 1.959963984540054e0
        * sqrt(dropped * (trials - dropped) / trials + 0.960364705173531e0))
        / (trials + 3.841458820694124e0)) end as drop_off_high,
    conversion_probability
from totals
left join chain using (level, persona_id, node)
