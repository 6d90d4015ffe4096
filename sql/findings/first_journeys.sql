-- One row per customer: whether the first journey converted in time (findings.pace), and in which week it
-- began (Mondays in $timezone, counted from 1970-01-05). It is told as a move of level journey from node
-- 0: to_number is -1 if it converted in time, else -2. Journeys that were not observed for so long are
-- left out.
-- key: customer_id
-- not_null: level, from_number, journey_id, to_number, week_number
-- allowed: level journey
with first_journeys as (
    select journey_id, customer_id, started_at, last_step_at, outcome
    from journeys.journeys
    where journey_number = 1
)

select 'journey' as level, customer_id, 0 as from_number, journey_id,
    case when outcome = 'converted'
        and date_diff('microsecond', started_at, last_step_at) <= in_time_microseconds
        then -1 else -2 end as to_number,
    cast(floor(date_diff('day', date '1970-01-05',
        cast(((started_at at time zone 'UTC') at time zone $timezone) as date)) / 7) as integer)
        as week_number
from first_journeys
cross join findings.pace
cross join core.horizon
where date_diff('microsecond', started_at, horizon) >= in_time_microseconds
