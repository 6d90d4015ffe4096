-- One row per group of the company's own and group found from behaviour: their customers in common.
-- Made where the settings name a column for personas; else it is empty. own_share is over the
-- customers of the own group of whom enough is known to be found in a group at all. found_name is how
-- the group found would be named if there were no own ones.
-- key: own_group, found_group
-- not_null: customers, found_name
-- shares: own_share
with own as (
    select customer_id, persona_id as own_group
    from run.own_groups
    where persona_id <> 'unknown'
),

found as (
    select customer_id, persona_id as found_group, name as found_name from run.found_groups
),

counted as (
    select own_group, found_group, min(found_name) as found_name, count(*) as customers
    from own
    inner join found using (customer_id)
    group by own_group, found_group
)

select own_group, found_group, found_name, customers,
    customers / nullif(sum(customers) over (partition by own_group), 0) as own_share
from counted
