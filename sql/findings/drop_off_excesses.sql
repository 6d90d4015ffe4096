-- One row per level, persona and node: how much more is lost there than is usual, in steps' shares.
-- Usual is the rate of the other personas at the same node, drawn towards that of all other nodes by
-- as much as 20 steps weigh. With one persona, the row is everyone's (`all`), and usual is the rate
-- of the other nodes of the level; there, steps that convert do not count, as they cannot be lost.
-- The interval is of the difference of two shares (Newcombe's tenth method, 1998), so it knows that
-- usual is an estimate too.
-- key: level, persona_id, node
-- not_null: customers, mature_steps, dropped, drop_off_rate, usual_rate, excess, excess_low, excess_high
-- allowed: level stage | touchpoint
-- shares: drop_off_rate, drop_off_low, drop_off_high, usual_rate, usual_low, usual_high
with personas as (
    select count(*) as personas from run.persona_names
),

conversions as (
    select level, persona_id, from_node as node, mature_steps as converted
    from graph.transitions
    where to_node = 'CONVERTED'
),

drop_offs as (
    select level, persona_id, node, customers, mature_steps, dropped, drop_off_rate, drop_off_low,
        drop_off_high, conversion_probability, personas,
        mature_steps - coalesce(converted, 0) as steps_at_risk
    from graph.drop_offs
    left join conversions using (level, persona_id, node)
    cross join personas
    where mature_steps > 0
        and persona_id <> 'unknown'
        and (persona_id = 'all') = (personas < 2)
),

summed as (
    select *,
        sum(mature_steps) over (partition by level, node) - mature_steps as other_steps,
        sum(dropped) over (partition by level, node) - dropped as other_dropped,
        sum(steps_at_risk) over (partition by level) - steps_at_risk as elsewhere_steps,
        sum(dropped) over (partition by level) - dropped as elsewhere_dropped
    from drop_offs
),

compared as (
    select *,
        elsewhere_dropped / nullif(elsewhere_steps, 0) as elsewhere_rate,
        case when personas < 2 then elsewhere_steps else other_steps + 20 end as usual_steps
    from summed
    where elsewhere_steps > 0
),

estimated as (
    select *,
        nullif(usual_steps, 0) as trials,
        case when personas < 2 then elsewhere_dropped else other_dropped + 20 * elsewhere_rate end
            as usual_dropped
    from compared
),

with_usual as (
    select *,
        usual_dropped / trials as usual_rate,
        greatest(0, (usual_dropped + 1.920729410347062e0 - 1.959963984540054e0
            * sqrt(usual_dropped * (trials - usual_dropped) / trials + 0.960364705173531e0))
            / (trials + 3.841458820694124e0)) as usual_low,
        least(1, (usual_dropped + 1.920729410347062e0 + 1.959963984540054e0
            * sqrt(usual_dropped * (trials - usual_dropped) / trials + 0.960364705173531e0))
            / (trials + 3.841458820694124e0)) as usual_high
    from estimated
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
