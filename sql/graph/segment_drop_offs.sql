-- One row per segment of the settings, its value, level, persona (`all` is everyone) and node.
-- The columns of graph.drop_offs over the journeys whose segment has that value.
-- key: segment, segment_value, level, persona_id, node
-- not_null: steps, customers, journeys, mature_steps, dropped, mature_journeys
-- allowed: level stage|touchpoint
-- shares: drop_off_rate, drop_off_low, drop_off_high, journey_drop_off_rate
with totals as (
    select counted.*, node,
        nullif(mature_steps, 0) as trials,
        nullif(mature_journeys, 0) as journey_trials
    from graph.segment_drop_off_counts as counted
    inner join run.nodes as nodes on nodes.level = counted.level and node_number = from_number
)

select segment, segment_value, level, persona_id, node, steps, customers, journeys,
    mature_steps, dropped,
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
