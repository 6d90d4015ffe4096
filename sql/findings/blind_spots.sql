-- One row per event that no touchpoint's rule maps (and `all` of them together): how many customers were
-- still seen there after the last step of a journey that counts as dropped, later than the session in
-- which that step was. Their silence may be the map's and not theirs. The share is of all customers
-- whose last journey is dropped.
-- key: source, event
-- not_null: customers, events, share
-- shares: share
with ends as (
    select customer_id,
        max(last_step_at) as last_step_at,
        arg_max(outcome, journey_number) filter (where outcome is not null) as outcome
    from journeys.journeys
    group by customer_id
),

dropped as (
    select customer_id, last_step_at from ends where outcome = 'dropped'
),

later as (
    select source, event, customer_id, count(*) as events
    from core.events
    inner join dropped using (customer_id)
    where touchpoint is null and session_id is not null
        and occurred_at - last_step_at > $session_timeout
    group by source, event, customer_id
),

counted as (
    select source, event, count(*) as customers, cast(sum(events) as bigint) as events
    from later
    group by source, event
    union all
    select 'all', 'all', count(distinct customer_id), coalesce(cast(sum(events) as bigint), 0)
    from later
),

total as (
    select count(*) as dropped_customers from dropped
)

select source, event, customers, events, coalesce(customers / nullif(dropped_customers, 0), 0) as share
from counted
cross join total
