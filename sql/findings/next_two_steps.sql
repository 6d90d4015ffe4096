-- One row per step of an ended journey that is no step at the goal: where its journey went next and after
-- that, and how long that took from its own start.
-- It is_after_look when it comes after the customer's first $look steps, from which the persona was read.
-- A number of 0 is no further step. Of more than 50000 customers a sample of at most so many is taken, by
-- their ids.
-- key: journey_id, step_number
-- not_null: customer_id, persona_id, from_number, next_number, third_number, is_converted, is_after_look, started_at
with customers as (
    select customer_id, persona_id
    from personas.assignments
    qualify customer_id % (1 + cast(floor(count(*) over () / 50001) as bigint)) = 0
),

journeys as (
    select journey_id, outcome = 'converted' as is_converted
    from journeys.journeys
    where outcome <> 'open'
),

steps as (
    select journey_id, customer_id, persona_id, step_number, touchpoint_number as from_number,
        is_converted, touchpoint = $goal as is_goal, customer_step_number > $look as is_after_look,
        started_at,
        coalesce(next_touchpoint_number, 0) as next_number,
        coalesce(lead(next_touchpoint_number) over ordered, 0) as third_number,
        date_diff('microsecond', started_at, lead(started_at) over ordered) / 1e6 as next_seconds,
        date_diff('microsecond', started_at, lead(started_at, 2) over ordered) / 1e6
            as third_seconds
    from journeys.steps
    inner join journeys using (journey_id)
    inner join customers using (customer_id)
    window ordered as (partition by journey_id order by step_number)
)

select * exclude (is_goal) from steps where not is_goal
