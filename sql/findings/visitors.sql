-- One row per level, persona (`all` is everyone) and node (a stage, a touchpoint, a month, or `all`): how
-- many customers came there and could have answered. In a month: those of whose journeys a session began.
-- Who answered there counts as one who came.
-- key: level, persona_id, node
-- not_null: customers
with visits as (
    select distinct customer_id, touchpoint, stage from journeys.steps
),

visitors as (
    select 'all' as level, 'all' as node, customer_id from visits
    union
    select 'stage', stage, customer_id from visits
    union
    select 'touchpoint', touchpoint, customer_id from visits
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

select level, coalesce(persona_id, 'all') as persona_id, node, count(*) as customers
from visitors
inner join personas.assignments using (customer_id)
group by grouping sets ((level, node), (level, node, persona_id))
