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

of_personas as (
    select level, persona_id, from_number, to_number,
        count(*) as steps,
        count(distinct customer_id) as customers,
        count(*) filter (where is_known) as known,
        count(*) filter (where is_known_of_persona) as known_of_persona
    from moves
    left join personas.assignments using (customer_id)
    group by level, persona_id, from_number, to_number
),

edges as (  -- each customer is of one persona, so everyone is all of them together
    select level, persona_id, from_number, to_number, steps, customers,
        known_of_persona as mature_steps
    from of_personas
    where persona_id is not null
    union all
    select level, 'all', from_number, to_number, cast(sum(steps) as bigint),
        cast(sum(customers) as bigint), cast(sum(known) as bigint)
    from of_personas
    group by level, from_number, to_number
)

select level, persona_id, from_number, to_number, steps, customers, mature_steps
from edges
