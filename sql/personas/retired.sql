-- One row per persona that is no more: its name when it was last found, and who most of its customers
-- became then (null where they are nobody's). Its id is never given again.
-- key: persona_id
-- not_null: name
select persona_id, name, became
from run.personas_retired
