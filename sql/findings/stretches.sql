-- One row per group, move and stretch of weeks: how many of the customers who left a node in these weeks
-- left it that way, and how many in all others. Looked at are the drop-off of each stage, the moves
-- between touchpoints, and conversion (level journey), where at least 20 customers went that way and 20
-- another. A stretch is one, two or four weeks, or from some week to the last. Left out is where fewer
-- than five are expected in any of the four counts, and the first weeks (findings.pace).
-- key: group_number, level, from_number, to_number, first_week, last_week
-- not_null: customers, cases, other_customers, other_cases
with moves as (
    select weekly_moves.*
    from findings.weekly_moves
    cross join findings.pace
    where week_number >= case level when 'journey' then recorded_week else settled_week end
),

node_weeks as (
    select group_number, level, from_number, week_number, sum(customers) as customers
    from moves
    group by group_number, level, from_number, week_number
),

series as (
    select group_number, level, from_number, to_number, cases, all_customers
    from (
        select group_number, level, from_number, to_number, sum(customers) as cases
        from moves
        where (level = 'stage' and to_number = -2) or (level = 'touchpoint' and to_number > 0)
            or (level = 'journey' and to_number = -1)
        group by group_number, level, from_number, to_number
    ) as moved
    inner join (
        select group_number, level, from_number, sum(customers) as all_customers
        from node_weeks
        group by group_number, level, from_number
    ) as nodes using (group_number, level, from_number)
    where cases >= 20 and all_customers - cases >= 20
),

dense as (  -- weeks without a case count too
    select series.*, node_weeks.week_number, node_weeks.customers,
        coalesce(moves.customers, 0) as week_cases
    from series
    inner join node_weeks using (group_number, level, from_number)
    left join moves using (group_number, level, from_number, to_number, week_number)
),

summed as (
    select group_number, level, from_number, to_number, cases, all_customers, week_number,
        customers as customers_1, week_cases as cases_1,
        sum(customers) over two as customers_2, sum(week_cases) over two as cases_2,
        sum(customers) over four as customers_4, sum(week_cases) over four as cases_4,
        sum(customers) over rest as customers_rest, sum(week_cases) over rest as cases_rest,
        max(week_number) over rest as last_week
    from dense
    window
        two as (partition by group_number, level, from_number, to_number
            order by week_number range between current row and 1 following),
        four as (partition by group_number, level, from_number, to_number
            order by week_number range between current row and 3 following),
        rest as (partition by group_number, level, from_number, to_number
            order by week_number rows between current row and unbounded following)
),

stretches as (
    select group_number, level, from_number, to_number, cases as all_cases, all_customers,
        week_number as first_week, week_number + weeks - 1 as last_week,
        case weeks when 1 then customers_1 when 2 then customers_2 else customers_4 end as customers,
        case weeks when 1 then cases_1 when 2 then cases_2 else cases_4 end as cases
    from summed
    cross join (values (1), (2), (4)) as lengths (weeks)
    where week_number + weeks - 1 < last_week
    union all
    select group_number, level, from_number, to_number, cases, all_customers,
        week_number, last_week, customers_rest, cases_rest
    from summed
)

select group_number, level, from_number, to_number, first_week, last_week, customers, cases,
    all_customers - customers as other_customers, all_cases - cases as other_cases
from stretches
where least(customers, all_customers - customers)
    * least(all_cases, all_customers - all_cases) >= 5 * all_customers
