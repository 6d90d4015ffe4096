-- One row per tested finding of any kind: where, how many, how large, how sure.
-- All tests of a run are one family: q_value is that of Benjamini and Hochberg (1995), so that of all rows
-- with q_value up to 0.05 about one in twenty is chance. p_value is two-sided, of the normal law, times
-- the number of places that were looked at (looks, Bonferroni); erfc after Press and others, Numerical
-- Recipes (1992), 6.2, right to 1.2e-7 of itself. A finding is_found with q_value up to 0.05 where it is
-- large enough to be told (3 of 100, or for pain points a twentieth of all conversions; 5 of 100 for
-- feelings and the assumed map; 10 of 100 for moves between touchpoints; odds of 1.25). Rows of one theme
-- tell one story. conversions is what is at stake, whether lost (is_worse) or gained; 0 where nothing is
-- said to be. Another kind joins with one more select below: see pipeline/findings.
-- key: finding_id
-- not_null: kind, theme, persona_id, customers, looks, z_value, p_value, q_value, conversions, is_worse, is_found
-- allowed: kind pain_point | bright_spot | moment_of_truth | difference | loop | feeling | conformance
-- shares: p_value, q_value
with conversions as (
    select count(*) as converted from journeys.journeys where outcome = 'converted'
),

pain_points as (
    select finding_id, case when excess >= 0 then 'pain_point' else 'bright_spot' end as kind,
        -- Without personas, a stage where less is lost is the other side of the one where most is.
        'drop-off ' || case when persona_id = 'all' and excess < 0
            then first_value(stage) over (partition by persona_id order by conversions_lost desc, stage)
            else stage end as theme, persona_id, stage, touchpoint, customers, 1 as looks,
        excess * 1.959963984540054e0 / nullif(
            case when excess >= 0 then excess - excess_low else excess_high - excess end, 0) as z_value,
        conversions_lost, conversions_lost_low, conversions_lost_high,
        abs(excess) >= 0.03 or abs(conversions_lost) >= 0.05 * converted as is_large
    from findings.pain_points
    cross join conversions
    where not is_withheld
),

moments as (
    select finding_id, 'moment_of_truth' as kind,
        case when z_value < 0 then 'drop-off ' else 'moment ' end || stage as theme,
        'all' as persona_id, stage, touchpoint, customers, 1 as looks, z_value, conversions_lost,
        conversions_lost * (1 - 1.959963984540054e0 / nullif(abs(z_value), 0)) as conversions_lost_low,
        conversions_lost * (1 + 1.959963984540054e0 / nullif(abs(z_value), 0)) as conversions_lost_high,
        (odds_ratio >= 1.25 or odds_ratio <= 0.8) as is_large
    from findings.moments_of_truth
    where is_enough
),

differences as (
    select finding_id, kind, theme, 'all' as persona_id, stage, touchpoint, customers, looks, z_value,
        conversions_lost,
        conversions_lost * difference_low / nullif(difference, 0) as conversions_lost_low,
        conversions_lost * difference_high / nullif(difference, 0) as conversions_lost_high,
        abs(difference) >= case level when 'touchpoint' then 0.1 else 0.03 end
            and least(customers, other_customers) >= $min_group
            and (kind <> 'loop' or difference > 0) as is_large
    from findings.differences
),

feelings as (
    select finding_id, 'feeling' as kind, 'drop-off ' || stage as theme, 'all' as persona_id, stage,
        cast(null as varchar) as touchpoint, customers, 1 as looks, z_value, conversions_lost,
        difference_low * customers as conversions_lost_low,
        difference_high * customers as conversions_lost_high, abs(difference) >= 0.05 as is_large
    from findings.unhappy_leavers
    where is_enough
),

skipped as (  -- that most go past a place is asked, not that most do not
    select finding_id, 'conformance' as kind, 'assumed map' as theme, 'all' as persona_id, stage,
        touchpoint, customers, 1 as looks, greatest(0, z_value) as z_value, 0e0 as conversions_lost,
        0e0 as conversions_lost_low, 0e0 as conversions_lost_high, skipped_rate >= 0.55 as is_large
    from findings.skipped_places
    where not is_withheld
),

united as (
    select * from pain_points union all select * from moments union all select * from differences
    union all select * from feelings union all select * from skipped
),

halved as (
    select *, abs(z_value) / sqrt(2) as x, 1 / (1 + abs(z_value) / sqrt(2) / 2) as t
    from united
    where z_value is not null
),

tested as (
    select *, least(1, looks * t * exp(-x * x - 1.26551223e0 + t * (1.00002368e0 + t * (0.37409196e0
        + t * (0.09678418e0 + t * (-0.18628806e0 + t * (0.27886807e0 + t * (-1.13520398e0
        + t * (1.48851587e0 + t * (-0.82215223e0 + t * 0.17087277e0)))))))))) as p_value
    from halved
),

ordered as (
    select *, p_value * count(*) over () / nullif(count(*) over (order by p_value), 0) as raised,
        row_number() over (order by p_value desc, finding_id) as place
    from tested
),

adjusted as (
    select *, least(1, min(raised) over (order by place rows unbounded preceding)) as q_value
    from ordered
)

select finding_id, kind, theme, persona_id, stage, touchpoint, customers, looks, z_value, p_value,
    q_value, abs(conversions_lost) as conversions,
    least(abs(conversions_lost_low), abs(conversions_lost_high)) * case
        when conversions_lost_low * conversions_lost_high < 0 then 0 else 1 end as conversions_low,
    greatest(abs(conversions_lost_low), abs(conversions_lost_high)) as conversions_high,
    conversions_lost > 0 as is_worse, is_large, q_value <= 0.05 and is_large as is_found
from adjusted
