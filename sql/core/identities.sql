-- One row per identifier: any key that a source has for a person, and the customer it belongs to.
-- key: identifier_kind, identifier
-- not_null: customer_id
select identifier_kind, identifier, customer_id
from run.identities
