-- One row per level, persona (`all` is everyone) and node: the customers who came there, as
-- findings.visitors has them together with those who only answered. The node is numbered as in run.nodes; of
-- a month it is the months since the year 0, and 0 is the node `all`.
-- Adds up: made for the customers in run.customers_to_judge, as they were and as they are.
-- key: level, persona_id, node_number
-- adds: customers
-- allowed: level stage | touchpoint | month | all
with visits as (
    select distinct customer_id, touchpoint_number, stage_number
    from journeys.steps
    where customer_id in (select customer_id from run.customers_to_judge)
),

local_times as (
    select customer_id, (started_at at time zone 'UTC') at time zone $timezone as local_time
    from journeys.steps
    where is_session_entry
        and customer_id in (select customer_id from run.customers_to_judge)
),

entries as (
    select customer_id,
        extract(year from local_time) * 12 + extract(month from local_time) - 1 as month_number
    from local_times
),

places as (
    select 'touchpoint' as level, touchpoint_number as node_number, customer_id from visits
    union all
    select 'stage', stage_number, customer_id from visits group by stage_number, customer_id
    union all
    select 'all', 0, customer_id from visits group by customer_id
    union all
    select 'month', month_number, customer_id from entries group by month_number, customer_id
),

of_personas as (
    select level, node_number, persona_id, count(*) as customers
    from places
    inner join personas.assignments using (customer_id)
    group by level, node_number, persona_id
),

counted as (  -- each customer is of one persona, so everyone is all of them together
    select level, persona_id, node_number, customers from of_personas
    union all
    select level, 'all', node_number, cast(sum(customers) as bigint)
    from of_personas
    group by level, node_number
)

select level, persona_id, node_number, customers from counted
