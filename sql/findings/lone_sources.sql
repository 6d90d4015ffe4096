-- One row per source: how many customers are known to it alone, of events that are not left out, and their
-- share of all customers with such events. Who is known to one source cannot be followed into another.
-- key: source
-- not_null: customers, share
-- shares: share
with seen as (
    select customer_id, min(source) as source, max(source) as other_source
    from core.events
    where not is_left_out
    group by customer_id
),

totals as (
    select count(*) as all_customers from seen
)

select source, count(*) as customers, count(*) / nullif(min(all_customers), 0) as share
from seen
cross join totals
where source = other_source
group by source
