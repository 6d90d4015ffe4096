-- One row per session that is not what its events say: of one customer, as many, from the first to the last.
with events as (
    select
        session_id,
        min(customer_id) as customer_id,
        max(customer_id) as other_customer_id,
        count(*) as events,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at
    from core.events
    where session_id is not null
        and customer_id in (select customer_id from run.customers)
    group by session_id
),
sessions as (
    select * from core.sessions
    where customer_id in (select customer_id from run.customers)
),
compared as (
    select
        session_id,
        sessions.events,
        events.events as events_found,
        sessions.customer_id,
        events.customer_id as customer_found
    from sessions
    full join events using (session_id)
    where sessions.events is distinct from events.events
        or sessions.customer_id is distinct from events.customer_id
        or sessions.customer_id is distinct from events.other_customer_id
        or sessions.started_at is distinct from events.started_at
        or sessions.ended_at is distinct from events.ended_at
)
select * from compared
