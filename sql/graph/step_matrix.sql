-- One row per persona (`all` is everyone), step number from 1 to 8 and node: where journeys are at their first
-- step, their second and so on; repeats in a row told once. A journey that ended before stays at its outcome
-- (CONVERTED, DROPPED or OPEN), so each step number adds up to all journeys. Intervals are Wilson's, 95 %.
-- key: persona_id, step_number, node
-- not_null: journeys, customers, all_journeys
-- shares: share, share_low, share_high
with repeaters as (
    select customer_id from graph.first_places where place = 1 group by customer_id having count(*) > 1
),

first_places as (
    select persona_id, customer_id, place, touchpoint_number, next_number,
        customer_id in (select customer_id from repeaters) as is_repeater
    from graph.first_places
    inner join personas.assignments using (customer_id)
),

places as (  -- who has one journey counts once at each place: without a name, all of them together
    select persona_id, null as customer_id, place, touchpoint_number, next_number,
        count(*) as journeys, count(*) as others
    from first_places
    where not is_repeater
    group by persona_id, place, touchpoint_number, next_number
    union all
    select persona_id, customer_id, place, touchpoint_number, next_number, 1, 0
    from first_places
    where is_repeater
),

later_numbers as (
    select step_number
    from (values (2), (3), (4), (5), (6), (7), (8)) as numbers (step_number)
),

ends as (  -- a customer's journeys of one outcome, by the place at which they ended
    select persona_id, customer_id, next_number as node_number, place,
        sum(journeys) as journeys, sum(others) as others
    from places
    where next_number < 0
    group by persona_id, customer_id, next_number, place
),

stays as (
    select persona_id, customer_id, node_number, step_number,
        sum(journeys) as journeys, sum(others) as others
    from ends
    inner join later_numbers on step_number > place
    group by persona_id, customer_id, node_number, step_number
),

numbered as (
    select coalesce(persona_id, 'all') as persona_id, place as step_number,
        touchpoint_number as node_number, cast(sum(journeys) as bigint) as journeys,
        count(distinct customer_id) + cast(sum(others) as bigint) as customers
    from places
    group by grouping sets ((place, touchpoint_number), (place, touchpoint_number, persona_id))
    union all
    select coalesce(persona_id, 'all'), step_number, node_number,
        cast(sum(journeys) as bigint),
        count(customer_id) + cast(sum(others) as bigint)
    from stays
    group by grouping sets ((step_number, node_number), (step_number, node_number, persona_id))
),

counted as (
    select persona_id, step_number, node, journeys, customers
    from numbered
    inner join run.nodes as nodes on level = 'touchpoint' and nodes.node_number = numbered.node_number
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
