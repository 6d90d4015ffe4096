-- One row per comparison, touchpoint and stratum: journeys that meet the touchpoint for the first time
-- (met), those equally far that have not met it yet (not_met), and how many converted later.
-- In comparison stage they are at a step of the touchpoint's own stage; a stratum is the persona, that
-- stage and the number of steps so far (1, 2-3, 4-7, 8 and more). In comparison next they are at one
-- touchpoint, and meet this one next or do not (go elsewhere, or nowhere); a stratum is the persona,
-- the touchpoint where they are and that number. place_number is the stage's or the touchpoint's.
-- A journey counts once in each stratum on each side, by its first step there. Both sides are samples of
-- customers (findings.meeting_journeys). alone, of those who met it, are all that counts of their customers.
-- key: comparison, touchpoint_number, persona_id, place_number, steps_so_far
-- not_null: met, met_converted, not_met, not_met_converted, alone, alone_converted
-- allowed: comparison stage | next
with touchpoints as (
    select touchpoint_number, stage_number from run.touchpoints where touchpoint <> $goal
),

first_met as (  -- after the ninth step nothing changes
    select touchpoint_number, stage_number, previous_number, persona_id,
        least(step_number, 9) as step_number, count(*) as met,
        count(*) filter (where is_converted) as met_converted,
        count(*) filter (where is_alone) as alone,
        count(*) filter (where is_alone and is_converted) as alone_converted
    from findings.first_meetings
    inner join findings.meeting_journeys using (journey_id)
    inner join touchpoints using (touchpoint_number)
    where is_looked_at
    group by touchpoint_number, stage_number, previous_number, persona_id, least(step_number, 9)
),

met as (
    select false as is_next, touchpoint_number, persona_id, stage_number as place_number, step_number,
        met, met_converted, alone, alone_converted
    from first_met
    union all
    select true, touchpoint_number, persona_id, previous_number, step_number - 1, met, met_converted,
        alone, alone_converted
    from first_met
    where previous_number > 0
),

asked as (
    select false as is_next, stage_number as place_number, touchpoint_number from touchpoints
    union all
    select distinct is_next, place_number, touchpoint_number from met where is_next
),

places as (
    select is_next, place_number, steps_so_far, persona_id, count(*) as journeys,
        count(*) filter (where is_converted) as converted
    from findings.meeting_places
    group by is_next, place_number, steps_so_far, persona_id
),

known_before as (  -- those at a place who have met the touchpoint already, or meet it now
    select is_next, place_number, steps_so_far, persona_id, first_meetings.touchpoint_number,
        count(*) as journeys, count(*) filter (where is_converted) as converted
    from findings.meeting_places as places
    inner join findings.first_meetings using (journey_id)
    where first_meetings.step_number <= places.step_number + case when is_next then 1 else 0 end
    group by is_next, place_number, steps_so_far, persona_id, first_meetings.touchpoint_number
),

sides as (
    select is_next, touchpoint_number, persona_id, place_number,
        case when step_number = 1 then 1 when step_number <= 3 then 2 when step_number <= 7 then 4
            else 8 end as steps_so_far,
        met, met_converted, 0 as not_met, 0 as not_met_converted, alone, alone_converted
    from met
    union all
    select is_next, touchpoint_number, persona_id, place_number, steps_so_far, 0, 0, journeys, converted, 0, 0
    from places
    inner join asked using (is_next, place_number)
    union all
    select is_next, touchpoint_number, persona_id, place_number, steps_so_far, 0, 0, -journeys, -converted,
        0, 0
    from known_before
    inner join asked using (is_next, place_number, touchpoint_number)
)

select case when is_next then 'next' else 'stage' end as comparison, touchpoint_number, persona_id,
    place_number, steps_so_far, cast(sum(met) as bigint) as met,
    cast(sum(met_converted) as bigint) as met_converted, cast(sum(not_met) as bigint) as not_met,
    cast(sum(not_met_converted) as bigint) as not_met_converted, cast(sum(alone) as bigint) as alone,
    cast(sum(alone_converted) as bigint) as alone_converted
from sides
group by is_next, touchpoint_number, persona_id, place_number, steps_so_far
having sum(met) > 0 or sum(not_met) > 0
