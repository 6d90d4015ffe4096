-- One row per persona (`all` is everyone), step number from 1 to 7, and flow from the touchpoint there to the
-- next one, or to the outcome; repeats in a row told once. As many journeys leave a node as come to it.
-- Of each step number the six touchpoints at which most journeys are stand alone, numbered by how many these
-- are; all others together have number 0 and no name. The outcomes have the numbers of run.nodes.
-- key: persona_id, step_number, from_number, to_number
-- not_null: journeys, customers
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

nodes as (
    select node_number, node from run.nodes where level = 'touchpoint' and node_number <> 0
),

counted as (
    select coalesce(persona_id, 'all') as persona_id, place, touchpoint_number,
        sum(journeys) as journeys
    from places
    group by grouping sets ((place, touchpoint_number), (place, touchpoint_number, persona_id))
),

ranked as (
    select persona_id, place, touchpoint_number,
        row_number() over (partition by persona_id, place order by journeys desc, node) as rank
    from counted
    inner join nodes on node_number = touchpoint_number
),

alone as (  -- the six most frequent of each place, and the outcomes
    select persona_id, place, touchpoint_number as node_number, rank as number
    from ranked
    where rank <= 6
    union all
    select persona_id, place, node_number, node_number
    from (select distinct persona_id, place from ranked) as every_place
    cross join nodes
    where node_number < 0
),

of_all as (  -- every place twice: for everyone, and for its customer's persona
    select 'all' as persona_id, customer_id, place, touchpoint_number, next_number, journeys, others
    from places
    union all
    select * from places
),

flows as (
    select of_all.persona_id, of_all.place as step_number,
        coalesce(froms.number, 0) as from_number, coalesce(tos.number, 0) as to_number,
        froms.node_number as from_node_number, tos.node_number as to_node_number,
        cast(sum(journeys) as bigint) as journeys,
        count(distinct customer_id) + cast(sum(others) as bigint) as customers
    from of_all
    left join alone as froms
        on froms.persona_id = of_all.persona_id and froms.place = of_all.place
        and froms.node_number = touchpoint_number
    left join alone as tos
        on tos.persona_id = of_all.persona_id and tos.node_number = next_number
        and tos.place = of_all.place + case when next_number > 0 then 1 else 0 end
    where of_all.place <= 7
    group by all
)

select persona_id, step_number, froms.node as from_node, from_number, tos.node as to_node, to_number,
    journeys, customers
from flows
left join nodes as froms on froms.node_number = from_node_number
left join nodes as tos on tos.node_number = to_node_number
