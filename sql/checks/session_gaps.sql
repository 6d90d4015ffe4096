-- One row per event that follows another of its session after more than $session_timeout, and per event
-- that begins a session after no more than that.
with followed as (
    select
        event_id,
        customer_id,
        session_id,
        lag(session_id) over in_order as previous_session_id,
        occurred_at - lag(occurred_at) over in_order as silence
    from core.events
    where session_id is not null
        and customer_id in (select customer_id from run.customers)
    window in_order as (partition by customer_id order by occurred_at, event_id)
),
misplaced as (
    select *
    from followed
    where (session_id = previous_session_id) <> (silence <= $session_timeout)
)
select * from misplaced
