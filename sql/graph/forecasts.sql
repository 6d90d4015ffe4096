-- One row per level, persona (`all` is everyone), node and measure: what was learned from the first
-- 70 % of the time, and what came after. drop-off: predicted is the rate over steps known by then,
-- observed that of the mature steps begun later. conversion (from START): of the journeys that were
-- watched for within_seconds, predicted is the chance by the chain of then times the share of
-- conversions that come within that time, observed the share that converted. Intervals are 95 %;
-- is_missed allows for all figures of a level and persona together. Fewer than 30 before or after: no row.
-- key: level, persona_id, node, measure
-- not_null: learned_until, learned_steps, tried_steps, predicted, observed, difference, is_missed
-- allowed: level stage | touchpoint; measure drop-off | conversion
-- shares: predicted, predicted_low, predicted_high, observed, observed_low, observed_high
select level, persona_id, node, measure, learned_until, within_seconds, learned_steps, tried_steps,
    predicted, predicted_low, predicted_high, observed, observed_low, observed_high,
    difference, difference_low, difference_high, is_missed
from run.forecasts
