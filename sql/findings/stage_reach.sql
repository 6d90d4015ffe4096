-- One row per persona (`all` is everyone) and stage: how many of its journeys and customers came there.
-- journey_share is of all the journeys that the persona's customers started.
-- key: persona_id, stage
-- not_null: stage_number, journeys, customers, journey_share
-- shares: journey_share
with visits as (
    select distinct journey_id, customer_id, stage, stage_number from journeys.stage_visits
),

assignments as (
    select customer_id, persona_id from personas.assignments
),

outcomes as (
    select persona_id, journeys as all_journeys from findings.outcomes
),

counted as (  -- every entry twice: for everyone, and for its customer's persona
    select 'all' as persona_id, customer_id, stage, stage_number
    from visits
    union all
    select persona_id, customer_id, stage, stage_number
    from visits
    inner join assignments using (customer_id)
),

totals as (
    select persona_id, stage, stage_number,
        count(*) as journeys,
        count(distinct customer_id) as customers
    from counted
    group by persona_id, stage, stage_number
)

select persona_id, stage, stage_number, journeys, customers,
    journeys / nullif(all_journeys, 0) as journey_share
from totals
inner join outcomes using (persona_id)
