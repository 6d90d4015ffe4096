-- One row per level, persona (`all` is everyone) and node: how conversions are credited to stages,
-- touchpoints and channels. removal_effect is the share of conversions that the chain loses if all who
-- come to the node are lost there instead; credit shares the conversions out by it. The other columns
-- are rules (graph.touches tells them). The goal gets no credit; a journey that met nothing
-- before it credits `none`. Columns add up to the conversions, those ending in _value to their value:
-- credit_value shares the value out by removal effects on it. Both are null while nothing is known, and
-- have 95 % intervals (ending in _low, _high), since they are estimates; the rules are an account of the
-- conversions that there were and have none. customers are those of the journeys credited.
-- key: level, persona_id, node
-- not_null: journeys, customers, first_touch, last_touch, linear, position_based, time_decay, shapley
-- allowed: level stage | touchpoint | channel
-- shares: removal_effect, removal_effect_low, removal_effect_high, value_removal_effect
with rules as (
    select * from graph.touch_credits
),

effects as (
    select * from run.removal_effects
),

paired as (  -- a node that leads to no conversion has an effect of 0 and no credit
    select *,
        count(credit_share) over in_group > 0 as is_known,
        count(value_share) over in_group > 0 as is_value_known,
        sum(coalesce(first_touch, 0) - coalesce(untouched, 0)) over in_group as touched,
        cast(sum(
            cast(coalesce(first_touch_value, 0) - coalesce(untouched_value, 0) as decimal(38, 12))
        ) over in_group as double) as touched_value
    from rules
    full join effects using (level, persona_id, node)
    window in_group as (partition by level, persona_id)
)

select level, persona_id, node, coalesce(journeys, 0) as journeys,
    coalesce(customers, 0) as customers,
    removal_effect, removal_effect_low, removal_effect_high,
    coalesce(untouched, 0) + case
        when touched = 0 then 0
        when is_known then touched * coalesce(credit_share, 0)
    end as credit,
    coalesce(untouched, 0) + case
        when touched = 0 then 0
        when is_known then touched * coalesce(credit_share_low, 0)
    end as credit_low,
    coalesce(untouched, 0) + case
        when touched = 0 then 0
        when is_known then touched * coalesce(credit_share_high, 0)
    end as credit_high,
    coalesce(first_touch, 0) as first_touch,
    coalesce(last_touch, 0) as last_touch,
    coalesce(linear, 0) as linear,
    coalesce(position_based, 0) as position_based,
    coalesce(time_decay, 0) as time_decay,
    coalesce(shapley, 0) as shapley,
    value_removal_effect, value_removal_effect_low, value_removal_effect_high,
    coalesce(untouched_value, 0) + case
        when touched_value = 0 then 0
        when is_value_known then touched_value * coalesce(value_share, 0)
    end as credit_value,
    coalesce(untouched_value, 0) + case
        when touched_value = 0 then 0
        when is_value_known then touched_value * coalesce(value_share_low, 0)
    end as credit_value_low,
    coalesce(untouched_value, 0) + case
        when touched_value = 0 then 0
        when is_value_known then touched_value * coalesce(value_share_high, 0)
    end as credit_value_high,
    coalesce(first_touch_value, 0) as first_touch_value,
    coalesce(last_touch_value, 0) as last_touch_value,
    coalesce(linear_value, 0) as linear_value,
    coalesce(position_based_value, 0) as position_based_value,
    coalesce(time_decay_value, 0) as time_decay_value,
    coalesce(shapley_value, 0) as shapley_value
from paired
