-- A single row: how fast journeys go, and from which week on the data shows slow ones too.
-- in_time_microseconds is the time that nine in ten of all conversions took; null where nobody converted.
-- Weeks are Mondays counted from 1970-01-05. recorded_week is that of the data's first journey; but where
-- the first conversion came later than the time above, it is that of the first conversion: before it, what
-- leads there was not recorded. Before settled_week only those who go fast can have come far, so nothing is
-- compared over time there: the time above later, or a quarter of all time where that is less.
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
    select min(started_at) as began_at, max(started_at) as last_at,
        min(last_step_at) filter (where outcome = 'converted') as converted_at
    from journeys.journeys
),

recorded as (
    select in_time_microseconds, last_at,
        coalesce(date_diff('microsecond', began_at, converted_at) > in_time_microseconds, false)
            as is_late,
        case when date_diff('microsecond', began_at, converted_at) > in_time_microseconds
            then converted_at else began_at end as first_at
    from conversions
    cross join starts
),

weeks as (
    select *, 7.0 * 24 * 3600 * 1000000 as week,
        date_diff('microsecond', timestamp '1970-01-05 00:00:00', first_at) as first_microseconds
    from recorded
)

select in_time_microseconds,
    -- A day less, as a week begins a day earlier or later elsewhere; or the first whole week.
    case when is_late then cast(ceil(first_microseconds / nullif(week, 0)) as integer)
        else cast(floor((first_microseconds - 86400000000) / nullif(week, 0)) as integer)
    end as recorded_week,
    cast(ceil((first_microseconds + least(
        coalesce(in_time_microseconds, 0), date_diff('microsecond', first_at, last_at) / 4
    )) / nullif(week, 0)) as integer) as settled_week
from weeks
