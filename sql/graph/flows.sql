-- One row per persona (`all` is everyone) and flow between two nodes, for the picture of the whole:
-- from each stage a journey reached to the next one further on that it reached, whatever it went
-- back to in between, and from the furthest one to its outcome. So as many leave as come.
-- Nodes are the stages, CONVERTED, DROPPED and OPEN; numbers are the stages', null for outcomes.
-- Adds up: made for the customers in run.customers_to_judge, as they were and as they are.
-- key: persona_id, from_node, to_node
-- adds: journeys, customers
-- not_null: from_number, journeys, customers
with visits as (
    select journey_id, customer_id, visit_number, stage, stage_number
    from journeys.stage_visits
    where customer_id in (select customer_id from run.customers_to_judge)
),

journeys as (
    select journey_id, outcome from journeys.journeys
    where customer_id in (select customer_id from run.customers_to_judge)
),

assignments as (
    select customer_id, persona_id from personas.assignments
),

compared as (
    select *,
        max(stage_number) over (
            partition by journey_id order by visit_number
            rows between unbounded preceding and 1 preceding
        ) as furthest_before
    from visits
),

advances as (  -- a visit further on than every one before it
    select journey_id, customer_id, visit_number, stage, stage_number
    from compared
    where furthest_before is null or stage_number > furthest_before
),

followed as (
    select *,
        lead(stage) over (partition by journey_id order by visit_number) as next_stage,
        lead(stage_number) over (partition by journey_id order by visit_number) as next_number
    from advances
),

moves as (
    select followed.customer_id, followed.stage as from_node, followed.stage_number as from_number,
        coalesce(followed.next_stage, upper(journeys.outcome)) as to_node,
        followed.next_number as to_number
    from followed
    inner join journeys using (journey_id)
),

counted as (  -- every move twice: for everyone, and for its customer's persona
    select 'all' as persona_id, customer_id, from_node, from_number, to_node, to_number
    from moves
    union all
    select persona_id, customer_id, from_node, from_number, to_node, to_number
    from moves
    inner join assignments using (customer_id)
)

select persona_id, from_node, from_number, to_node, to_number,
    count(*) as journeys,
    count(distinct customer_id) as customers
from counted
group by persona_id, from_node, from_number, to_node, to_number
