-- One row per journey of which findings.meetings counts what it meets (is_looked_at), or what it has not met
-- yet (is_drawn). Of more than 200000 customers a sample of at most so many is looked at, by their ids, and
-- one of at most 20000 is drawn: an odds ratio does not depend on how many of either side are drawn
-- (Mantel and Haenszel 1959). A journey is_alone where it is all that counts of its customer: one journey,
-- and not drawn, so that nothing has to be added up to it.
-- key: journey_id
-- not_null: customer_id, persona_id, is_looked_at, is_drawn, is_open, is_converted, is_alone
with customers as (
    select customer_id, persona_id,
        customer_id % (1 + cast(floor(count(*) over () / 200001) as bigint)) = 0 as is_looked_at,
        customer_id % (1 + cast(floor(count(*) over () / 20001) as bigint)) = 0 as is_drawn
    from personas.assignments
)

select journey_id, customer_id, persona_id, is_looked_at, is_drawn, outcome = 'open' as is_open,
    outcome = 'converted' as is_converted,
    not is_drawn and count(*) over (partition by customer_id) = 1 as is_alone
from journeys.journeys
inner join customers using (customer_id)
where is_looked_at or is_drawn
