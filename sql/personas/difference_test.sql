-- A single row: whether the personas differ in where they are lost, over all stages together.
-- Pearson's chi-square over the counts of personas.differences, added up over the stages where at least
-- five customers are expected in each cell. is_tested is false, and why_not says it in words, where a
-- difference would be true by construction or there is nothing to compare.
-- not_null: is_tested
-- shares: p_value
select stages, chi_square, degrees, p_value, is_tested, why_not
from run.persona_test
