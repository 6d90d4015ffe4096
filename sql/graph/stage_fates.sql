-- One row per persona (`all` is everyone) and stage: what became of the journeys that entered it, each
-- counted once: graph.stages tells what the words mean and makes rates of it. Counts that begin with
-- rated are over those whose end is known, and by persona over entries after the first $look steps.
-- key: persona_id, stage
-- not_null: stage_number, customers, entered, advanced, went_back, dropped, open, converted, rated
with visits as (
    select journey_id, visit_number, customer_id, stage, stage_number, started_at, ended_at,
        is_after_look
    from journeys.stage_visits
),

journeys as (
    select journey_id, outcome from journeys.journeys
),

assignments as (
    select customer_id, persona_id from personas.assignments
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
    select entries.customer_id, stage, entries.stage_number, entries.is_after_look,
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
),

counted as (  -- every entry twice: for everyone, and for its customer's persona
    select 'all' as persona_id, customer_id, stage, stage_number, fate, stay_seconds, advance_seconds,
        fate <> 'open' as is_rated
    from fates
    union all
    select persona_id, customer_id, stage, stage_number, fate, stay_seconds, advance_seconds,
        fate <> 'open' and is_after_look as is_rated
    from fates
    inner join assignments using (customer_id)
),

totals as (
    select persona_id, stage, stage_number,
        count(*) as entered,
        count(distinct customer_id) as customers,
        count(*) filter (where fate = 'advanced') as advanced,
        count(*) filter (where fate = 'went back') as went_back,
        count(*) filter (where fate = 'dropped') as dropped,
        count(*) filter (where fate = 'open') as open,
        count(*) filter (where fate = 'converted') as converted,
        count(*) filter (where is_rated) as rated,
        count(*) filter (where is_rated and fate = 'advanced') as rated_advanced,
        count(*) filter (where is_rated and fate = 'went back') as rated_went_back,
        count(*) filter (where is_rated and fate = 'dropped') as rated_dropped,
        count(*) filter (where is_rated and fate = 'converted') as rated_converted,
        median(stay_seconds) as median_stay_seconds,
        median(advance_seconds) as median_advance_seconds
    from counted
    group by persona_id, stage, stage_number
)

select persona_id, stage, stage_number, customers, entered, advanced, went_back, dropped, open, converted,
    rated, rated_advanced, rated_went_back, rated_dropped, rated_converted,
    median_stay_seconds, median_advance_seconds
from totals
