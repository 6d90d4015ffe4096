-- One row per move between two nodes: level, persona (`all` is everyone), from, to.
-- Steps and customers count every move. Probability and times count what is known: moves out of
-- mature steps, by persona only those after the first $look steps, and out of START all journeys.
-- key: level, persona_id, from_node, to_node
-- not_null: steps, customers, mature_steps
-- allowed: level stage|touchpoint
-- shares: probability, probability_low, probability_high
with moves as (
    select level, customer_id, from_number, to_number, seconds,
        from_number = 0 or is_mature as is_known,
        from_number = 0 or (is_mature and is_after_look) as is_known_of_persona
    from journeys.moves
),

assignments as (
    select customer_id, persona_id from personas.assignments
),

nodes as (
    select level, node_number, node from run.nodes
),

times as (
    select level, 'all' as persona_id, from_number, to_number,
        median(seconds) as median_seconds,
        cast(quantile_disc(seconds, 0.9) as double) as p90_seconds
    from moves
    where is_known and seconds is not null
    group by level, from_number, to_number
    union all
    select level, persona_id, from_number, to_number,
        median(seconds) as median_seconds,
        cast(quantile_disc(seconds, 0.9) as double) as p90_seconds
    from moves
    inner join assignments using (customer_id)
    where is_known_of_persona and seconds is not null
    group by level, persona_id, from_number, to_number
),

rated as (
    select *,
        cast(sum(mature_steps) over (partition by level, persona_id, from_number) as bigint)
            as from_mature_steps,
        nullif(from_mature_steps, 0) as trials
    from graph.transition_counts
)

select rated.level, persona_id, from_nodes.node as from_node, to_nodes.node as to_node, steps,
    customers, mature_steps, from_mature_steps,
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
left join times using (level, persona_id, from_number, to_number)
inner join nodes as from_nodes
    on from_nodes.level = rated.level and from_nodes.node_number = from_number
inner join nodes as to_nodes on to_nodes.level = rated.level and to_nodes.node_number = to_number
