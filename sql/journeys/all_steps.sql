-- One row per step of a customer, whether it belongs to a journey or to none: consecutive events of
-- one touchpoint within one session. An unmapped event in between ends no step; a change of touchpoint
-- or of session does. The value is the sum over its events, the score their lowest.
-- Per customer: made for those in run.customers, and from their own events only.
-- key: first_event_id
-- not_null: customer_id, first_event_number, session_id, touchpoint_number, started_at, ended_at, events
with mapped_events as (
    select
        customer_id, event_id, event_number, occurred_at, session_id, touchpoint_number, value, score
    from core.events
    where session_id is not null
        and touchpoint_number is not null
        and customer_id in (select customer_id from run.customers)
),
compared as (
    select
        *,
        lag(session_id) over in_order as previous_session_id,
        lag(touchpoint_number) over in_order as previous_touchpoint_number
    from mapped_events
    window in_order as (partition by customer_id order by event_number)
),
steps_started as (
    select
        *,
        case
            when previous_session_id = session_id
                and previous_touchpoint_number = touchpoint_number
                then null
            else event_number
        end as started_here
    from compared
),
in_steps as (
    select
        *,
        last_value(started_here ignore nulls) over in_order as first_event_number
    from steps_started
    window in_order as (
        partition by customer_id
        order by event_number
        rows between unbounded preceding and current row
    )
),
steps as (
    select
        customer_id,
        first_event_number,
        min(event_id) filter (where event_number = first_event_number) as first_event_id,
        min(session_id) as session_id,
        min(touchpoint_number) as touchpoint_number,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        count(*) as events,
        -- Decimals add up to the same in any order; doubles do not.
        cast(sum(cast(value as decimal(38, 6))) as double) as value,
        min(score) as score
    from in_steps
    group by customer_id, first_event_number
)
select * from steps
