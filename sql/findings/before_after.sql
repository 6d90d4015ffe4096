-- One row per persona (`all` is everyone), stage, position and touchpoint, most frequent first.
-- Of journeys dropped at the stage: the touchpoint just before they left, and after it the one with
-- which the same customer came back as a new journey, if at all; share is of the journeys dropped
-- there. Beside it the same place when it went the other way: just before and straight after going
-- on from the stage (of the journeys that did), and just before converting. Mature visits only.
-- key: persona_id, stage, position, touchpoint
-- not_null: rank, journeys, customers, share, share_low, share_high
-- allowed: position before | after | before going on | after going on | before converting
-- shares: share, share_low, share_high
with steps as (
    select journey_id, customer_id, stage_number, touchpoint_number, next_touchpoint_number,
        lag(touchpoint_number) over (partition by journey_id order by step_number) as previous_number,
        is_mature, next_stage_number is distinct from stage_number as is_left
    from journeys.steps
),

journeys as (
    select journey_id, outcome,
        lead(first_touchpoint_number) over (
            partition by customer_id order by journey_number) as return_number
    from journeys.journeys
),

exits as (  -- by the place just before
    select steps.*, outcome, return_number,
        case when next_touchpoint_number is not null then 3
            when outcome = 'dropped' then 1 when outcome = 'converted' then 5 end as place
    from steps
    inner join journeys using (journey_id)
    where is_left and is_mature
),

places as (
    select journey_id, customer_id, stage_number, place,
        case when place = 5 then previous_number else touchpoint_number end as touchpoint_number
    from exits
    union all
    select journey_id, customer_id, stage_number, place + 1,
        case when place = 1 then return_number else next_touchpoint_number end
    from exits
    where place < 5
),

-- A journey may leave a stage more than once; each counts once, for everyone and the personas alike.
of_journeys as (
    select distinct journey_id, customer_id, stage_number, place, touchpoint_number
    from places
    where place is not null
),

of_customers as (
    select customer_id, stage_number, place, touchpoint_number, count(*) as journeys
    from of_journeys
    where touchpoint_number is not null
    group by all
),

came as (
    select customer_id, stage_number, place, count(distinct journey_id) as journeys
    from of_journeys
    group by all
),

totals as (
    select 'all' as persona_id, stage_number, place, nullif(sum(journeys), 0) as all_journeys
    from came
    group by stage_number, place
    union all
    select persona_id, stage_number, place, nullif(sum(journeys), 0)
    from came
    inner join personas.assignments using (customer_id)
    group by persona_id, stage_number, place
),

counted as (
    select 'all' as persona_id, stage_number, place, touchpoint_number,
        cast(sum(journeys) as bigint) as journeys, count(*) as customers
    from of_customers
    group by stage_number, place, touchpoint_number
    union all
    select persona_id, stage_number, place, touchpoint_number,
        cast(sum(journeys) as bigint), count(*)
    from of_customers
    inner join personas.assignments using (customer_id)
    group by persona_id, stage_number, place, touchpoint_number
),

touchpoints as (
    select persona_id, stages.stage, position, touchpoint, journeys, customers, all_journeys
    from counted
    inner join totals using (persona_id, stage_number, place)
    inner join (values (1, 'before'), (2, 'after'), (3, 'before going on'), (4, 'after going on'),
        (5, 'before converting')) as names (place, position) using (place)
    inner join run.stages as stages using (stage_number)
    inner join run.touchpoints using (touchpoint_number)
)

select persona_id, stage, position,
    row_number() over (partition by persona_id, stage, position order by journeys desc, touchpoint)
        as rank,
    touchpoint, journeys, customers, journeys / all_journeys as share,
    case when all_journeys > 0 then greatest(0, (journeys + 1.920729410347062e0 - 1.959963984540054e0
        * sqrt(journeys * (all_journeys - journeys) / all_journeys + 0.960364705173531e0))
        / (all_journeys + 3.841458820694124e0)) end as share_low,
    case when all_journeys > 0 then least(1, (journeys + 1.920729410347062e0 + 1.959963984540054e0
        * sqrt(journeys * (all_journeys - journeys) / all_journeys + 0.960364705173531e0))
        / (all_journeys + 3.841458820694124e0)) end as share_high
from touchpoints
