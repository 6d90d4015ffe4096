-- A single row: how fast journeys go, and from which week on the data shows slow ones too.
-- in_time_microseconds is the time that nine in ten of all conversions took; null where nobody converted.
-- Before settled_week (Mondays counted from 1970-01-05) only those who go fast can have come far, so
-- nothing is compared over time there: the time above after the data's first event, or a quarter of all
-- time where that is less.
with tenths as (
    select date_diff('microsecond', started_at, last_step_at) as microseconds,
        ntile(10) over (order by date_diff('microsecond', started_at, last_step_at), journey_id)
            as tenth
    from journeys.journeys
    where outcome = 'converted'
),

conversions as (
    select max(microseconds) as in_time_microseconds from tenths where tenth <= 9
),

starts as (
    select min(started_at) as first_at, max(started_at) as last_at from journeys.journeys
)

select in_time_microseconds,
    cast(ceil((
        date_diff('microsecond', timestamp '1970-01-05 00:00:00', first_at)
        + least(
            coalesce(in_time_microseconds, 0), date_diff('microsecond', first_at, last_at) / 4
        )) / (7.0 * 24 * 3600 * 1000000)) as integer) as settled_week
from conversions
cross join starts
