-- One row per comparison and touchpoint: how much more or less often journeys that meet it convert later
-- than those equally far that have not met it yet (findings.meetings).
-- odds_ratio is Mantel and Haenszel's (1959) over the strata; log_odds_error is the standard error of its
-- logarithm by customer: each customer's part in it, squared and added up (the infinitesimal jackknife),
-- so that many journeys of one customer count as one. expected of those who met it had converted if they
-- had done so as those equally far; strata with nobody on one side tell nothing and count nowhere.
-- All counts are of the customers whom findings.meetings holds: each_stands_for says for how many of all
-- customers one of those who met it stands, 1 where nobody was left out.
-- key: comparison, touchpoint_number
-- not_null: customers, other_customers, journeys, converted, expected, other_journeys, other_converted, each_stands_for
with meetings as (
    select * from findings.meetings
),

drawn as (  -- as findings.meetings draws them
    select customer_id % (1 + cast(floor(count(*) over () / 200001) as bigint)) = 0 as is_looked_at
    from personas.assignments
),

standing as (
    select coalesce(count(*) / nullif(count(*) filter (where is_looked_at), 0), 1)
        as each_stands_for
    from drawn
),

strata as (
    select comparison, touchpoint_number, persona_id, place_number, steps_so_far,
        sum(met) as n1, sum(met_converted) as a, sum(met) - sum(met_converted) as b,
        sum(not_met) as n0, sum(not_met_converted) as c, sum(not_met) - sum(not_met_converted) as d,
        sum(met) + sum(not_met) as n
    from meetings
    group by comparison, touchpoint_number, persona_id, place_number, steps_so_far
    having sum(met) > 0 and sum(not_met) > 0
),

pooled as (
    select comparison, touchpoint_number,
        -- Decimals add up to the same in any order; doubles do not.
        cast(sum(cast(a * d / nullif(n, 0) as decimal(38, 9))) as double) as r,
        cast(sum(cast(b * c / nullif(n, 0) as decimal(38, 9))) as double) as s,
        sum(n1) as journeys, sum(a) as converted,
        cast(sum(cast(n1 * c / nullif(n0, 0) as decimal(38, 9))) as double) as expected,
        sum(n0) as other_journeys, sum(c) as other_converted
    from strata
    group by comparison, touchpoint_number
),

-- How much one journey more of each kind moves ln(r / s).
parts as (
    select comparison, touchpoint_number, persona_id, place_number, steps_so_far,
        d / nullif(n * r, 0) as met_and_converted, - c / nullif(n * s, 0) as met_and_not,
        - b / nullif(n * s, 0) as others_converted, a / nullif(n * r, 0) as others_not,
        a * d / nullif(n * n * r, 0) - b * c / nullif(n * n * s, 0) as any_journey
    from strata
    inner join pooled using (comparison, touchpoint_number)
),

of_customers as (
    select comparison, touchpoint_number, customer_id, sum(met) as met, sum(not_met) as not_met,
        sum(cast(met_converted * met_and_converted + (met - met_converted) * met_and_not
            + not_met_converted * others_converted + (not_met - not_met_converted) * others_not
            - (met + not_met) * any_journey as decimal(38, 15))) as influence
    from meetings
    inner join parts using (comparison, touchpoint_number, persona_id, place_number, steps_so_far)
    group by comparison, touchpoint_number, customer_id
),

varied as (
    select comparison, touchpoint_number, count(*) filter (where met > 0) as customers,
        count(*) filter (where not_met > 0) as other_customers,
        nullif(sqrt(sum(cast(cast(influence as double) * cast(influence as double)
            as decimal(38, 15)))), 0) as log_odds_error
    from of_customers
    group by comparison, touchpoint_number
)

select comparison, touchpoint_number, touchpoint, stage, customers, other_customers,
    journeys, converted, expected, other_journeys, other_converted,
    case when r > 0 then r / nullif(s, 0) end as odds_ratio, log_odds_error, each_stands_for
from varied
inner join pooled using (comparison, touchpoint_number)
inner join run.touchpoints using (touchpoint_number)
cross join standing
