-- One row per comparison, touchpoint, stratum and customer: journeys that meet the touchpoint for the
-- first time (met), those equally far that have not met it yet (not_met), and how many converted later.
-- In comparison stage they are at a step of the touchpoint's own stage; a stratum is the persona, that
-- stage and the number of steps so far (1, 2-3, 4-7, 8 and more). In comparison next they are at one
-- touchpoint, and meet this one next or do not (go elsewhere, or nowhere); a stratum is the persona,
-- the touchpoint where they are and that number. place_number is the stage's or the touchpoint's.
-- A journey counts once in each stratum on each side, by its first step there. Steps of journeys that
-- are open where the step is not mature yet are left out. Of more than 200000 customers a sample of at
-- most so many is here, by their ids, and of those who have not met it yet one of at most 20000: an odds
-- ratio does not depend on how many of either side are drawn (Mantel and Haenszel 1959).
-- key: comparison, touchpoint_number, persona_id, place_number, steps_so_far, customer_id
-- not_null: met, met_converted, not_met, not_met_converted
-- allowed: comparison stage | next
with customers as (
    select customer_id, persona_id,
        customer_id % (1 + cast(floor(count(*) over () / 200001) as bigint)) = 0 as is_looked_at,
        customer_id % (1 + cast(floor(count(*) over () / 20001) as bigint)) = 0 as is_drawn
    from personas.assignments
),

journeys as (
    select journey_id, customer_id, is_looked_at, is_drawn, outcome = 'open' as is_open,
        outcome = 'converted' as is_converted
    from journeys.journeys
    inner join customers using (customer_id)
    where is_looked_at or is_drawn
),

touchpoints as (
    select touchpoint_number, stage_number from run.touchpoints where touchpoint <> $goal
),

first_met as (
    select first_meetings.*, is_looked_at
    from findings.first_meetings
    inner join journeys using (journey_id)
),

asked as (
    select 1 as comparison, stage_number as place_number, touchpoint_number from touchpoints
    union all
    select distinct 2, previous_number, touchpoint_number
    from findings.first_meetings
    inner join touchpoints using (touchpoint_number)
    where previous_number > 0
),

drawn_steps as (
    select journey_id, step_number, stage_number, touchpoint_number,
        case when step_number = 1 then 1 when step_number <= 3 then 2 when step_number <= 7 then 4
            else 8 end as steps_so_far
    from journeys.steps
    inner join journeys using (journey_id)
    where is_drawn and (not is_open or is_mature) and touchpoint <> $goal
),

places as (  -- the first step of a drawn journey in each stratum, whatever it meets
    select 1 as comparison, journey_id, stage_number as place_number, steps_so_far,
        min(step_number) as step_number
    from drawn_steps
    group by journey_id, stage_number, steps_so_far
    union all
    select 2, journey_id, touchpoint_number, steps_so_far, min(step_number)
    from drawn_steps
    group by journey_id, touchpoint_number, steps_so_far
),

sides as (
    select comparison, touchpoint_number, place_number, places.step_number, journey_id,
        false as is_met
    from places
    inner join asked using (comparison, place_number)
    left join first_met using (journey_id, touchpoint_number)
    where first_met.step_number is null
        or first_met.step_number > places.step_number + case comparison when 2 then 1 else 0 end
    union all
    select 1, touchpoint_number, stage_number, step_number, journey_id, true
    from first_met
    inner join touchpoints using (touchpoint_number)
    where is_looked_at
    union all
    select 2, touchpoint_number, previous_number, step_number - 1, journey_id, true
    from first_met
    inner join touchpoints using (touchpoint_number)
    where is_looked_at and previous_number > 0
),

-- Numbers only: texts as keys of so many groups are dear.
counted as (
    select comparison, touchpoint_number, place_number, customer_id,
        case when step_number = 1 then 1 when step_number <= 3 then 2 when step_number <= 7 then 4
            else 8 end as steps_so_far,
        count(*) filter (where is_met) as met,
        count(*) filter (where is_met and is_converted) as met_converted,
        count(*) filter (where not is_met) as not_met,
        count(*) filter (where not is_met and is_converted) as not_met_converted
    from sides
    inner join journeys using (journey_id)
    group by all
)

select case comparison when 1 then 'stage' else 'next' end as comparison, touchpoint_number,
    persona_id, place_number, steps_so_far, customer_id, met, met_converted, not_met,
    not_met_converted
from counted
inner join customers using (customer_id)
