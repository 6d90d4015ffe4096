-- One row per milestone: the rates of journeys.milestones with 95 % Wilson intervals beside them.
-- customers are those whose journeys reached it; the other columns are those of journeys.milestones.
-- key: milestone_number
-- not_null: touchpoint, journeys, customers, closed_journeys, closed_reached, converted
-- shares: reached_rate, reached_low, reached_high, converted_rate, converted_low, converted_high
with milestones as (
    select *, nullif(closed_journeys, 0) as trials, nullif(closed_reached, 0) as reached_trials
    from journeys.milestones
),

reached as (
    select touchpoint, count(distinct customer_id) as customers
    from journeys.steps
    where touchpoint in (select touchpoint from milestones)
    group by touchpoint
)

select milestone_number, touchpoint, journeys, coalesce(customers, 0) as customers, closed_journeys,
    closed_reached, converted, reached_rate,
    case when trials > 0 then greatest(0, (closed_reached + 1.920729410347062e0 - 1.959963984540054e0
        * sqrt(closed_reached * (trials - closed_reached) / trials + 0.960364705173531e0))
        / (trials + 3.841458820694124e0)) end as reached_low,
    case when trials > 0 then least(1, (closed_reached + 1.920729410347062e0 + 1.959963984540054e0
        * sqrt(closed_reached * (trials - closed_reached) / trials + 0.960364705173531e0))
        / (trials + 3.841458820694124e0)) end as reached_high,
    converted_rate,
    case when reached_trials > 0 then greatest(0, (converted + 1.920729410347062e0 - 1.959963984540054e0
        * sqrt(converted * (reached_trials - converted) / reached_trials + 0.960364705173531e0))
        / (reached_trials + 3.841458820694124e0)) end as converted_low,
    case when reached_trials > 0 then least(1, (converted + 1.920729410347062e0 + 1.959963984540054e0
        * sqrt(converted * (reached_trials - converted) / reached_trials + 0.960364705173531e0))
        / (reached_trials + 3.841458820694124e0)) end as converted_high,
    median_seconds
from milestones
left join reached using (touchpoint)
