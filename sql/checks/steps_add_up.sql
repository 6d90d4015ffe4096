-- One row per journey that is not what its steps say: numbered from 1 without a hole, as many, with as many
-- events, of one customer, the goal last and nowhere else.
with steps as (
    select
        journey_id,
        min(customer_id) as customer_id,
        max(customer_id) as other_customer_id,
        count(*) as steps,
        min(step_number) as first_number,
        max(step_number) as last_number,
        sum(events) as events,
        count(*) filter (where touchpoint = $goal) as goals
    from journeys.steps
    where customer_id in (select customer_id from run.customers_to_judge)
    group by journey_id
),
journeys as (
    select * from journeys.journeys
    where customer_id in (select customer_id from run.customers_to_judge)
),
compared as (
    select
        journey_id,
        outcome,
        journeys.steps,
        steps.steps as steps_found,
        journeys.events,
        steps.events as events_found,
        goals
    from journeys
    full join steps using (journey_id)
    where journeys.steps is distinct from steps.steps
        or journeys.events is distinct from steps.events
        or journeys.customer_id is distinct from steps.customer_id
        or journeys.customer_id is distinct from steps.other_customer_id
        or first_number <> 1
        or last_number <> steps.steps
        or goals <> case outcome when 'converted' then 1 else 0 end
)
select * from compared
