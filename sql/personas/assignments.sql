-- One row per customer with a counted event: the persona, by what was known of the customer early.
-- It is 'unknown' where there is too little to go by: no step before the goal.
-- key: customer_id
-- not_null: persona_id
select customer_id, persona_id
from run.persona_assignments
