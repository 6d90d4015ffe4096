-- One row per step of a journey; a step that belongs to none is in journeys.all_steps only.
-- A journey ends with a step at the $goal, or when the customer's next step starts more than
-- $give_up_after after the end of this one. The next step, whatever it is, starts a new one; but after
-- a goal, with $after_goal 'first stage', only once a step of the first stage has opened the way; and
-- where $starts_with names a touchpoint, only a step there (with both: first the one, then the other).
-- A journey's id is the id of its first event. page, channel and device are the step's first event's;
-- next_started_at is the start of the customer's next step of any kind, next_touchpoint of the journey's.
-- Per customer: made for those in run.customers_to_judge; only is_mature depends on more, on the horizon.
-- key: journey_id, step_number
-- not_null: customer_id, customer_step_number, touchpoint, stage, stage_number, started_at, ended_at, events, session_id, is_mature
with all_steps as (
    select * from journeys.all_steps
    where customer_id in (select customer_id from run.customers_to_judge)
),
marked as (
    select
        all_steps.*,
        stage_number,
        touchpoint = $goal as is_goal,
        stage_number = 1 as is_first_stage,
        $starts_with in ('any', touchpoint) as is_start
    from all_steps
    join run.touchpoints using (touchpoint_number)
),
surrounded as (
    select
        *,
        cast(row_number() over in_order as bigint) as customer_step_number,
        started_at - lag(ended_at) over in_order as silence,
        coalesce(lag(is_goal) over in_order, false) as is_just_after_goal,
        lead(started_at) over in_order as next_started_at,
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
        silence is null or silence > $give_up_after or is_just_after_goal as is_cut_off,
        $after_goal = 'any' or last_goal is null or last_first_stage > last_goal as is_way_open
    from surrounded
),
-- A stretch reaches from one cut to the next; it holds one journey at most.
in_stretches as (
    select
        *,
        max(first_event_number) filter (where is_cut_off) over so_far as stretch,
        max(first_event_number) filter (where is_way_open and is_start) over so_far as last_start
    from judged
    window so_far as (partition by customer_id order by first_event_number rows unbounded preceding)
),
in_journeys as (
    select
        *,
        first_value(first_event_id) over in_order as journey_id,
        cast(row_number() over in_order as bigint) as step_number,
        lead(touchpoint_number) over in_order as next_touchpoint_number,
        coalesce(lag(stage_number) over in_order <> stage_number, true) as is_stage_entry
    from in_stretches
    where last_start >= stretch
    window in_order as (partition by customer_id, stretch order by first_event_number)
),
steps as (
    select
        journey_id, step_number, customer_id, customer_step_number, touchpoints.touchpoint,
        touchpoints.stage, touchpoints.stage_number, started_at, ended_at, events, value, score,
        session_id, first_event_id, page, channel, device, is_stage_entry,
        next_touchpoints.touchpoint as next_touchpoint, next_started_at,
        horizon - ended_at > $give_up_after as is_mature
    from in_journeys
    join (select event_id as first_event_id, page, channel, device from core.events)
        using (first_event_id)
    join run.touchpoints as touchpoints using (touchpoint_number)
    left join run.touchpoints as next_touchpoints
        on next_touchpoint_number = next_touchpoints.touchpoint_number
    cross join core.horizon
)
select * from steps
