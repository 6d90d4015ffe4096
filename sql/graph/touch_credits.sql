-- One row per level, persona (`all` is everyone) and node: the conversions that the rules of graph.touches
-- credit to it, and in the columns ending in _value their value. journeys are the converted ones that met
-- it; untouched those that met nothing, which credit `none`; customers those of both. shapley is the Shapley value of
-- v(S) = conversions of journeys that met nodes of S only. Every rule adds up to all conversions.
-- key: level, persona_id, node
-- not_null: journeys, first_touch, last_touch, linear, position_based, time_decay, shapley, untouched
-- allowed: level stage | touchpoint | channel
with touches as (
    select * from graph.touches
),

repeaters as (
    select customer_id from touches group by customer_id having min(journey_id) < max(journey_id)
),

again as (  -- further journeys of a customer to the same node
    select level, node, is_untouched, customer_id, count(*) - 1 as journeys
    from touches
    where customer_id in (select customer_id from repeaters)
    group by level, node, is_untouched, customer_id
    having count(*) > 1
),

again_at_nodes as (
    select level, node, coalesce(persona_id, 'all') as persona_id,
        cast(sum(journeys) as bigint) as journeys_again
    from again
    inner join personas.assignments using (customer_id)
    group by grouping sets ((level, node, persona_id), (level, node))
),

counted as (
    select level, node, is_untouched, coalesce(persona_id, 'all') as persona_id,
        count(*) as journeys,
        sum(first_touch) / 1e12 as first_touch,
        sum(last_touch) / 1e12 as last_touch,
        sum(linear) / 1e12 as linear,
        sum(position_based) / 1e12 as position_based,
        sum(time_decay) / 1e12 as time_decay,
        sum(shapley) / 1e12 as shapley,
        sum(cast(round(value * 1e6) as bigint)) / 1e6 as value,
        sum(cast(round(first_touch * value / 1e6) as bigint)) / 1e6 as first_touch_value,
        sum(cast(round(last_touch * value / 1e6) as bigint)) / 1e6 as last_touch_value,
        sum(cast(round(linear * value / 1e6) as bigint)) / 1e6 as linear_value,
        sum(cast(round(position_based * value / 1e6) as bigint)) / 1e6 as position_based_value,
        sum(cast(round(time_decay * value / 1e6) as bigint)) / 1e6 as time_decay_value,
        sum(cast(round(shapley * value / 1e6) as bigint)) / 1e6 as shapley_value
    from touches
    inner join personas.assignments using (customer_id)
    group by grouping sets (
        (level, node, is_untouched, persona_id), (level, node, is_untouched)
    )
)

select level, persona_id, node,
    cast(sum(case when is_untouched then 0 else journeys end) as bigint) as journeys,
    cast(sum(case when is_untouched then journeys else 0 end) as bigint) as untouched,
    cast(sum(journeys) as bigint) - coalesce(max(journeys_again), 0) as customers,
    sum(first_touch) as first_touch,
    sum(last_touch) as last_touch,
    sum(linear) as linear,
    sum(position_based) as position_based,
    sum(time_decay) as time_decay,
    sum(shapley) as shapley,
    sum(case when is_untouched then value else 0 end) as untouched_value,
    sum(first_touch_value) as first_touch_value,
    sum(last_touch_value) as last_touch_value,
    sum(linear_value) as linear_value,
    sum(position_based_value) as position_based_value,
    sum(time_decay_value) as time_decay_value,
    sum(shapley_value) as shapley_value
from counted
left join again_at_nodes using (level, persona_id, node)
group by level, persona_id, node
