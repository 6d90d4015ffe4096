-- One row per level, persona and node: how much more is lost there than is usual, in steps' shares.
-- Usual is the rate of the other personas at the same node, drawn towards that of all other nodes
-- by as much as 20 steps weigh. With one persona, the row is everyone's (`all`), and usual is what
-- the other nodes of the level lose. The interval is of the difference of two shares (Newcombe's
-- tenth method, 1998), so it knows that usual is an estimate too.
-- key: level, persona_id, node
-- not_null: customers, mature_steps, dropped, drop_off_rate, usual_rate, excess, excess_low, excess_high
-- allowed: level stage | touchpoint
-- shares: drop_off_rate, drop_off_low, drop_off_high, usual_rate, usual_low, usual_high
with personas as (
    select count(*) as personas from run.persona_names
),

drop_offs as (
    select level, persona_id, node, customers, mature_steps, dropped, drop_off_rate, drop_off_low,
        drop_off_high, conversion_probability
    from graph.drop_offs
    cross join personas
    where mature_steps > 0
        and persona_id <> 'unknown'
        and (persona_id = 'all') = (personas < 2)
),

summed as (
    select *,
        sum(mature_steps) over (partition by level, node) - mature_steps as other_steps,
        sum(dropped) over (partition by level, node) - dropped as other_dropped,
        sum(mature_steps) over (partition by level) - mature_steps as elsewhere_steps,
        sum(dropped) over (partition by level) - dropped as elsewhere_dropped
    from drop_offs
),

shrunk as (
    select *,
        other_steps + 20e0 as usual_steps,
        other_dropped + 20e0 * (elsewhere_dropped / nullif(elsewhere_steps, 0)) as usual_dropped
    from summed
    where elsewhere_steps > 0
),

with_usual as (
    select *,
        usual_dropped / (20e0 + other_steps) as usual_rate,
        greatest(0, (usual_dropped + 1.920729410347062e0 - 1.959963984540054e0
            * sqrt(usual_dropped * (usual_steps - usual_dropped) / (20e0 + other_steps)
            + 0.960364705173531e0)) / (23.841458820694124e0 + other_steps)) as usual_low,
        least(1, (usual_dropped + 1.920729410347062e0 + 1.959963984540054e0
            * sqrt(usual_dropped * (usual_steps - usual_dropped) / (20e0 + other_steps)
            + 0.960364705173531e0)) / (23.841458820694124e0 + other_steps)) as usual_high
    from shrunk
)

select level, persona_id, node, customers, mature_steps, dropped,
    drop_off_rate, drop_off_low, drop_off_high, usual_rate, usual_low, usual_high,
    drop_off_rate - usual_rate as excess,
    drop_off_rate - usual_rate
        - sqrt(power(drop_off_rate - drop_off_low, 2) + power(usual_high - usual_rate, 2))
        as excess_low,
    drop_off_rate - usual_rate
        + sqrt(power(drop_off_high - drop_off_rate, 2) + power(usual_rate - usual_low, 2))
        as excess_high,
    conversion_probability
from with_usual
