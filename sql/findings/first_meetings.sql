-- One row per journey and touchpoint that it meets: the first step there, and the touchpoint of the step
-- just before (previous_number, 0 at the journey's first step). Steps of journeys that are open where the
-- step is not mature yet are left out.
-- Per customer: made for those in run.customers_to_judge; is_mature and outcome depend on core.horizon too.
-- key: journey_id, touchpoint_number
-- not_null: customer_id, step_number, previous_number
with journeys as (
    select journey_id, outcome = 'open' as is_open
    from journeys.journeys
    where customer_id in (select customer_id from run.customers_to_judge)
),

steps as (
    select journey_id, customer_id, step_number, touchpoint_number, is_mature,
        coalesce(lag(touchpoint_number) over (partition by journey_id order by step_number), 0)
            as previous_number
    from journeys.steps
    where customer_id in (select customer_id from run.customers_to_judge)
),

known as (
    select steps.* from steps inner join journeys using (journey_id) where not is_open or is_mature
)

select journey_id, customer_id, touchpoint_number, min(step_number) as step_number,
    arg_min(previous_number, step_number) filter (where previous_number is not null)
        as previous_number
from known
group by journey_id, customer_id, touchpoint_number
