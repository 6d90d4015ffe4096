-- One row per persona (`all` is everyone) and stage: what became of the journeys that entered it, each
-- counted once: graph.stages tells what the words mean and makes rates of it. Counts that begin with
-- rated are over those whose end is known, and by persona over entries after the first $look steps.
-- key: persona_id, stage
-- not_null: stage_number, customers, entered, advanced, went_back, dropped, open, converted, rated
with assignments as (
    select customer_id, persona_id from personas.assignments
),

counted as (  -- every entry twice: for everyone, and for its customer's persona
    select 'all' as persona_id, customer_id, stage, stage_number, fate, stay_seconds, advance_seconds,
        fate <> 'open' as is_rated
    from journeys.stage_fates
    union all
    select persona_id, customer_id, stage, stage_number, fate, stay_seconds, advance_seconds,
        fate <> 'open' and is_after_look as is_rated
    from journeys.stage_fates
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
