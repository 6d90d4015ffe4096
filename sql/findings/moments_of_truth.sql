-- One row per touchpoint: how much more or less often journeys that meet it convert later than journeys
-- equally far that have not met it yet. It goes with that; what the cause is, nobody can tell from it.
-- It is compared in two ways (findings.meeting_odds): with those at another touchpoint of its stage, and
-- with those who were at the same touchpoint just before. The row is that of the two which says less; it
-- says nothing (z_value 0) where they disagree in direction. The interval is 95 %. conversions_lost are
-- those fewer than expected; below zero they are more. Of many customers a sample is looked at
-- (findings.meetings): customers, journeys, converted and conversions_lost are told of all, each of the
-- sample standing for as many.
-- is_enough where at least $min_group customers are on both sides and five of each outcome; the goal and
-- the milestones are steps towards it by definition, and are no rows.
-- key: touchpoint
-- not_null: finding_id, comparison, customers, other_customers, journeys, rate, expected_rate, z_value, is_enough
-- allowed: comparison stage | next
-- shares: rate, expected_rate
with odds as (
    select *, ln(odds_ratio) / nullif(log_odds_error, 0) as z
    from findings.meeting_odds
    where odds_ratio > 0 and touchpoint not in (select touchpoint from run.milestones)
),

weaker as (
    select *, min(z) over (partition by touchpoint) * max(z) over (partition by touchpoint) > 0
        and count(*) over (partition by touchpoint) = 2 as is_agreed
    from odds
    where z is not null
    qualify row_number() over (partition by touchpoint order by abs(z), comparison) = 1
)

select 'moment-' || left(md5('moment_of_truth' || chr(31) || touchpoint), 10) as finding_id,
    comparison, touchpoint, stage, cast(round(customers * each_stands_for) as bigint) as customers,
    other_customers, cast(round(journeys * each_stands_for) as bigint) as journeys,
    cast(round(converted * each_stands_for) as bigint) as converted,
    converted / nullif(journeys, 0) as rate, expected / nullif(journeys, 0) as expected_rate,
    odds_ratio, exp(ln(odds_ratio) - 1.959963984540054 * log_odds_error) as odds_ratio_low,
    exp(ln(odds_ratio) + 1.959963984540054 * log_odds_error) as odds_ratio_high,
    case when is_agreed then z else 0 end as z_value,
    (expected - converted) * each_stands_for as conversions_lost,
    least(customers, other_customers) >= $min_group
        and least(converted, journeys - converted, other_converted,
            other_journeys - other_converted) >= 5 as is_enough
from weaker
