-- One row per persona (`all` is everyone) and stage: how many of its journeys and customers came there.
-- journey_share is of all the journeys that the persona's customers started.
-- key: persona_id, stage
-- not_null: stage_number, journeys, customers, journey_share
-- shares: journey_share
with fates as (
    select persona_id, stage, stage_number, entered as journeys, customers from graph.stage_fates
),

outcomes as (
    select persona_id, journeys as all_journeys from findings.outcomes
)

select persona_id, stage, stage_number, journeys, customers,
    journeys / nullif(all_journeys, 0) as journey_share
from fates
inner join outcomes using (persona_id)
