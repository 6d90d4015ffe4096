-- One row per stage and scale: the customers who answered unhappily there (findings.settled_answers)
-- beside the others who answered there, and how many of each left.
-- z_value is that of two shares with one common; the interval is Newcombe's (1998, method 10).
-- conversions_lost is what goes with the difference, over the unhappy. Enough: at least $min_group on both
-- sides, and 5 expected in each of the four cells.
-- key: stage, score_scale
-- not_null: finding_id, unhappy_to, customers, other_customers, dropped, other_dropped, is_enough
-- shares: dropped_rate, dropped_low, dropped_high, other_rate, other_low, other_high
with counted as (
    select stage, score_scale, count(*) filter (where is_unhappy) as customers,
        count(*) filter (where not is_unhappy) as other_customers,
        count(*) filter (where is_unhappy and is_dropped) as dropped,
        count(*) filter (where not is_unhappy and is_dropped) as other_dropped
    from findings.settled_answers
    group by stage, score_scale
),

rated as (
    select *, nullif(cast(customers as double), 0) as n,
        nullif(cast(other_customers as double), 0) as m,
        (dropped + other_dropped) / nullif(cast(customers + other_customers as double), 0) as common
    from counted
),

spanned as (
    select *, dropped / n as dropped_rate, other_dropped / m as other_rate,
        (dropped + 1.920729410347062e0 - 1.959963984540054e0 * sqrt(dropped * (n - dropped) / n + 0.960364705173531e0))
            / (n + 3.841458820694124e0) as low,
        (dropped + 1.920729410347062e0 + 1.959963984540054e0 * sqrt(dropped * (n - dropped) / n + 0.960364705173531e0))
            / (n + 3.841458820694124e0) as high,
        (other_dropped + 1.920729410347062e0 - 1.959963984540054e0
            * sqrt(other_dropped * (m - other_dropped) / m + 0.960364705173531e0)) / (m + 3.841458820694124e0) as rest_low,
        (other_dropped + 1.920729410347062e0 + 1.959963984540054e0
            * sqrt(other_dropped * (m - other_dropped) / m + 0.960364705173531e0)) / (m + 3.841458820694124e0) as rest_high
    from rated
)

select 'feeling-' || left(md5('feeling' || chr(31) || stage || chr(31) || score_scale), 10)
        as finding_id,
    stage, score_scale, unhappy_to, customers, other_customers, dropped, other_dropped,
    dropped_rate, greatest(0, low) as dropped_low, least(1, high) as dropped_high,
    other_rate, greatest(0, rest_low) as other_low, least(1, rest_high) as other_high,
    dropped_rate - other_rate as difference,
    dropped_rate - other_rate - sqrt(power(dropped_rate - low, 2) + power(rest_high - other_rate, 2))
        as difference_low,
    dropped_rate - other_rate + sqrt(power(high - dropped_rate, 2) + power(other_rate - rest_low, 2))
        as difference_high,
    (dropped_rate - other_rate) / nullif(sqrt(common * (1 - common) * (1 / n + 1 / m)), 0) as z_value,
    (dropped_rate - other_rate) * customers as conversions_lost,
    coalesce(least(customers, other_customers) >= $min_group
        and least(customers, other_customers) * least(common, 1 - common) >= 5, false) as is_enough
from spanned
inner join run.scales using (score_scale)
