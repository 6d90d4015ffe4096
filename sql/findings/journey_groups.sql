-- One row per journey and segment: the value by which it is compared with others, where it is known.
-- Segments are those of the settings (journeys.segments), and the channel and device of the journey's
-- first step that has any, also where nobody asked for them.
-- Per customer: made for those in run.customers, and from their own rows only.
-- key: journey_id, segment
-- not_null: customer_id, segment_value
with asked_for as (
    select segment from run.segments
),

told as (
    select journey_id, customer_id,
        arg_min(channel, step_number) filter (where channel is not null) as channel,
        arg_min(device, step_number) filter (where device is not null) as device
    from journeys.steps
    where customer_id in (select customer_id from run.customers)
    group by journey_id, customer_id
),

besides as (
    select journey_id, customer_id, 'channel' as segment, channel as segment_value from told
    union all
    select journey_id, customer_id, 'device', device from told
)

select journey_id, customer_id, segment, segment_value
from journeys.segments
where segment_value <> 'unknown'
    and customer_id in (select customer_id from run.customers)
union all
select journey_id, customer_id, segment, segment_value
from besides
where segment_value is not null and segment not in (select segment from asked_for)
