-- One row per level, move and week (findings.first_moves): how many customers left a node that way the
-- first time they were there, and how many of them converted in that journey.
-- Adds up: made for the customers in run.customers_to_judge, as they were and as they are.
-- key: level, from_number, to_number, week_number
-- adds: customers, converted
-- allowed: level stage | touchpoint
with first_moves as (
    select journey_id, level, from_number, to_number, week_number
    from findings.first_moves
    where customer_id in (select customer_id from run.customers_to_judge)
),

outcomes as (
    select journey_id, outcome
    from journeys.journeys
    where customer_id in (select customer_id from run.customers_to_judge)
)

select level, from_number, to_number, week_number, count(*) as customers,
    count(*) filter (where outcome = 'converted') as converted
from first_moves
inner join outcomes using (journey_id)
group by level, from_number, to_number, week_number
