-- One row per pain point of the three largest: what the chain expects if its drop-off rate were the
-- usual one, its other exits scaled alike and nothing else changed. conversions are those expected as
-- it is, of all journeys that were begun; gains count later visits and open journeys too, so they are
-- more than what the finding says was lost. value is that of a mean conversion. Intervals are 95 %.
-- key: finding_id
-- not_null: rank, persona_id, stage, drop_off_rate, new_drop_off_rate, journeys, conversions, conversions_gained
-- shares: drop_off_rate, new_drop_off_rate
select finding_id, rank, persona_id, stage, drop_off_rate, new_drop_off_rate, journeys, conversions,
    conversions_gained, conversions_gained_low, conversions_gained_high,
    value_gained, value_gained_low, value_gained_high
from run.what_ifs
