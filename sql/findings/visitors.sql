-- One row per level, persona (`all` is everyone) and node (a stage, a touchpoint, a month, or `all`): how
-- many customers came there and could have answered. In a month: those of whose journeys a session began.
-- Who answered there counts as one who came.
-- key: level, persona_id, node
-- not_null: customers
with visits as (  -- numbers instead of names are grouped by
    select distinct customer_id, touchpoint_number, stage_number from journeys.steps
),

places as (
    select 'stage' as level, stage_number as node_number, customer_id
    from visits
    group by stage_number, customer_id
    union all
    select 'touchpoint', touchpoint_number, customer_id from visits
),

of_places as (
    select level, node_number, coalesce(persona_id, 'all') as persona_id, count(*) as customers
    from places
    inner join personas.assignments using (customer_id)
    group by grouping sets ((level, node_number), (level, node_number, persona_id))
),

times as (
    select 'all' as level, 'all' as node, customer_id from visits
    union
    select 'month', strftime((started_at at time zone 'UTC') at time zone $timezone, '%Y-%m'),
        customer_id
    from journeys.steps
    where is_session_entry
    union
    select 'all', 'all', customer_id from findings.answers
    union
    select 'month', month, customer_id from findings.answers
)

select of_places.level, persona_id, node, customers
from of_places
inner join run.nodes as nodes on nodes.level = of_places.level and nodes.node_number = of_places.node_number
union all
select level, coalesce(persona_id, 'all'), node, count(*)
from times
inner join personas.assignments using (customer_id)
group by grouping sets ((level, node), (level, node, persona_id))
