-- One row per move between two nodes: level, persona (`all` is everyone), from, to.
-- Steps and customers count every move. Probability and times count what is known: moves out of
-- mature steps, by persona only those after the first $look steps, and out of START all journeys.
-- key: level, persona_id, from_node, to_node
-- not_null: steps, customers, mature_steps
-- allowed: level stage|touchpoint
-- shares: probability, probability_low, probability_high
with moves as (
    select level, customer_id, from_node, to_node, seconds, is_mature, is_after_look
    from journeys.moves
),

assignments as (
    select customer_id, persona_id from personas.assignments
),

counted as (  -- every move twice: for everyone, and for its customer's persona
    select level, 'all' as persona_id, customer_id, from_node, to_node, seconds,
        from_node = 'START' or is_mature as is_known
    from moves
    union all
    select level, persona_id, customer_id, from_node, to_node, seconds,
        from_node = 'START' or (is_mature and is_after_look) as is_known
    from moves
    inner join assignments using (customer_id)
),

edges as (
    select level, persona_id, from_node, to_node,
        count(*) as steps,
        count(distinct customer_id) as customers,
        count(*) filter (where is_known) as mature_steps
    from counted
    group by all
),

placed as (  -- for the 90th percentile by nearest rank
    select level, persona_id, from_node, to_node, seconds,
        row_number() over (
            partition by level, persona_id, from_node, to_node order by seconds
        ) as place,
        count(*) over (partition by level, persona_id, from_node, to_node) as places
    from counted
    where is_known and seconds is not null
),

times as (
    select level, persona_id, from_node, to_node,
        median(seconds) as median_seconds,
        cast(min(seconds) filter (where 10 * place >= 9 * places) as double) as p90_seconds
    from placed
    group by all
),

rated as (
    select *,
        cast(sum(mature_steps) over (partition by level, persona_id, from_node) as bigint)
            as from_mature_steps,
        nullif(from_mature_steps, 0) as trials
    from edges
)

select level, persona_id, from_node, to_node, steps, customers, mature_steps, from_mature_steps,
    mature_steps / trials as probability,
    -- the 95 % Wilson interval
    case when trials > 0 then greatest(0, (mature_steps + 1.920729410347062e0 - 1.959963984540054e0
        * sqrt(mature_steps * (trials - mature_steps) / trials + 0.960364705173531e0))
        / (trials + 3.841458820694124e0)) end as probability_low,
    case when trials > 0 then least(1, (mature_steps + 1.920729410347062e0 + 1.959963984540054e0
        * sqrt(mature_steps * (trials - mature_steps) / trials + 0.960364705173531e0))
        / (trials + 3.841458820694124e0)) end as probability_high,
    median_seconds, p90_seconds
from rated
left join times using (level, persona_id, from_node, to_node)
