-- One row per stage visit: consecutive steps of one stage in a journey, across sessions.
-- next_stage is null for a journey's last visit; next_started_at is the start of the customer's next
-- step of any kind. A visit is after the look when its first step comes after the customer's first $look.
-- It is_goal when it is the $goal alone; next_is_goal tells it of the journey's next visit.
-- Per customer: made for those in run.customers_to_judge; only is_mature depends on more, on the horizon.
-- key: journey_id, visit_number
-- not_null: customer_id, stage, stage_number, started_at, ended_at, steps, first_step_number, is_mature, is_after_look, is_goal, next_is_goal
with steps as (
    select * from journeys.steps
    where customer_id in (select customer_id from run.customers_to_judge)
),
in_visits as (
    select
        *,
        count(*) filter (where is_stage_entry) over (
            partition by journey_id order by step_number rows unbounded preceding
        ) as visit_number
    from steps
),
visits as (
    select
        journey_id,
        visit_number,
        min(customer_id) as customer_id,
        min(stage) as stage,
        min(stage_number) as stage_number,
        min(started_at) as started_at,
        max(ended_at) as ended_at,
        count(*) as steps,
        min(step_number) as first_step_number,
        max(next_started_at) as last_next_started_at,
        bool_and(is_mature) as is_mature,
        min(customer_step_number) > $look as is_after_look,
        bool_and(touchpoint = $goal) as is_goal
    from in_visits
    group by journey_id, visit_number
),
surrounded as (
    select
        journey_id,
        visit_number,
        customer_id,
        stage,
        stage_number,
        started_at,
        ended_at,
        steps,
        first_step_number,
        lead(stage) over in_order as next_stage,
        lead(stage_number) over in_order as next_stage_number,
        last_next_started_at as next_started_at,
        is_mature,
        is_after_look,
        is_goal,
        coalesce(lead(is_goal) over in_order, false) as next_is_goal
    from visits
    window in_order as (partition by journey_id order by visit_number)
)
select * from surrounded
