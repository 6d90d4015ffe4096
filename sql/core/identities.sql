-- One row per identifier: any key that a source has for a person, and the customer it belongs to.
-- Per customer: made for those in run.customers.
-- key: identifier_kind, identifier
-- not_null: customer_id
select identifier_kind, identifier, customer_id
from run.identities
where customer_id in (select customer_id from run.customers)
