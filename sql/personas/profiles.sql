-- One row per persona: how many customers it has, and how their journeys end.
-- customer_share is of all customers, those of unknown persona included. converted_rate is that of
-- graph.conversion, over all months; median_days is from one step to the next within a journey.
-- notes are the analyst's, from the settings.
-- key: persona_id
-- not_null: name, customers, customer_share, journeys, converted, dropped, open
-- shares: customer_share, converted_rate, converted_low, converted_high, top_channel_share, top_device_share
with assignments as (
    select customer_id, persona_id from personas.assignments
),

conversion as (
    select persona_id, conversion_rate, conversion_low, conversion_high
    from run.conversion
    where month = 'all'
),

members as (
    select persona_id, count(*) as customers
    from assignments
    group by persona_id
),

journeys as (
    select persona_id,
        count(*) as journeys,
        count(*) filter (where outcome = 'converted') as converted,
        count(*) filter (where outcome = 'dropped') as dropped,
        count(*) filter (where outcome = 'open') as open,
        median(steps) as median_steps
    from journeys.journeys
    inner join assignments using (customer_id)
    group by persona_id
),

pauses as (
    select persona_id,
        median(date_diff('microsecond', ended_at, next_started_at) / 86400e6) as median_days
    from journeys.steps
    inner join assignments using (customer_id)
    where next_touchpoint is not null
    group by persona_id
),

entries as (  -- the channel and the device that most of its customers come by
    select persona_id, feature_group, feature, count(*) as customers
    from personas.features
    inner join assignments using (customer_id)
    where feature_group in ('channel', 'device')
    group by persona_id, feature_group, feature
),

top_entries as (
    select persona_id, feature_group, substr(feature, length(feature_group) + 3) as name, customers
    from entries
    qualify row_number() over (
        partition by persona_id, feature_group order by customers desc, feature
    ) = 1
),

notes as (
    select names.persona_id, string_agg(notes.notes, ' ' order by notes.notes) as notes
    from run.persona_names as names
    inner join run.persona_notes as notes
        on notes.persona = names.persona_id or notes.persona = names.name
    group by names.persona_id
),

everyone as (
    select sum(customers) as all_customers from members
)

select names.persona_id, names.name,
    coalesce(members.customers, 0) as customers,
    coalesce(members.customers, 0) / all_customers as customer_share,
    coalesce(journeys, 0) as journeys,
    coalesce(converted, 0) as converted,
    coalesce(dropped, 0) as dropped,
    coalesce(open, 0) as open,
    conversion_rate as converted_rate,
    conversion_low as converted_low,
    conversion_high as converted_high,
    median_steps, median_days,
    channels.name as top_channel,
    channels.customers / members.customers as top_channel_share,
    devices.name as top_device,
    devices.customers / members.customers as top_device_share,
    notes.notes
from run.persona_names as names
cross join everyone
left join members using (persona_id)
left join journeys using (persona_id)
left join pauses using (persona_id)
left join conversion using (persona_id)
left join notes on notes.persona_id = names.persona_id
left join top_entries as channels
    on channels.persona_id = names.persona_id and channels.feature_group = 'channel'
left join top_entries as devices
    on devices.persona_id = names.persona_id and devices.feature_group = 'device'
