-- One row per milestone: how many journeys reach it, how often, and how soon.
-- journeys counts all that reached it. The rates are over journeys that are not open: reached_rate is the
-- share of them all that reached it, converted_rate the share of those that did so and converted in the
-- end; null where there are none. median_seconds is from the start of the journey to the start of its
-- first step there, over journeys that are not open.
-- key: milestone_number
-- not_null: touchpoint, journeys, closed_journeys, closed_reached, converted
-- shares: reached_rate, converted_rate
with milestones as (
    select * from run.milestones
),
journeys as (
    select * from journeys.journeys
),
closed as (
    select count(*) as closed_journeys from journeys where outcome <> 'open'
),
reached as (
    select touchpoint, journey_id, min(started_at) as reached_at
    from journeys.steps
    where touchpoint in (select touchpoint from milestones)
    group by touchpoint, journey_id
),
counted as (
    select
        reached.touchpoint,
        count(*) as journeys,
        count(*) filter (where outcome <> 'open') as closed_reached,
        count(*) filter (where outcome = 'converted') as converted,
        median(floor(date_diff('microsecond', started_at, reached_at) / 1000000))
            filter (where outcome <> 'open') as median_seconds
    from reached
    join journeys using (journey_id)
    group by reached.touchpoint
),
rated as (
    select
        milestone_number,
        touchpoint,
        coalesce(journeys, 0) as journeys,
        closed_journeys,
        coalesce(closed_reached, 0) as closed_reached,
        coalesce(converted, 0) as converted,
        coalesce(closed_reached, 0) / nullif(closed_journeys, 0) as reached_rate,
        converted / nullif(closed_reached, 0) as converted_rate,
        median_seconds
    from milestones
    left join counted using (touchpoint)
    cross join closed
)
select * from rated
order by milestone_number
