-- One row per persona (`all` is everyone), stage, place and touchpoint: the counts behind
-- findings.before_after. Places: 1 before, 2 after, 3 before going on, 4 after going on, 5 before
-- converting. The touchpoint with the number 0 stands for all journeys that left the stage that way.
-- Adds up: made for the customers in run.customers_to_judge, as they were and as they are.
-- key: persona_id, stage_number, place, touchpoint_number
-- adds: journeys, customers
with steps as (
    select journey_id, step_number, customer_id, stage_number, touchpoint_number,
        next_touchpoint_number, is_mature, next_stage_number is distinct from stage_number as is_left
    from journeys.steps
    where customer_id in (select customer_id from run.customers_to_judge)
),

journeys as (
    select journey_id, outcome,
        lead(first_touchpoint_number) over (
            partition by customer_id order by journey_number) as return_number
    from journeys.journeys
    where customer_id in (select customer_id from run.customers_to_judge)
),

exits as (  -- by the place just before
    select steps.*, outcome, return_number,
        case when next_touchpoint_number is not null then 3
            when outcome = 'dropped' then 1 when outcome = 'converted' then 5 end as place
    from steps
    inner join journeys using (journey_id)
    where is_left and is_mature
),

before_converting as (
    select exits.journey_id, exits.customer_id, exits.stage_number, steps.touchpoint_number
    from exits
    left join steps
        on steps.journey_id = exits.journey_id and steps.step_number = exits.step_number - 1
    where place = 5
),

places as (
    select journey_id, customer_id, stage_number, place, touchpoint_number from exits where place <> 5
    union all
    select journey_id, customer_id, stage_number, 5, touchpoint_number from before_converting
    union all
    select journey_id, customer_id, stage_number, place + 1,
        case when place = 1 then return_number else next_touchpoint_number end
    from exits
    where place < 5
),

-- A journey may leave a stage more than once; each counts once, for everyone and the personas alike.
of_journeys as (
    select distinct journey_id, customer_id, stage_number, place, touchpoint_number
    from places
),

of_customers as (
    select customer_id, stage_number, place, touchpoint_number, count(*) as journeys
    from of_journeys
    where touchpoint_number is not null
    group by all
    union all  -- by number 0: all together, with those that the place tells no touchpoint of
    select customer_id, stage_number, place, 0, count(distinct journey_id)
    from of_journeys
    group by customer_id, stage_number, place
),

counted as (
    select 'all' as persona_id, stage_number, place, touchpoint_number,
        cast(sum(journeys) as bigint) as journeys, count(*) as customers
    from of_customers
    group by stage_number, place, touchpoint_number
    union all
    select persona_id, stage_number, place, touchpoint_number,
        cast(sum(journeys) as bigint), count(*)
    from of_customers
    inner join personas.assignments using (customer_id)
    group by persona_id, stage_number, place, touchpoint_number
)

select persona_id, stage_number, place, touchpoint_number, journeys, customers
from counted
