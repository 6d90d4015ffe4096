-- One row per ignored identifier: one that joins nobody, and why.
-- key: identifier_kind, identifier
-- not_null: reason
select identifier_kind, identifier, reason, linked_identifiers
from run.ignored_identifiers
