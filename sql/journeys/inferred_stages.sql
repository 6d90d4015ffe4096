-- One row per touchpoint, where the settings leave the stages to be inferred: the stage proposed for it.
-- position goes from 0 (before all others) to 1 (after all): the share of the other touchpoints that
-- come before it, each by the first time in a journey. They are kept until asked anew (--refit).
-- key: touchpoint
-- not_null: stage_number, stage, position
-- shares: position
select stage_number, stage, touchpoint, position
from run.inferred_stages
