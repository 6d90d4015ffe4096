-- One row per source: how many customers are known to it alone, of events that are not left out, and their
-- share of all customers with such events. Who is known to one source cannot be followed into another.
-- key: source
-- not_null: customers, share
-- shares: share
with seen as (  -- first the different sources: texts are dear to compare
    select distinct customer_id, source
    from core.events
    where not is_left_out
),

known as (
    select customer_id, min(source) as source, count(*) as sources from seen group by customer_id
),

totals as (
    select count(*) as all_customers from known
)

select source, count(*) as customers, count(*) / nullif(min(all_customers), 0) as share
from known
cross join totals
where sources = 1
group by source
