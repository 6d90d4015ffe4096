-- One row per level, persona (`all` is everyone) and move between two nodes: the counts behind
-- graph.transitions, which tells what they mean.
-- Adds up: made for the customers in run.customers_to_judge, as they were and as they are.
-- key: level, persona_id, from_number, to_number
-- adds: steps, customers, mature_steps
-- allowed: level stage|touchpoint
with moves as (
    select level, customer_id, from_number, to_number,
        from_number = 0 or is_mature as is_known,
        from_number = 0 or (is_mature and is_after_look) as is_known_of_persona
    from journeys.moves
    where customer_id in (select customer_id from run.customers_to_judge)
),

assignments as (
    select customer_id, persona_id from personas.assignments
),

of_customers as (  -- once for everyone and the personas alike: who has how many of each move
    select level, customer_id, from_number, to_number,
        count(*) as steps,
        count(*) filter (where is_known) as known,
        count(*) filter (where is_known_of_persona) as known_of_persona
    from moves
    group by level, customer_id, from_number, to_number
),

edges as (
    select level, 'all' as persona_id, from_number, to_number,
        cast(sum(steps) as bigint) as steps,
        count(*) as customers,
        cast(sum(known) as bigint) as mature_steps
    from of_customers
    group by level, from_number, to_number
    union all
    select level, persona_id, from_number, to_number,
        cast(sum(steps) as bigint) as steps,
        count(*) as customers,
        cast(sum(known_of_persona) as bigint) as mature_steps
    from of_customers
    inner join assignments using (customer_id)
    group by level, persona_id, from_number, to_number
)

select level, persona_id, from_number, to_number, steps, customers, mature_steps
from edges
