-- A single row: how far the company's own groups agree with those found from behaviour.
-- The adjusted Rand index (Hubert and Arabie 1985) is 1 where they are the same, and about 0 where one
-- tells nothing of the other. Null where the settings name no column, or nothing can be compared.
-- not_null: customers, own_groups, found_groups
with confusion as (
    select own_group, found_group, cast(customers as double) as customers from personas.confusion
),

pairs as (
    select sum(customers * (customers - 1) / 2) as both_pairs,
        coalesce(sum(customers), 0) as customers,
        count(distinct own_group) as own_groups,
        count(distinct found_group) as found_groups
    from confusion
),

own as (
    select sum(customers * (customers - 1) / 2) as own_pairs
    from (select own_group, sum(customers) as customers from confusion group by own_group)
),

found as (
    select sum(customers * (customers - 1) / 2) as found_pairs
    from (select found_group, sum(customers) as customers from confusion group by found_group)
),

expected as (
    select *, own_pairs * found_pairs / nullif(customers * (customers - 1) / 2, 0) as by_chance
    from pairs
    cross join own
    cross join found
)

select cast(floor(customers) as bigint) as customers, own_groups, found_groups,
    (both_pairs - by_chance) / nullif((own_pairs + found_pairs) / 2 - by_chance, 0)
        as adjusted_rand_index
from expected
