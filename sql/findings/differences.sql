-- One row per group and move, against the others of its segment (findings.comparisons with first_week 0),
-- or over time: the stretch of weeks in which it differs most from all others. Told are the drop-off of a
-- stage, conversion in time, the moves between touchpoints, and a touchpoint that is followed by itself
-- (kind loop); customers are the units, each by their first time there. looks is how many stretches were
-- tried, so that the p-value is to be taken looks times. Intervals are Agresti and Caffo's (2000); they do
-- not know that the stretch was chosen. conversions_lost is the difference times the customers times what
-- one is worth (findings.move_values); below zero they are gained.
-- Rows of one theme tell one story: a stage's drop-offs, conversion, a touchpoint's loops, and changes in
-- one stage that begin within six weeks of a stronger one.
-- key: finding_id
-- not_null: kind, theme, segment, segment_value, customers, cases, other_customers, other_cases, looks, z_value, difference, conversions_lost
-- allowed: kind difference | loop
-- shares: share, other_share
with ranked as (
    select *,
        count(*) over (partition by group_number, level, from_number, to_number, first_week = 0)
            as looks,
        last_week = max(last_week) over (partition by group_number, level, from_number)
            and first_week > 0 as is_lasting
    from findings.comparisons
    qualify row_number() over (
        partition by group_number, level, from_number, to_number, first_week = 0
        order by abs(z_value) desc, first_week, last_week
    ) = 1
),

named as (
    select ranked.*, segment, segment_value, nullif(from_nodes.node, 'START') as from_node,
        to_nodes.node as to_node, coalesce(conversions_lost, 0) as lost_each, touchpoints.touchpoint,
        case ranked.level when 'stage' then from_nodes.node else touchpoints.stage end as stage,
        (cases + 1) / nullif(ranked.customers + 2, 0) as a,
        (other_cases + 1) / nullif(other_customers + 2, 0) as c
    from ranked
    inner join findings.groups using (group_number)
    left join run.nodes as from_nodes
        on from_nodes.level = ranked.level and from_nodes.node_number = from_number
    left join run.nodes as to_nodes
        on to_nodes.level = ranked.level and to_nodes.node_number = to_number
    left join run.touchpoints as touchpoints
        on ranked.level = 'touchpoint' and touchpoints.touchpoint_number = from_number
    left join findings.move_values as move_values
        on move_values.level = ranked.level and move_values.from_number = ranked.from_number
        and move_values.to_number = ranked.to_number
),

identified as (
    select *,
        'difference-' || left(md5(segment || chr(31) || segment_value || chr(31) || level || chr(31)
            || coalesce(from_node, '') || chr(31) || coalesce(to_node, '') || chr(31)
            || case when first_week = 0 then 'group' else 'time' end), 10) as finding_id,
        cases / nullif(customers, 0) as share, other_cases / nullif(other_customers, 0) as other_share,
        1.959963984540054 * sqrt(a * (1 - a) / nullif(customers + 2, 0)
            + c * (1 - c) / nullif(other_customers + 2, 0)) as margin
    from named
),

leaders as (  -- of each change, the strongest that begins in the same stage within six weeks
    select changes.finding_id,
        arg_max(strongest.finding_id, abs(strongest.z_value))
            filter (where strongest.finding_id is not null) as theme
    from identified as changes
    inner join identified as strongest
        on strongest.first_week between changes.first_week - 6 and changes.first_week + 6
        and (strongest.stage = changes.stage or changes.stage is null)
    where changes.first_week > 0 and strongest.first_week > 0 and abs(strongest.z_value) > 3
    group by changes.finding_id
)

select finding_id, case when from_node = to_node then 'loop' else 'difference' end as kind,
    case when from_node = to_node then 'loop ' || touchpoint
        when first_week > 0 then coalesce(theme, finding_id)
        when level = 'stage' then 'drop-off ' || stage
        else 'conversion' end as theme,
    segment, segment_value, level, stage, touchpoint, to_node, from_number, to_number, first_week,
    last_week,
    date '1970-01-05' + nullif(first_week, 0) * 7 as first_day,
    date '1970-01-05' + nullif(last_week, 0) * 7 + 6 as last_day, is_lasting,
    customers, cases, share, other_customers, other_cases, other_share, looks, z_value,
    share - other_share as difference,
    a - c - margin as difference_low, a - c + margin as difference_high,
    (share - other_share) * customers * lost_each as conversions_lost,
    case when level = 'journey' then ceil(in_time_microseconds / (24.0 * 3600 * 1000000)) end
        as within_days
from identified
cross join findings.pace
left join leaders using (finding_id)
