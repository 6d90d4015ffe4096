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

assignments as (
    select customer_id, persona_id from personas.assignments
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

of_customers as (  -- once for everyone and the personas alike
    select level, customer_id, from_number,
        sum(steps) as steps,
        count(*) as journeys,
        sum(mature) as mature,
        sum(mature_dropped) as mature_dropped,
        count(*) filter (where mature > 0) as mature_journeys,
        sum(rated) as rated,
        sum(rated_dropped) as rated_dropped,
        count(*) filter (where rated > 0) as rated_journeys
    from of_journeys
    group by level, customer_id, from_number
),

counted as (
    select level, 'all' as persona_id, from_number,
        cast(sum(steps) as bigint) as steps,
        count(*) as customers,
        cast(sum(journeys) as bigint) as journeys,
        cast(sum(mature) as bigint) as mature_steps,
        cast(sum(mature_dropped) as bigint) as dropped,
        cast(sum(mature_journeys) as bigint) as mature_journeys
    from of_customers
    group by level, from_number
    union all
    select level, persona_id, from_number,
        cast(sum(steps) as bigint) as steps,
        count(*) as customers,
        cast(sum(journeys) as bigint) as journeys,
        cast(sum(rated) as bigint) as mature_steps,
        cast(sum(rated_dropped) as bigint) as dropped,
        cast(sum(rated_journeys) as bigint) as mature_journeys
    from of_customers
    inner join assignments using (customer_id)
    group by level, persona_id, from_number
)

select level, persona_id, from_number, steps, customers, journeys, mature_steps, dropped, mature_journeys
from counted
