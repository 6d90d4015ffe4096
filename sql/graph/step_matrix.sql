-- One row per persona (`all` is everyone), step number from 1 to 8 and node: where journeys are at their first
-- step, their second and so on; repeats in a row told once. A journey that ended before stays at its outcome
-- (CONVERTED, DROPPED or OPEN), so each step number adds up to all journeys. Intervals are Wilson's, 95 %.
-- key: persona_id, step_number, node
-- not_null: journeys, customers, all_journeys
-- shares: share, share_low, share_high
with changes as (
    select journey_id, customer_id, touchpoint,
        row_number() over (partition by journey_id order by step_number) as place
    from journeys.steps
    where next_touchpoint_number is null or next_touchpoint_number <> touchpoint_number
),

lengths as (
    select journey_id, customer_id, max(place) as places
    from changes
    group by journey_id, customer_id
),

numbers as (
    select step_number
    from (values (1), (2), (3), (4), (5), (6), (7), (8)) as numbers (step_number)
),

nodes as (
    select journey_id, customer_id, place as step_number, touchpoint as node
    from changes
    where place <= 8
    union all
    select lengths.journey_id, lengths.customer_id, step_number, upper(outcome)
    from lengths
    inner join journeys.journeys using (journey_id)
    inner join numbers on step_number > places
),

assignments as (
    select customer_id, persona_id from personas.assignments
),

of_all as (  -- every node twice: for everyone, and for its customer's persona
    select 'all' as persona_id, customer_id, step_number, node
    from nodes
    union all
    select persona_id, customer_id, step_number, node
    from nodes
    inner join assignments using (customer_id)
),

counted as (
    select persona_id, step_number, node,
        count(*) as journeys,
        count(distinct customer_id) as customers
    from of_all
    group by persona_id, step_number, node
),

summed as (
    select *,
        cast(sum(journeys) over (partition by persona_id, step_number) as bigint) as all_journeys
    from counted
)

select persona_id, step_number, node, journeys, customers, all_journeys,
    journeys / all_journeys as share,
    greatest(0, (journeys + 1.920729410347062e0 - 1.959963984540054e0
        * sqrt(journeys * (all_journeys - journeys) / all_journeys + 0.960364705173531e0))
        / (all_journeys + 3.841458820694124e0)) as share_low,
    least(1, (journeys + 1.920729410347062e0 + 1.959963984540054e0
        * sqrt(journeys * (all_journeys - journeys) / all_journeys + 0.960364705173531e0))
        / (all_journeys + 3.841458820694124e0)) as share_high
from summed
