-- One row per persona (`all` is everyone) and loop or detour of ended journeys: how often, how long it took,
-- how those fare who take it. Of personas only steps after the first $look ones count.
-- A loop comes back to where it began at once, or by way of one other touchpoint (via); a detour goes to
-- another touchpoint by way of a third, where at least as many customers go there straight. steps and
-- median_seconds are of every time it was taken, from the start of the one step to the start of the other;
-- straight_seconds is that of the straight way. Rates are of customers, by their first step at from_touchpoint: the share of
-- those who took it that converted in that journey, beside those who did not come back within two steps,
-- or who went straight, with 95 % intervals (Wilson's, and Newcombe's tenth method, 1998, of the
-- difference). It goes with that; the cause it need not be. Fewer than $min_group customers on a side are
-- no row; the goal is not gone to by detours. Of many customers a sample is taken (next_two_steps).
-- key: persona_id, kind, from_touchpoint, via, to_touchpoint
-- not_null: steps, journeys, customers, converted, other_customers, other_converted
-- allowed: kind loop | detour
-- shares: converted_rate, other_rate
with rated as (
    select *, nullif(cast(customers as double), 0) as n,
        nullif(cast(other_customers as double), 0) as m
    from findings.detours_taken
    where least(customers, other_customers) >= $min_group
        and (kind = 'loop' or other_customers >= customers)
),

spanned as (
    select *, converted / n as converted_rate, other_converted / m as other_rate,
        greatest(0, (converted + 1.920729410347062e0 - 1.959963984540054e0 * sqrt(converted * (n - converted) / n
            + 0.960364705173531e0)) / (n + 3.841458820694124e0)) as converted_low,
        least(1, (converted + 1.920729410347062e0 + 1.959963984540054e0 * sqrt(converted * (n - converted) / n
            + 0.960364705173531e0)) / (n + 3.841458820694124e0)) as converted_high,
        greatest(0, (other_converted + 1.920729410347062e0 - 1.959963984540054e0 * sqrt(other_converted
            * (m - other_converted) / m + 0.960364705173531e0)) / (m + 3.841458820694124e0)) as other_low,
        least(1, (other_converted + 1.920729410347062e0 + 1.959963984540054e0 * sqrt(other_converted
            * (m - other_converted) / m + 0.960364705173531e0)) / (m + 3.841458820694124e0)) as other_high
    from rated
)

select persona_id, kind, froms.touchpoint as from_touchpoint, coalesce(vias.touchpoint, '') as via,
    tos.touchpoint as to_touchpoint, froms.stage, steps, journeys, customers, converted,
    other_customers, other_converted, median_seconds,
    case when kind = 'detour' then straight_seconds end as straight_seconds,
    converted_rate, converted_low, converted_high, other_rate, other_low, other_high,
    converted_rate - other_rate as difference,
    converted_rate - other_rate - sqrt(power(converted_rate - converted_low, 2)
        + power(other_high - other_rate, 2)) as difference_low,
    converted_rate - other_rate + sqrt(power(converted_high - converted_rate, 2)
        + power(other_rate - other_low, 2)) as difference_high
from spanned
inner join run.touchpoints as froms on froms.touchpoint_number = from_number
inner join run.touchpoints as tos on tos.touchpoint_number = to_number
left join run.touchpoints as vias on vias.touchpoint_number = via_number
