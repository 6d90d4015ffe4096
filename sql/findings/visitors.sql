-- One row per level, persona (`all` is everyone) and node (a stage, a touchpoint, a month, or `all`): how
-- many customers came there and could have answered. In a month: those of whose journeys a session began.
-- Who answered there counts as one who came.
-- key: level, persona_id, node
-- not_null: customers
with answered as (
    select customer_id, persona_id, 'all' as level, 'all' as node from findings.answers
    union
    select customer_id, persona_id, 'month', month from findings.answers
),

came as (  -- who is counted there already
    select customer_id, 'all' as level, 'all' as node
    from journeys.steps
    where customer_id in (select customer_id from answered)
    union
    select customer_id, 'month',
        strftime((started_at at time zone 'UTC') at time zone $timezone, '%Y-%m')
    from journeys.steps
    where is_session_entry and customer_id in (select customer_id from answered)
),

only_answered as (
    select level, persona_id, node
    from answered
    left join came using (customer_id, level, node)
    where came.customer_id is null
),

together as (
    select level, persona_id, node, customers
    from findings.visit_counts
    inner join run.nodes using (level, node_number)
    union all
    select level, persona_id, 'all', customers from findings.visit_counts where level = 'all'
    union all
    select level, persona_id,
        concat(
            lpad(cast(cast(floor(node_number / 12) as integer) as varchar), 4, '0'), '-',
            lpad(cast(node_number % 12 + 1 as varchar), 2, '0')
        ), customers
    from findings.visit_counts
    where level = 'month'
    union all
    select level, persona_id, node, count(*) from only_answered group by level, persona_id, node
    union all
    select level, 'all', node, count(*) from only_answered group by level, node
)

select level, persona_id, node, cast(sum(customers) as bigint) as customers
from together
group by level, persona_id, node
