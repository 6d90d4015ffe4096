-- One row per journey that begins before the customer's one before it has ended.
with followed as (
    select
        journey_id,
        customer_id,
        started_at,
        lag(last_step_at) over (partition by customer_id order by journey_number) as previous_end
    from journeys.journeys
    where customer_id in (select customer_id from run.customers_to_judge)
),
overlapping as (
    select * from followed where started_at < previous_end
)
select * from overlapping
