-- One row per group, level, move and week: how many customers left a node that way the first time they
-- were there (findings.first_moves), and how their first journeys went (findings.first_journeys). The rows
-- of one node, group and week add up to its customers.
-- key: group_number, level, from_number, to_number, week_number
-- not_null: customers
with first_moves as (
    select journey_id, level, from_number, to_number, week_number from findings.first_moves
    union all
    select journey_id, level, from_number, to_number, week_number from findings.first_journeys
),

numbered as (
    select journey_id, group_number
    from findings.journey_groups
    inner join findings.groups using (segment, segment_value)
)

select 0 as group_number, level, from_number, to_number, week_number, customers
from findings.first_move_counts
union all
select 0, level, from_number, to_number, week_number, count(*)
from findings.first_journeys
group by level, from_number, to_number, week_number
union all
select group_number, level, from_number, to_number, week_number, count(*)
from first_moves
inner join numbered using (journey_id)
group by group_number, level, from_number, to_number, week_number
