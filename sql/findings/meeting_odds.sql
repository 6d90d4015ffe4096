-- One row per comparison and touchpoint: how much more or less often journeys that meet it convert later
-- than those equally far that have not met it yet (findings.meetings).
-- odds_ratio is Mantel and Haenszel's (1959) over the strata; log_odds_error is the standard error of its
-- logarithm by customer (findings.meeting_errors). expected of those who met it had converted if they
-- had done so as those equally far; strata with nobody on one side tell nothing and count nowhere.
-- All counts are of the customers whom findings.meetings counts: each_stands_for says for how many of all
-- customers one of those who met it stands, 1 where nobody was left out.
-- key: comparison, touchpoint_number
-- not_null: customers, other_customers, journeys, converted, expected, other_journeys, other_converted, each_stands_for
with drawn as (  -- as findings.meeting_journeys draws them
    select customer_id % (1 + cast(floor(count(*) over () / 200001) as bigint)) = 0 as is_looked_at
    from personas.assignments
),

standing as (
    select coalesce(count(*) / nullif(count(*) filter (where is_looked_at), 0), 1)
        as each_stands_for
    from drawn
),

pooled as (
    select is_next, touchpoint_number, max(r) as r, max(s) as s,
        sum(met) as journeys, sum(met_converted) as converted,
        cast(sum(expected) as double) as expected,
        sum(not_met) as other_journeys, sum(not_met_converted) as other_converted
    from findings.meeting_parts
    group by is_next, touchpoint_number
)

select case when is_next then 'next' else 'stage' end as comparison, touchpoint_number, touchpoint,
    stage, customers, other_customers, journeys, converted, expected, other_journeys, other_converted,
    case when r > 0 then r / nullif(s, 0) end as odds_ratio, log_odds_error, each_stands_for
from findings.meeting_errors
inner join pooled using (is_next, touchpoint_number)
inner join run.touchpoints using (touchpoint_number)
cross join standing
