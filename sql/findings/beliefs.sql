-- One row per measure of findings.trust that is about what is concluded: who is known by more than one
-- identifier, what is too young, what the rules do not see, and how far personas, chain and forecasts hold.
-- key: subject, measure
-- not_null: is_percentage
with known as (
    select count(*) as customers, count(*) filter (where identifiers > 1) as stitched
    from (select count(*) as identifiers from core.identities group by customer_id) as of_customers
),

steps as (
    select count(*) as steps, count(*) filter (where not is_mature) as young from journeys.steps
),

chosen as (
    select max(stability) as stability from personas.numbers where is_chosen
),

remembered as (
    select max(steps_remembered) as steps
    from graph.memory
    where level = 'stage' and persona_id = 'all' and is_best_held_out
),

foretold as (
    select count(*) filter (where is_missed) as missed, nullif(count(*), 0) as forecasts
    from graph.forecasts
    where level = 'stage' and persona_id = 'all'
)

select 'customers' as subject, 'share known by more than one identifier' as measure,
    stitched / nullif(customers, 0) as figure, true as is_percentage, null as words
from known
union all
select 'steps', 'share too young for it to be known what came of them',
    young / nullif(steps, 0), true, null
from steps
union all
select 'customers', 'share of the dropped who were still seen on events that no rule maps',
    share, true, null
from findings.blind_spots
where source = 'all'
union all
select 'personas', 'how far refits find the same ones (up to 1)', round(stability, 2), false,
    case when stability is null then 'not tried' end
from chosen
union all
select 'chain', 'steps of the past that tell the next stage best', steps, false,
    case when steps is null then 'not known' end
from remembered
union all
select 'forecasts', 'share of figures that the first 70 % of the time missed',
    missed / forecasts, true, null
from foretold
