-- One row per customer and feature that is not zero, for customers with a step before their first
-- $goal: what is known at entry, and of the first $look steps. The goal and what follows never is.
-- Groups: channel and device as first told (1); hour of the first step in $timezone (0 to 24), its
-- weekday, and whether at a weekend; first steps (1 for the first touchpoint; each one's share of the steps);
-- pace (days from the end of the step before); attribute (those of the settings, 1); and those of
-- personas.walks and personas.behaviour, where they are made. Units: personas.feature_groups.
-- A pace, tempo or attribute that is missing is not known; any other feature that is missing is 0.
-- Per customer: made for those in run.customers, and from their own steps and attributes only.
-- key: customer_id, feature_group, feature
-- not_null: value
-- allowed: feature_group channel | device | hour | weekday | weekend | first touchpoint | first steps | pace | attribute | walk | touchpoints | moves | tempo | channel mix
with steps as (
    select customer_id, customer_step_number, touchpoint, started_at, ended_at, channel, device
    from journeys.steps
    where customer_step_number <= $look
        and customer_id in (select customer_id from run.customers)
),

attributes as (
    select customer_id, attribute, value
    from core.attributes
    inner join run.persona_attributes using (attribute)
    where value is not null
        and customer_id in (select customer_id from run.customers)
),

placed as (
    select *,
        row_number() over in_order as place,
        lag(ended_at) over in_order as previous_ended_at,
        count(*) filter (where touchpoint = $goal) over (
            partition by customer_id order by customer_step_number rows unbounded preceding
        ) as goals
    from steps
    window in_order as (partition by customer_id order by customer_step_number)
),

looked_at as (
    select * from placed where goals = 0
),

entries as (
    select customer_id, count(*) as places,
        arg_min(channel, place) filter (where channel is not null) as channel,
        arg_min(device, place) filter (where device is not null) as device,
        arg_min(touchpoint, place) filter (where touchpoint is not null) as first_touchpoint,
        (min(started_at) at time zone 'UTC') at time zone $timezone as local_time
    from looked_at
    group by customer_id
),

weekdays as (
    select weekday_number, weekday
    from (values (1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday'),
        (6, 'Saturday'), (7, 'Sunday')) as weekdays (weekday_number, weekday)
),

features as (
    select customer_id, 'channel' as feature_group, 'channel: ' || channel as feature, 1e0 as value
    from entries
    where channel is not null
    union all
    select customer_id, 'device', 'device: ' || device, 1e0
    from entries
    where device is not null
    union all
    select customer_id, 'hour', 'hour of the first step',
        extract(hour from local_time) + extract(minute from local_time) / 60e0
    from entries
    union all
    select customer_id, 'weekday', 'weekday: ' || weekday, 1e0
    from entries
    inner join weekdays
        on weekday_number = date_diff('day', date '1970-01-05', cast(local_time as date)) % 7 + 1
    union all
    select customer_id, 'weekend', 'first step at a weekend', 1e0
    from entries
    where date_diff('day', date '1970-01-05', cast(local_time as date)) % 7 + 1 > 5
    union all
    select customer_id, 'first touchpoint', 'begins with: ' || first_touchpoint, 1e0
    from entries
    union all
    select looked_at.customer_id, 'first steps', 'among the first steps: ' || touchpoint,
        count(*) / min(places)
    from looked_at
    inner join entries on entries.customer_id = looked_at.customer_id
    group by looked_at.customer_id, touchpoint
    union all
    select customer_id, 'pace', 'days before step ' || cast(place as varchar),
        date_diff('microsecond', previous_ended_at, started_at) / 86400e6
    from looked_at
    where place > 1
    union all
    select attributes.customer_id, 'attribute', attribute || ': ' || value, 1e0
    from attributes
    inner join entries on entries.customer_id = attributes.customer_id
    union all
    select customer_id, 'walk', from_node || ' > ' || to_node, moves
    from personas.walks
    where customer_id in (select customer_id from run.customers)
    union all
    select customer_id, feature_group, feature, value
    from personas.behaviour
    where customer_id in (select customer_id from run.customers)
)

select customer_id, feature_group, feature, cast(value as double) as value
from features
