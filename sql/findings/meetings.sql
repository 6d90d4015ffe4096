-- One row per comparison, touchpoint, stratum and customer: journeys that meet the touchpoint for the
-- first time (met), those equally far that have not met it yet (not_met), and how many converted later.
-- In comparison stage they are at a step of the touchpoint's own stage; a stratum is the persona, that
-- stage and the number of steps so far (1, 2-3, 4-7, 8 and more). In comparison next they are at one
-- touchpoint, and meet this one next or do not (go elsewhere, or nowhere); a stratum is the persona,
-- the touchpoint where they are and that number. place_number is the stage's or the touchpoint's.
-- A journey counts once in each stratum on each side, by its first step there. Steps of journeys that
-- are open where the step is not mature yet are left out. Of more than 20000 customers all who met it
-- are here, and of those who have not met it yet a sample of at most so many customers, by their ids: an
-- odds ratio does not depend on how many of the others are drawn (Mantel and Haenszel 1959).
-- key: comparison, touchpoint_number, persona_id, place_number, steps_so_far, customer_id
-- not_null: met, met_converted, not_met, not_met_converted
-- allowed: comparison stage | next
with customers as (
    select customer_id, persona_id,
        customer_id % (1 + cast(floor(count(*) over () / 20001) as bigint)) = 0 as is_drawn
    from personas.assignments
),

steps as (
    select journey_id, customer_id, persona_id, is_drawn, step_number, stage_number,
        touchpoint_number, coalesce(next_touchpoint_number, 0) as next_number,
        touchpoint = $goal as is_goal, outcome = 'converted' as is_converted,
        case when step_number = 1 then 1 when step_number <= 3 then 2 when step_number <= 7 then 4
            else 8 end as steps_so_far
    from journeys.steps
    inner join journeys.journeys using (journey_id, customer_id)
    inner join customers using (customer_id)
    where outcome <> 'open' or is_mature
),

touchpoints as (
    select touchpoint_number, stage_number from run.touchpoints where touchpoint <> $goal
),

first_met as (
    select journey_id, touchpoint_number, min(step_number) as met_step
    from steps
    group by journey_id, touchpoint_number
),

edges as (
    select distinct steps.touchpoint_number as place_number, next_number as touchpoint_number
    from steps
    inner join touchpoints on touchpoints.touchpoint_number = next_number
    where steps.touchpoint_number <> next_number
),

places as (  -- the first step of a drawn journey in each stratum, whatever it meets
    select 'stage' as comparison, journey_id, persona_id, stage_number as place_number,
        steps_so_far, min(step_number) as step_number
    from steps
    where is_drawn and not is_goal
    group by journey_id, persona_id, stage_number, steps_so_far
    union all
    select 'next', journey_id, persona_id, touchpoint_number, steps_so_far, min(step_number)
    from steps
    where is_drawn and not is_goal
    group by journey_id, persona_id, touchpoint_number, steps_so_far
),

asked as (
    select 'stage' as comparison, stage_number as place_number, touchpoint_number from touchpoints
    union all
    select 'next', place_number, touchpoint_number from edges
),

sides as (
    select comparison, touchpoint_number, place_number, steps_so_far, step_number, journey_id,
        false as is_met
    from places
    inner join asked using (comparison, place_number)
    left join first_met using (journey_id, touchpoint_number)
    where met_step is null or met_step > step_number + case comparison when 'next' then 1 else 0 end
    union all
    select 'stage', touchpoint_number, stage_number, steps_so_far, step_number, journey_id, true
    from steps
    inner join first_met using (journey_id, touchpoint_number)
    where step_number = met_step and not is_goal
    union all
    select 'next', next_number, steps.touchpoint_number, steps_so_far, step_number,
        steps.journey_id, true
    from steps
    inner join first_met
        on first_met.journey_id = steps.journey_id and first_met.touchpoint_number = next_number
    inner join touchpoints on touchpoints.touchpoint_number = next_number
    where step_number + 1 = met_step
)

select comparison, sides.touchpoint_number, persona_id, place_number, sides.steps_so_far, customer_id,
    count(*) filter (where is_met) as met,
    count(*) filter (where is_met and is_converted) as met_converted,
    count(*) filter (where not is_met) as not_met,
    count(*) filter (where not is_met and is_converted) as not_met_converted
from sides
inner join steps using (journey_id, step_number)
group by comparison, sides.touchpoint_number, persona_id, place_number, sides.steps_so_far, customer_id
