-- One row per journey and place from 1 to 8 in its sequence of touchpoints, repeats in a row told once.
-- next_number is the touchpoint at the next place, or, where the journey ends here, the number of its
-- outcome in run.nodes.
-- Per customer: made for those in run.customers_to_judge, and from their own rows only.
-- key: journey_id, place
-- not_null: customer_id, touchpoint_number, next_number
with changes as (
    select journey_id, customer_id, touchpoint_number, next_touchpoint_number,
        row_number() over (partition by journey_id order by step_number) as place
    from journeys.steps
    where customer_id in (select customer_id from run.customers_to_judge)
        and (next_touchpoint_number is null or next_touchpoint_number <> touchpoint_number)
),

last_numbers as (
    select journey_id, node_number as outcome_number
    from journeys.journeys
    inner join run.nodes on level = 'touchpoint' and node_number < 0 and node = upper(outcome)
    where customer_id in (select customer_id from run.customers_to_judge)
)

select journey_id, customer_id, place, touchpoint_number,
    coalesce(next_touchpoint_number, outcome_number) as next_number
from changes
inner join last_numbers using (journey_id)
where place <= 8
