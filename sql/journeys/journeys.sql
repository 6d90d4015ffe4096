-- One row per journey: one customer's steps from the first contact until the goal, or until they gave up.
-- It is converted when the last step is the $goal; dropped when the customer's next step came more than
-- $give_up_after after the end of the last, or the horizon lies more than that after it; else open.
-- Its start is known when it lies more than $give_up_after after the data's first event.
-- seconds are whole ones from the start of the first step to the end of the last.
-- Per customer: made for those in run.customers_to_judge; outcome and is_start_known depend on core.horizon too.
-- key: journey_id
-- not_null: customer_id, journey_number, started_at, last_step_at, seconds, outcome, steps, sessions, events, first_touchpoint, last_touchpoint, first_stage, last_stage, is_start_known
-- allowed: outcome converted | dropped | open
with steps as (
    select * from journeys.steps
    where customer_id in (select customer_id from run.customers_to_judge)
),
touchpoints as (
    select touchpoint_number, touchpoint, stage, stage_number from run.touchpoints
),
gathered as (
    select
        journey_id,
        customer_id,
        min(customer_step_number) as first_customer_step_number,
        min(started_at) as started_at,
        max(ended_at) as last_step_at,
        max(next_started_at) as next_started_at,
        count(*) as steps,
        count(*) filter (where is_session_entry) as sessions,
        cast(sum(events) as bigint) as events,
        -- Decimals add up to the same in any order; doubles do not.
        cast(sum(cast(value as decimal(38, 6))) as double) as value,
        min(touchpoint_number) filter (where step_number = 1) as first_touchpoint_number,
        min(touchpoint_number) filter (where next_touchpoint_number is null)
            as last_touchpoint_number,
        max(stage_number) as furthest_stage_number
    from steps
    group by journey_id, customer_id
),
judged as (
    select
        journey_id,
        customer_id,
        cast(
            row_number() over (partition by customer_id order by first_customer_step_number)
            as bigint
        ) as journey_number,
        started_at,
        last_step_at,
        cast(floor(date_diff('microsecond', started_at, last_step_at) / 1000000) as bigint)
            as seconds,
        case
            when lasts.touchpoint = $goal then 'converted'
            when next_started_at - last_step_at > $give_up_after then 'dropped'
            when horizon - last_step_at > $give_up_after then 'dropped'
            else 'open'
        end as outcome,
        steps,
        sessions,
        events,
        value,
        firsts.touchpoint as first_touchpoint,
        lasts.touchpoint as last_touchpoint,
        firsts.stage as first_stage,
        lasts.stage as last_stage,
        lasts.stage_number as last_stage_number,
        furthest_stage_number,
        started_at - first_event_at > $give_up_after as is_start_known,
        first_touchpoint_number,
        last_touchpoint_number,
        firsts.stage_number as first_stage_number
    from gathered
    join touchpoints as firsts on first_touchpoint_number = firsts.touchpoint_number
    join touchpoints as lasts on last_touchpoint_number = lasts.touchpoint_number
    cross join core.horizon
)
select * from judged
