-- One row per persona (`all` is everyone), stage, position and touchpoint, most frequent first.
-- Of journeys dropped at the stage: the touchpoint just before they left, and after it the one with
-- which the same customer came back as a new journey, if at all; share is of the journeys dropped
-- there. Beside it the same place when it went the other way: just before and straight after going
-- on from the stage (of the journeys that did), and just before converting. Mature visits only.
-- key: persona_id, stage, position, touchpoint
-- not_null: rank, journeys, customers, share
-- allowed: position before | after | before going on | after going on | before converting
-- shares: share
with steps as (
    select journey_id, customer_id, stage, touchpoint, next_touchpoint, is_mature,
        lag(touchpoint) over in_order as previous_touchpoint,
        lead(is_stage_entry) over in_order as is_left
    from journeys.steps
    window in_order as (partition by journey_id order by step_number)
),

journeys as (
    select journey_id, outcome,
        lead(first_touchpoint) over (
            partition by customer_id order by journey_number
        ) as return_touchpoint
    from journeys.journeys
),

exits as (
    select steps.*, outcome, return_touchpoint
    from steps
    inner join journeys using (journey_id)
    where coalesce(is_left, true) and is_mature
),

positions as (
    select journey_id, customer_id, stage, 'before' as position, touchpoint
    from exits
    where next_touchpoint is null and outcome = 'dropped'
    union all
    select journey_id, customer_id, stage, 'after', return_touchpoint
    from exits
    where next_touchpoint is null and outcome = 'dropped'
    union all
    select journey_id, customer_id, stage, 'before going on', touchpoint
    from exits
    where next_touchpoint is not null
    union all
    select journey_id, customer_id, stage, 'after going on', next_touchpoint
    from exits
    where next_touchpoint is not null
    union all
    select journey_id, customer_id, stage, 'before converting', previous_touchpoint
    from exits
    where next_touchpoint is null and outcome = 'converted'
),

counted as (  -- every exit twice: for everyone, and for its customer's persona
    select 'all' as persona_id, positions.* from positions
    union all
    select persona_id, positions.*
    from positions
    inner join personas.assignments using (customer_id)
),

totals as (
    select persona_id, stage, position, count(distinct journey_id) as all_journeys
    from counted
    group by persona_id, stage, position
),

touchpoints as (
    select persona_id, stage, position, touchpoint,
        count(distinct journey_id) as journeys,
        count(distinct customer_id) as customers
    from counted
    where touchpoint is not null
    group by persona_id, stage, position, touchpoint
)

select persona_id, stage, position,
    row_number() over (
        partition by persona_id, stage, position order by journeys desc, touchpoint
    ) as rank,
    touchpoint, journeys, customers,
    journeys / nullif(all_journeys, 0) as share
from touchpoints
inner join totals using (persona_id, stage, position)
