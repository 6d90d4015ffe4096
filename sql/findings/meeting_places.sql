-- One row per comparison, drawn journey, place and number of steps so far (1, 2-3, 4-7, 8 and more): the
-- journey's first step there, whatever it meets. Places are the stages, and, where is_next, the touchpoints
-- (findings.meetings); at the goal nobody is. Steps of journeys that are open where the step is not mature
-- yet are left out.
-- key: is_next, journey_id, place_number, steps_so_far
-- not_null: customer_id, persona_id, step_number, is_converted
with journeys as (
    select * from findings.meeting_journeys where is_drawn
),

steps as (
    select journey_id, customer_id, persona_id, is_converted, step_number, stage_number,
        touchpoint_number,
        case when step_number = 1 then 1 when step_number <= 3 then 2 when step_number <= 7 then 4
            else 8 end as steps_so_far
    from journeys.steps
    inner join journeys using (journey_id, customer_id)
    where (not is_open or is_mature) and touchpoint <> $goal
)

select false as is_next, journey_id, stage_number as place_number, steps_so_far, customer_id, persona_id,
    is_converted, min(step_number) as step_number
from steps
group by journey_id, stage_number, steps_so_far, customer_id, persona_id, is_converted
union all
select true, journey_id, touchpoint_number, steps_so_far, customer_id, persona_id, is_converted,
    min(step_number)
from steps
group by journey_id, touchpoint_number, steps_so_far, customer_id, persona_id, is_converted
