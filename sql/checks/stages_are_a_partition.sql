-- One row per persona and stage whose parts do not add up: the fates to those who entered, the rates
-- to 1, everyone's entries to the journeys that came there, and the personas' to everyone's.
with came as (
    select stage, count(distinct journey_id) as journeys
    from journeys.stage_visits
    group by stage
),
of_personas as (
    select stage, sum(entered) as entered
    from graph.stages
    where persona_id <> 'all'
    group by stage
),
compared as (
    select
        stages.persona_id,
        stage,
        stages.entered,
        advanced + went_back + dropped + open + converted as parts,
        advanced_rate + went_back_rate + dropped_rate + converted_rate as rates,
        came.journeys,
        of_personas.entered as entered_of_personas
    from graph.stages as stages
    left join came using (stage)
    left join of_personas using (stage)
)
select *
from compared
where entered <> parts
    or abs(rates - 1) > 1e-9
    or (persona_id = 'all' and entered is distinct from journeys)
    or (persona_id = 'all' and entered is distinct from entered_of_personas)
