-- One row per month in which journeys began (YYYY-MM in $timezone), level, persona (`all` is everyone)
-- and node: the columns of graph.drop_offs over the journeys that began then.
-- A row is young when graph.conversion calls the month so: not even its first journey was observed for
-- the whole of $within, so what still comes of these journeys may change the rate.
-- key: month, level, persona_id, node
-- not_null: is_young, steps, customers, journeys, mature_steps, dropped, mature_journeys
-- allowed: level stage|touchpoint
-- shares: drop_off_rate, drop_off_low, drop_off_high, journey_drop_off_rate
with journeys as (
    select journey_id, (started_at at time zone 'UTC') at time zone $timezone as local_time
    from journeys.journeys
),

numbered as (  -- numbers instead of names are grouped by
    select journey_id,
        extract(year from local_time) * 12 + extract(month from local_time) as month_number,
        substr(cast(cast(local_time as date) as varchar), 1, 7) as month
    from journeys
),

months as (
    select month_number, min(month) as month from numbered group by month_number
),

moves as (
    select level, journey_id, customer_id, from_number, is_mature,
        is_mature and is_after_look as is_rated, to_node = 'DROPPED' as is_drop
    from journeys.moves
    where from_number <> 0
),

of_journeys as (
    select level, journey_id, customer_id, from_number,
        count(*) as steps,
        count(*) filter (where is_mature) as mature,
        count(*) filter (where is_mature and is_drop) as mature_dropped,
        count(*) filter (where is_rated) as rated,
        count(*) filter (where is_rated and is_drop) as rated_dropped
    from moves
    group by level, journey_id, customer_id, from_number
),

of_customers as (  -- once for everyone and the personas alike
    select month_number, level, customer_id, from_number,
        sum(steps) as steps,
        count(*) as journeys,
        sum(mature) as mature,
        sum(mature_dropped) as mature_dropped,
        count(*) filter (where mature > 0) as mature_journeys,
        sum(rated) as rated,
        sum(rated_dropped) as rated_dropped,
        count(*) filter (where rated > 0) as rated_journeys
    from of_journeys
    inner join numbered using (journey_id)
    group by month_number, level, customer_id, from_number
),

counted as (
    select month_number, level, 'all' as persona_id, from_number,
        cast(sum(steps) as bigint) as steps,
        count(*) as customers,
        cast(sum(journeys) as bigint) as journeys,
        cast(sum(mature) as bigint) as mature_steps,
        cast(sum(mature_dropped) as bigint) as dropped,
        cast(sum(mature_journeys) as bigint) as mature_journeys
    from of_customers
    group by month_number, level, from_number
    union all
    select month_number, level, persona_id, from_number,
        cast(sum(steps) as bigint) as steps,
        count(*) as customers,
        cast(sum(journeys) as bigint) as journeys,
        cast(sum(rated) as bigint) as mature_steps,
        cast(sum(rated_dropped) as bigint) as dropped,
        cast(sum(rated_journeys) as bigint) as mature_journeys
    from of_customers
    inner join personas.assignments using (customer_id)
    group by month_number, level, persona_id, from_number
),

totals as (
    select counted.*, node, month,
        nullif(mature_steps, 0) as trials,
        nullif(mature_journeys, 0) as journey_trials
    from counted
    inner join months using (month_number)
    inner join run.nodes as nodes on nodes.level = counted.level and node_number = from_number
)

select month, is_young, level, persona_id, node, steps, customers, journeys, mature_steps, dropped,
    dropped / trials as drop_off_rate,
    case when trials > 0 then greatest(0, (dropped + 1.920729410347062e0 - 1.959963984540054e0
        * sqrt(dropped * (trials - dropped) / trials + 0.960364705173531e0))
        / (trials + 3.841458820694124e0)) end as drop_off_low,
    case when trials > 0 then least(1, (dropped + 1.920729410347062e0 + 1.959963984540054e0
        * sqrt(dropped * (trials - dropped) / trials + 0.960364705173531e0))
        / (trials + 3.841458820694124e0)) end as drop_off_high,
    mature_journeys,
    dropped / journey_trials as journey_drop_off_rate,
    case when journey_trials > 0 then greatest(0, (dropped + 1.920729410347062e0
        - 1.959963984540054e0
        * sqrt(dropped * (journey_trials - dropped) / journey_trials + 0.960364705173531e0))
        / (journey_trials + 3.841458820694124e0)) end as journey_drop_off_low,
    case when journey_trials > 0 then least(1, (dropped + 1.920729410347062e0
        + 1.959963984540054e0
        * sqrt(dropped * (journey_trials - dropped) / journey_trials + 0.960364705173531e0))
        / (journey_trials + 3.841458820694124e0)) end as journey_drop_off_high
from totals
left join (select persona_id, month, is_young from graph.conversion) as young
    using (persona_id, month)
