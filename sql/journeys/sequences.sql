-- One row per journey: the sequence of touchpoints that it took, repeats in a row told once.
-- steps counts those that are told.
-- Per customer: made for those in run.customers, and from their own steps only.
-- key: journey_id
-- not_null: customer_id, path, steps
with changes as (
    select journey_id, customer_id, step_number, touchpoint
    from journeys.steps
    where customer_id in (select customer_id from run.customers)
        and (next_touchpoint_number is null or next_touchpoint_number <> touchpoint_number)
),
sequences as (
    select
        journey_id,
        min(customer_id) as customer_id,
        string_agg(touchpoint, ' > ' order by step_number) as path,
        count(*) as steps
    from changes
    group by journey_id
)
select * from sequences
