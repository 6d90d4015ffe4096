-- One row per source, column and reason: how many rows or values could not be used.
-- key: source, column_name, reason
-- not_null: rows
select source, coalesce(column_name, '') as column_name, reason, count(*) as rows
from landing.rejected_rows
group by all
