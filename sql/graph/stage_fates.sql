-- One row per persona (`all` is everyone) and stage: what became of the journeys that entered it, each
-- counted once: graph.stages tells what the words mean and makes rates of it. Counts that begin with
-- rated are over those whose end is known, and by persona over entries after the first $look steps.
-- key: persona_id, stage
-- not_null: stage_number, customers, entered, advanced, went_back, dropped, open, converted, rated
with of_personas as (  -- with those who have none, as they count for everyone
    select persona_id, min(stage) as stage, stage_number,
        count(*) as entered,
        count(distinct customer_id) as customers,
        count(*) filter (where fate = 'advanced') as advanced,
        count(*) filter (where fate = 'went back') as went_back,
        count(*) filter (where fate = 'dropped') as dropped,
        count(*) filter (where fate = 'open') as open,
        count(*) filter (where fate = 'converted') as converted,
        count(*) filter (where is_after_look and fate <> 'open') as rated,
        count(*) filter (where is_after_look and fate = 'advanced') as rated_advanced,
        count(*) filter (where is_after_look and fate = 'went back') as rated_went_back,
        count(*) filter (where is_after_look and fate = 'dropped') as rated_dropped,
        count(*) filter (where is_after_look and fate = 'converted') as rated_converted,
        median(stay_seconds) as median_stay_seconds,
        median(advance_seconds) as median_advance_seconds
    from journeys.stage_fates
    left join personas.assignments using (customer_id)
    group by persona_id, stage_number
),

times as (
    select stage_number, median(stay_seconds) as median_stay_seconds,
        median(advance_seconds) as median_advance_seconds
    from journeys.stage_fates
    group by stage_number
),

everyone as (  -- each customer is of one persona, so everyone is all of them together
    select stage_number, min(stage) as stage,
        cast(sum(customers) as bigint) as customers,
        cast(sum(entered) as bigint) as entered,
        cast(sum(advanced) as bigint) as advanced,
        cast(sum(went_back) as bigint) as went_back,
        cast(sum(dropped) as bigint) as dropped,
        cast(sum(open) as bigint) as open,
        cast(sum(converted) as bigint) as converted
    from of_personas
    group by stage_number
)

select persona_id, stage, stage_number, customers, entered, advanced, went_back, dropped, open, converted,
    rated, rated_advanced, rated_went_back, rated_dropped, rated_converted,
    median_stay_seconds, median_advance_seconds
from of_personas
where persona_id is not null
union all
select 'all', stage, stage_number, customers, entered, advanced, went_back, dropped, open, converted,
    entered - open, advanced, went_back, dropped, converted,
    median_stay_seconds, median_advance_seconds
from everyone
inner join times using (stage_number)
