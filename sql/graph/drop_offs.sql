-- One row per level, persona (`all` is everyone) and node: how often a journey ends there unfinished.
-- drop_off_rate is per visit: the share of mature steps (at stage level: visits) that are the last of a
-- dropped journey. journey_drop_off_rate is per journey: of those that came there in a mature visit, the
-- share that was lost there in the end, however often they came. Intervals are Wilson's, 95 %; by persona
-- only steps after the first $look ones count in rates.
-- conversion_probability is the chance to convert from here, by the chain of graph.transitions.
-- key: level, persona_id, node
-- not_null: steps, customers, journeys, mature_steps, dropped, mature_journeys
-- allowed: level stage|touchpoint
-- shares: drop_off_rate, drop_off_low, drop_off_high, journey_drop_off_rate, conversion_probability
with counted as (
    select * from graph.drop_off_counts
),

nodes as (
    select level, node_number, node from run.nodes
),

chain as (
    select level, persona_id, node, conversion_probability, conversion_low, conversion_high
    from run.chain
),

totals as (
    select counted.*, node,
        nullif(mature_steps, 0) as trials,
        nullif(mature_journeys, 0) as journey_trials
    from counted
    inner join nodes on nodes.level = counted.level and node_number = from_number
)

select level, persona_id, node, steps, customers, journeys, mature_steps, dropped,
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
        / (journey_trials + 3.841458820694124e0)) end as journey_drop_off_high,
    conversion_probability, conversion_low, conversion_high
from totals
left join chain using (level, persona_id, node)
