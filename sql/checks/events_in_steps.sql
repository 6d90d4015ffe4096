-- One row per customer whose counted and mapped events are not each in one step.
with mapped as (
    select customer_id, count(*) as events
    from core.events
    where session_id is not null and touchpoint is not null
        and customer_id in (select customer_id from run.customers)
    group by customer_id
),
stepped as (
    select customer_id, sum(events) as events
    from journeys.all_steps
    where customer_id in (select customer_id from run.customers)
    group by customer_id
),
compared as (
    select customer_id, mapped.events as mapped_events, stepped.events as events_in_steps
    from mapped
    full join stepped using (customer_id)
    where mapped.events is distinct from stepped.events
)
select * from compared
