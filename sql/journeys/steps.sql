-- One row per step of a journey; a step that belongs to none is in journeys.all_steps only.
-- A journey ends with a step at the $goal, or when the customer's next step starts more than
-- $give_up_after after the end of this one. The next step, whatever it is, starts a new one; but after
-- a goal, with $after_goal 'first stage', only once a step of the first stage has opened the way; and
-- where $starts_with names a touchpoint, only a step there (with both: first the one, then the other).
-- A journey's id is the id of its first event. page, channel and device are the step's first event's.
-- visit_number counts the journey's stage visits up to this step. next_started_at is the start of the
-- customer's next step of any kind, next_touchpoint and next_stage are those of the journey's next step.
-- Per customer: made for those in run.customers; is_mature depends on the horizon too, and moves with it.
-- key: journey_id, step_number
-- not_null: customer_id, customer_step_number, touchpoint, stage, stage_number, started_at, ended_at, events, session_id, is_mature
-- with_horizon: is_mature as horizon - ended_at > $give_up_after
with all_steps as (
    select * from journeys.all_steps
    where customer_id in (select customer_id from run.customers)
),
touchpoints as (select touchpoint_number, touchpoint, stage, stage_number from run.touchpoints),
first_events as (
    select event_id, page, channel, device from core.events
    where customer_id in (select customer_id from run.customers)
),
marked as (
    select
        all_steps.*, stage_number, touchpoint = $goal as is_goal,
        stage_number = 1 as is_first_stage, $starts_with in ('any', touchpoint) as is_start
    from all_steps
    join touchpoints using (touchpoint_number)
),
surrounded as (
    select
        *,
        cast(row_number() over in_order as bigint) as customer_step_number,
        started_at - lag(ended_at) over in_order as silence,
        lag(is_goal) over in_order as is_just_after_goal,
        lag(stage_number) over in_order as previous_stage_number,
        lag(session_id) over in_order as previous_session_id,
        lead(started_at) over in_order as next_started_at,
        lead(touchpoint_number) over in_order as following_touchpoint_number,
        max(first_event_number) filter (where is_first_stage) over so_far as last_first_stage,
        max(first_event_number) filter (where is_goal) over (
            partition by customer_id order by first_event_number
            rows between unbounded preceding and 1 preceding
        ) as last_goal
    from marked
    window
        in_order as (partition by customer_id order by first_event_number),
        so_far as (partition by customer_id order by first_event_number rows unbounded preceding)
),
judged as (
    select
        *,
        coalesce(silence > $give_up_after or is_just_after_goal, true) as is_cut_off,
        coalesce(next_started_at - ended_at > $give_up_after or is_goal, true) as is_last,
        stage_number is distinct from previous_stage_number as is_stage_change,
        is_start and ($after_goal = 'any' or last_goal is null or last_first_stage > last_goal)
            as may_begin
    from surrounded
),
-- A stretch reaches from one cut to the next; it holds one journey at most.
in_stretches as (
    select
        *,
        max(first_event_number) filter (where is_cut_off) over so_far as stretch,
        count(*) filter (where is_stage_change) over so_far as stage_changes
    from judged
    window so_far as (partition by customer_id order by first_event_number rows unbounded preceding)
),
begun as (
    select
        customer_id, stretch,
        arg_min(first_event_id, first_event_number) filter (where first_event_id is not null)
            as journey_id,
        min(customer_step_number) as first_step_number,
        min(stage_changes) as first_stage_changes
    from in_stretches
    where may_begin
    group by customer_id, stretch
),
in_journeys as (
    select
        *,
        customer_step_number - first_step_number + 1 as step_number,
        stage_changes - first_stage_changes + 1 as visit_number,
        case when not is_last then following_touchpoint_number end as next_touchpoint_number
    from in_stretches
    join begun using (customer_id, stretch)
    where customer_step_number >= first_step_number
),
steps as (
    select
        journey_id, step_number, customer_id, customer_step_number, touchpoints.touchpoint,
        touchpoints.stage, touchpoints.stage_number, started_at, ended_at, events, value, score,
        session_id, first_event_id, page, channel, device,
        step_number = 1 or is_stage_change as is_stage_entry,
        step_number = 1 or session_id <> previous_session_id as is_session_entry,
        visit_number,
        next_touchpoints.touchpoint as next_touchpoint,
        next_touchpoints.stage as next_stage,
        next_started_at,
        horizon - ended_at > $give_up_after as is_mature,
        touchpoint_number, next_touchpoint_number,
        next_touchpoints.stage_number as next_stage_number
    from in_journeys
    join first_events on event_id = first_event_id
    join touchpoints using (touchpoint_number)
    left join touchpoints as next_touchpoints
        on next_touchpoint_number = next_touchpoints.touchpoint_number
    cross join core.horizon
)
select * from steps
