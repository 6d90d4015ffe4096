-- One row per persona and stage: the share of its customers lost there, beside that of all the others.
-- The unit is the customer: of each, the first mature visit to the stage that begins after the first
-- $look steps, from which personas are read. The difference has a 95 % interval (Newcombe's); the
-- p-value is Fisher's exact one, adjusted over all rows by Holm. Where personas are read from all that
-- customers did there is none, as they differ by construction (personas.difference_test says so).
-- key: persona_id, stage
-- not_null: stage_number, customers, dropped, drop_off_rate, rest_customers, rest_rate, difference, difference_low, difference_high
-- shares: drop_off_rate, rest_rate, p_value, adjusted_p_value
select persona_id, stage, stage_number, customers, dropped,
    dropped / nullif(customers, 0) as drop_off_rate,
    rest_customers, rest_dropped,
    rest_dropped / nullif(rest_customers, 0) as rest_rate,
    difference, difference_low, difference_high, p_value, adjusted_p_value,
    adjusted_p_value < 0.05 as is_different
from run.persona_differences
inner join run.stages using (stage)
