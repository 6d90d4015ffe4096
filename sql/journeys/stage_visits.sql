-- One row per stage visit: consecutive steps of one stage in a journey, across sessions.
-- next_stage is null for a journey's last visit; next_started_at is the start of the customer's next
-- step of any kind. A visit is after the look when its first step comes after the customer's first $look.
-- It is_goal when it is the $goal alone; next_is_goal tells it of the journey's next visit.
-- Per customer: made for those in run.customers; is_mature depends on the horizon too, and moves with it.
-- key: journey_id, visit_number
-- not_null: customer_id, stage, stage_number, started_at, ended_at, steps, first_step_number, is_mature, is_after_look, is_goal, next_is_goal
-- with_horizon: is_mature as horizon - ended_at > $give_up_after
with steps as (
    select
        journey_id, visit_number, customer_id, stage_number, next_stage_number, started_at, ended_at,
        step_number, customer_step_number, next_started_at, is_mature,
        next_stage_number is distinct from stage_number as is_last,
        touchpoint = $goal as is_goal,
        coalesce(next_touchpoint = $goal, false) as next_is_goal
    from journeys.steps
    where customer_id in (select customer_id from run.customers)
),
stages as (
    select stage_number, stage from run.stages
),
visits as (
    select
        journey_id,
        visit_number,
        min(customer_id) as customer_id,
        min(stage_number) as stage_number,
        min(started_at) as started_at,
        max(ended_at) as ended_at,
        count(*) as steps,
        min(step_number) as first_step_number,
        max(next_stage_number) filter (where is_last) as next_stage_number,
        max(next_started_at) filter (where is_last) as next_started_at,
        bool_and(is_mature) as is_mature,
        min(customer_step_number) > $look as is_after_look,
        bool_and(is_goal) as is_goal,
        bool_or(is_last and next_is_goal) as next_is_goal
    from steps
    group by journey_id, visit_number
),
named as (
    select
        journey_id,
        visit_number,
        customer_id,
        stages.stage,
        visits.stage_number,
        started_at,
        ended_at,
        steps,
        first_step_number,
        next_stages.stage as next_stage,
        visits.next_stage_number,
        next_started_at,
        is_mature,
        is_after_look,
        is_goal,
        next_is_goal
    from visits
    join stages using (stage_number)
    left join stages as next_stages on visits.next_stage_number = next_stages.stage_number
)
select * from named
