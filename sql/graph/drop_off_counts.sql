-- One row per level, persona (`all` is everyone) and node that has steps: the counts behind graph.drop_offs,
-- which tells what they mean. Of everyone mature steps count, of personas only those after the first $look ones.
-- Adds up: made for the customers in run.customers_to_judge, as they were and as they are.
-- key: level, persona_id, from_number
-- adds: steps, customers, journeys, mature_steps, dropped, mature_journeys
-- allowed: level stage|touchpoint
with moves as (
    select level, journey_id, customer_id, from_number, is_mature,
        is_mature and is_after_look as is_rated, to_node = 'DROPPED' as is_drop
    from journeys.moves
    where from_number <> 0
        and customer_id in (select customer_id from run.customers_to_judge)
),

of_journeys as (
    select level, journey_id, customer_id, from_number,
        count(*) as steps,
        count(*) filter (where is_mature) as mature,
        count(*) filter (where is_mature and is_drop) as mature_dropped,
        count(*) filter (where is_rated) as rated,
        count(*) filter (where is_rated and is_drop) as rated_dropped
    from moves
    group by level, journey_id, customer_id, from_number
),

of_personas as (
    select level, persona_id, from_number,
        cast(sum(steps) as bigint) as steps,
        count(distinct customer_id) as customers,
        count(*) as journeys,
        cast(sum(mature) as bigint) as mature,
        cast(sum(mature_dropped) as bigint) as mature_dropped,
        count(*) filter (where mature > 0) as mature_journeys,
        cast(sum(rated) as bigint) as rated,
        cast(sum(rated_dropped) as bigint) as rated_dropped,
        count(*) filter (where rated > 0) as rated_journeys
    from of_journeys
    left join personas.assignments using (customer_id)
    group by level, persona_id, from_number
),

counted as (  -- each customer is of one persona, so everyone is all of them together
    select level, persona_id, from_number, steps, customers, journeys, rated as mature_steps,
        rated_dropped as dropped, rated_journeys as mature_journeys
    from of_personas
    where persona_id is not null
    union all
    select level, 'all', from_number, cast(sum(steps) as bigint), cast(sum(customers) as bigint),
        cast(sum(journeys) as bigint), cast(sum(mature) as bigint),
        cast(sum(mature_dropped) as bigint), cast(sum(mature_journeys) as bigint)
    from of_personas
    group by level, from_number
)

select level, persona_id, from_number, steps, customers, journeys, mature_steps, dropped, mature_journeys
from counted
