-- One row per level and move: what came of the customers who left a node that way the first time they
-- were there, as far as it is known. chance is the share whose journey converted, others_chance that of
-- those who left the node in another way; conversions_lost is the difference, for each customer who goes
-- this way instead of another.
-- key: level, from_number, to_number
-- not_null: conversions_lost
-- shares: chance, others_chance
with counted as (
    select level, from_number, to_number, cast(sum(customers) as bigint) as customers,
        cast(sum(converted) as bigint) as converted
    from findings.first_move_counts
    group by level, from_number, to_number
),

totals as (
    select *,
        sum(customers) over (partition by level, from_number) - customers as others,
        sum(converted) over (partition by level, from_number) - converted as others_converted
    from counted
)

select level, from_number, to_number, customers, converted,
    converted / nullif(customers, 0) as chance, others_converted / nullif(others, 0) as others_chance,
    coalesce(others_converted / nullif(others, 0) - converted / nullif(customers, 0), 0)
        as conversions_lost
from totals
union all
select 'journey', 0, -1, null, null, 1, 0, -1
