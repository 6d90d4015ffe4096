-- One row per path: a distinct sequence of touchpoints that journeys took, repeats in a row told once.
-- key: path
-- not_null: steps, journeys, customers, converted, dropped, open
with counted as (
    select
        path,
        min(sequences.steps) as steps,
        count(*) as journeys,
        count(*) filter (where outcome = 'converted') as converted,
        count(*) filter (where outcome = 'dropped') as dropped,
        count(*) filter (where outcome = 'open') as open
    from journeys.sequences
    join journeys.journeys using (journey_id)
    group by path
),
repeaters as (
    select customer_id from journeys.sequences group by customer_id having count(*) > 1
),
again as (  -- journeys of customers who took the path before
    select customer_id, path, count(*) - 1 as journeys
    from journeys.sequences
    where customer_id in (select customer_id from repeaters)
    group by customer_id, path
    having count(*) > 1
),
again_by_path as (
    select path, cast(sum(journeys) as bigint) as journeys from again group by path
)
select path, steps, counted.journeys, counted.journeys - coalesce(again_by_path.journeys, 0) as customers,
    converted, dropped, open
from counted
left join again_by_path using (path)
-- Texts are dear to sort; most paths are taken once, and these are in no order.
order by counted.journeys desc, case when counted.journeys > 1 then path end
