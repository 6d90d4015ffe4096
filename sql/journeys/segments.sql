-- One row per journey and segment: the value by which drop-offs are also made, or 'unknown'.
-- A segment that is a column of the events takes the first value told in the sessions of the journey, in
-- order, from the first event of the session in which it began. One that is an attribute takes the
-- customer's.
-- Per customer: made for those in run.customers, and from their own rows only.
-- key: journey_id, segment
-- not_null: customer_id, segment_value
with segments as (
    select * from run.segments
),
journeys as (
    select * from journeys.journeys
    where customer_id in (select customer_id from run.customers)
),
sessions as (
    select distinct journey_id, session_id from journeys.steps
    where customer_id in (select customer_id from run.customers)
),
from_events as (
    select
        journey_id,
        segment,
        arg_min(segment_value, event_number) filter (where segment_value is not null)
            as segment_value
    from sessions
    join run.segment_values using (session_id)
    group by journey_id, segment
),
from_attributes as (
    select customer_id, attribute as segment, value as segment_value from core.attributes
),
labelled as (
    select
        journeys.journey_id,
        segments.segment,
        journeys.customer_id,
        coalesce(
            case segments.kind
                when 'column' then from_events.segment_value
                else from_attributes.segment_value
            end,
            'unknown'
        ) as segment_value
    from journeys
    cross join segments
    left join from_events
        on from_events.journey_id = journeys.journey_id and from_events.segment = segments.segment
    left join from_attributes
        on from_attributes.customer_id = journeys.customer_id
        and from_attributes.segment = segments.segment
)
select * from labelled
