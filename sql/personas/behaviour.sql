-- One row per customer and feature of what they did in all their steps before the first $goal: the
-- share of their steps at each touchpoint and by each channel, the share of their moves from one
-- touchpoint to another, and the median days between steps. Made with $persona_features 'behaviour'
-- only, as personas made of it differ in their rates by construction; else it is empty.
-- Per customer: made for those in run.customers, and from their own steps only.
-- key: customer_id, feature_group, feature
-- not_null: value
-- allowed: feature_group touchpoints | moves | tempo | channel mix
with steps as (
    select customer_id, customer_step_number, journey_id, touchpoint, started_at, ended_at, channel
    from journeys.steps
    where $persona_features = 'behaviour'
        and customer_id in (select customer_id from run.customers)
),

placed as (
    select *,
        lag(touchpoint) over in_order as previous_touchpoint,
        lag(journey_id) over in_order = journey_id as is_going_on,
        lag(ended_at) over in_order as previous_ended_at,
        count(*) filter (where touchpoint = $goal) over (
            partition by customer_id order by customer_step_number rows unbounded preceding
        ) as goals
    from steps
    window in_order as (partition by customer_id order by customer_step_number)
),

looked_at as (
    select *,
        count(*) over (partition by customer_id) as places,
        count(*) filter (where is_going_on) over (partition by customer_id) as moves
    from placed
    where goals = 0
),

behaviour as (
    select customer_id, 'touchpoints' as feature_group, 'steps at: ' || touchpoint as feature,
        count(*) / nullif(min(places), 0) as value
    from looked_at
    group by customer_id, touchpoint
    union all
    select customer_id, 'moves', previous_touchpoint || ' > ' || touchpoint,
        count(*) / nullif(min(moves), 0)
    from looked_at
    where is_going_on
    group by customer_id, previous_touchpoint, touchpoint
    union all
    select customer_id, 'tempo', 'days between steps',
        median(date_diff('microsecond', previous_ended_at, started_at) / 86400e6)
    from looked_at
    where is_going_on
    group by customer_id
    union all
    select customer_id, 'channel mix', 'steps by: ' || channel,
        count(*) / nullif(min(places), 0)
    from looked_at
    where channel is not null
    group by customer_id, channel
)

select * from behaviour
