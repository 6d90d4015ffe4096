-- One row per source and event that no touchpoint's rule matched, left-out events aside.
-- key: source, event
-- not_null: events, customers, first_event_at, last_event_at
with unmapped as (
    select * from core.events where touchpoint is null and session_id is not null
),
counted as (
    select
        source,
        event,
        count(*) as events,
        count(distinct customer_id) as customers,
        min(occurred_at) as first_event_at,
        max(occurred_at) as last_event_at
    from unmapped
    group by source, event
)
select * from counted
order by events desc, source, event
