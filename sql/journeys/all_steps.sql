-- One row per step of a customer, whether it belongs to a journey or to none: consecutive events of
-- one touchpoint within one session. An unmapped event in between ends no step; a change of touchpoint
-- or of session does. The value is the sum over its events, the score their lowest.
-- Per customer: made for those in run.customers, and from their own events only.
-- key: first_event_id
-- not_null: customer_id, first_event_number, session_id, touchpoint_number, started_at, ended_at, events
with mapped_events as (
    select
        customer_id, event_id, event_number, occurred_at, session_id, change_number,
        touchpoint_number, value, score
    from core.events
    where session_id is not null
        and touchpoint_number is not null
        and customer_id in (select customer_id from run.customers)
),
gathered as (
    select
        min(customer_id) as customer_id,
        min(event_number) as first_event_number,
        arg_min(event_id, event_number) filter (where event_id is not null) as first_event_id,
        session_id,
        min(touchpoint_number) as touchpoint_number,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        count(*) as events,
        -- Decimals add up to the same in any order; doubles do not.
        cast(sum(cast(value as decimal(38, 6))) as double) as value,
        min(score) as score
    from mapped_events
    group by session_id, change_number
),
steps as (
    select
        customer_id, first_event_number, first_event_id, session_id, touchpoint_number, started_at,
        ended_at, events, value, score
    from gathered
)
select * from steps
