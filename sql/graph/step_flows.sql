-- One row per persona (`all` is everyone), step number from 1 to 7, and flow from the touchpoint there to the
-- next one, or to the outcome; repeats in a row told once. As many journeys leave a node as come to it.
-- Of each step number the six touchpoints at which most journeys are stand alone, numbered by how many these
-- are; all others together have number 0 and no name. The outcomes have the numbers of run.nodes.
-- key: persona_id, step_number, from_number, to_number
-- not_null: journeys, customers
with changes as (
    select journey_id, customer_id, touchpoint,
        row_number() over (partition by journey_id order by step_number) as place
    from journeys.steps
    where next_touchpoint_number is null or next_touchpoint_number <> touchpoint_number
),

places as (
    select * from changes where place <= 8
),

ends as (
    select node_number, node from run.nodes where level = 'touchpoint' and node_number < 0
),

assignments as (
    select customer_id, persona_id from personas.assignments
),

of_all as (  -- every place twice: for everyone, and for its customer's persona
    select 'all' as persona_id, journey_id, customer_id, place, touchpoint
    from places
    union all
    select persona_id, journey_id, customer_id, place, touchpoint
    from places
    inner join assignments using (customer_id)
),

counted as (
    select persona_id, place, touchpoint, count(*) as journeys
    from of_all
    group by persona_id, place, touchpoint
),

ranked as (
    select persona_id, place, touchpoint,
        row_number() over (partition by persona_id, place order by journeys desc, touchpoint) as rank
    from counted
),

numbered as (
    select persona_id, journey_id, customer_id, place,
        case when rank <= 6 then touchpoint end as node,
        case when rank <= 6 then rank else 0 end as number
    from of_all
    inner join ranked using (persona_id, place, touchpoint)
),

followed as (
    select *,
        lead(node) over (partition by persona_id, journey_id order by place) as next_node,
        lead(number) over (partition by persona_id, journey_id order by place) as next_number
    from numbered
),

flows as (
    select persona_id, followed.customer_id, place as step_number,
        followed.node as from_node, number as from_number,
        case when next_number is null then ends.node else next_node end as to_node,
        coalesce(next_number, node_number) as to_number
    from followed
    inner join journeys.journeys using (journey_id)
    inner join ends on ends.node = upper(outcome)
    where place <= 7
)

select persona_id, step_number, from_node, from_number, to_node,
    to_number,
    count(*) as journeys,
    count(distinct customer_id) as customers
from flows
group by persona_id, step_number, from_node, from_number, to_node, to_number
