-- One row per session: a run of one customer's events with no gap longer than $session_timeout.
-- A session of two events or more is engaged. Its channel is its first event's, if that has one; its
-- device is the first that it tells.
-- Per customer: made for those in run.customers, and from their own events only.
-- key: session_id
-- not_null: customer_id, session_number, started_at, ended_at, events, mapped_events, is_engaged
with events as (
    select *
    from core.events
    where session_id is not null
        and customer_id in (select customer_id from run.customers)
),
sessions as (
    select
        session_id,
        customer_id,
        min(event_number) as first_event_number,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        count(*) as events,
        count(touchpoint) as mapped_events,
        arg_min(touchpoint, event_number) filter (where touchpoint is not null) as first_touchpoint,
        arg_max(touchpoint, event_number) filter (where touchpoint is not null) as last_touchpoint,
        max(channel) filter (where event_id = session_id) as channel,  -- the first event is its id
        arg_min(device, event_number) filter (where device is not null) as device
    from events
    group by session_id, customer_id
),
numbered as (
    select
        session_id,
        customer_id,
        cast(
            row_number() over (partition by customer_id order by first_event_number) as bigint
        ) as session_number,
        started_at,
        ended_at,
        events,
        mapped_events,
        first_touchpoint,
        last_touchpoint,
        channel,
        device,
        events > 1 as is_engaged
    from sessions
)
select * from numbered
