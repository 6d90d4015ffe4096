-- One row per comparison of two shares of customers: of those who left a node, how many left it in one
-- way. A group is compared with the others of its segment (first_week is 0): in the drop-off of stages,
-- in conversion (level journey), and in how often a touchpoint is followed by itself. A stretch of weeks
-- is compared with all other weeks (findings.stretches), for each group.
-- z_value is the signed root of the likelihood ratio (Wilks 1938), after half a customer was moved towards
-- no difference (Yates 1934): unlike the usual z it holds far out in the tails, where few are counted.
-- Left out is where fewer than five are expected in any of the four counts.
-- key: group_number, level, from_number, to_number, first_week, last_week
-- not_null: customers, cases, other_customers, other_cases, z_value
with nodes as (
    select segment, group_number, level, from_number, sum(weekly_moves.customers) as customers
    from findings.weekly_moves
    inner join findings.groups using (group_number)
    where group_number > 0
    group by segment, group_number, level, from_number
),

moved as (
    select group_number, level, from_number, to_number, sum(customers) as cases
    from findings.weekly_moves
    where (level = 'stage' and to_number = -2) or (level = 'journey' and to_number = -1)
        or (level = 'touchpoint' and to_number = from_number)
    group by group_number, level, from_number, to_number
),

groups as (
    select segment, group_number, level, from_number, nodes.customers,
        case level when 'stage' then -2 when 'journey' then -1 else from_number end as to_number,
        coalesce(cases, 0) as cases
    from nodes
    left join moved using (group_number, level, from_number)
),

sums as (
    select *,
        sum(customers) over (partition by segment, level, from_number) as all_customers,
        sum(cases) over (partition by segment, level, from_number) as all_cases
    from groups
),

united as (
    select group_number, level, from_number, to_number, 0 as first_week, 0 as last_week, customers,
        cases, all_customers - customers as other_customers, all_cases - cases as other_cases
    from sums
    union all
    select group_number, level, from_number, to_number, first_week, last_week, customers, cases,
        other_customers, other_cases
    from findings.stretches
),

expected as (
    select *, customers + other_customers as all_customers, cases + other_cases as all_cases,
        cases - customers * (cases + other_cases) / nullif(customers + other_customers, 0) as excess
    from united
),

corrected as (
    select *, all_customers - all_cases as all_rest,
        cases - sign(excess) * least(0.5, abs(excess)) as a,
        other_cases + sign(excess) * least(0.5, abs(excess)) as c
    from expected
    where least(customers, other_customers) * least(all_cases, all_customers - all_cases)
        >= 5 * all_customers
)

select group_number, level, from_number, to_number, first_week, last_week,
    customers, cases, other_customers, other_cases,
    sign(excess) * sqrt(2 * greatest(0,
        case when a > 0
            then a * ln(a * all_customers / nullif(all_cases * customers, 0)) else 0 end
        + case when customers > a then (customers - a)
            * ln((customers - a) * all_customers / nullif(all_rest * customers, 0)) else 0 end
        + case when c > 0
            then c * ln(c * all_customers / nullif(all_cases * other_customers, 0)) else 0 end
        + case when other_customers > c then (other_customers - c)
            * ln((other_customers - c) * all_customers / nullif(all_rest * other_customers, 0))
            else 0 end
    )) as z_value
from corrected
