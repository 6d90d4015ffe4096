-- One row per journey and stage that it entered: what became of it there, once, by its first entry.
-- fate is advanced (a later visit lies in a stage further on), went back (its last one in an earlier
-- stage), or the journey's outcome. Seconds are those of the first visit, and from its start to the
-- first visit further on; is_after_look is the first visit's.
-- Per customer: made for those in run.customers_to_judge, and from their own rows only.
-- key: journey_id, stage
-- not_null: customer_id, stage_number, is_after_look, fate, stay_seconds
-- allowed: fate advanced | went back | dropped | open | converted
with visits as (
    select journey_id, visit_number, customer_id, stage, stage_number, started_at, ended_at,
        is_after_look
    from journeys.stage_visits
    where customer_id in (select customer_id from run.customers_to_judge)
),

journeys as (
    select journey_id, outcome from journeys.journeys
    where customer_id in (select customer_id from run.customers_to_judge)
),

last_visits as (
    select journey_id, stage_number as last_stage_number
    from visits
    qualify row_number() over (partition by journey_id order by visit_number desc) = 1
),

entries as (
    select *
    from visits
    qualify row_number() over (partition by journey_id, stage order by visit_number) = 1
),

advances as (
    select entries.journey_id, entries.stage, min(later.started_at) as advanced_at
    from entries
    inner join visits as later
        on later.journey_id = entries.journey_id
        and later.visit_number > entries.visit_number
        and later.stage_number > entries.stage_number
    group by entries.journey_id, entries.stage
),

fates as (
    select entries.journey_id, entries.customer_id, stage, entries.stage_number, entries.is_after_look,
        case
            when advanced_at is not null then 'advanced'
            when last_stage_number < entries.stage_number then 'went back'
            else outcome
        end as fate,
        date_diff('microsecond', entries.started_at, entries.ended_at) / 1e6 as stay_seconds,
        date_diff('microsecond', entries.started_at, advanced_at) / 1e6 as advance_seconds
    from entries
    inner join journeys using (journey_id)
    inner join last_visits using (journey_id)
    left join advances using (journey_id, stage)
)

select journey_id, customer_id, stage, stage_number, is_after_look, fate, stay_seconds, advance_seconds
from fates
