-- One row per persona and journey that stands for it, at most three: the paths (repeats in a row told
-- once) that lie nearest to the persona's ended journeys by the edit distance of their touchpoints.
-- Only paths that at least $min_group customers took. Counts are of at most 5,000 customers a persona;
-- stands_for_share is the share of their journeys to which no other of the three lies nearer.
-- key: persona_id, place
-- not_null: path, steps, journeys, customers, converted, stands_for_share
-- shares: stands_for_share
select persona_id, place, path, steps, journeys, customers, converted, stands_for_share
from run.typical_journeys
where customers >= $min_group
