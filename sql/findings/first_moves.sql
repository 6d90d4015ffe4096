-- One row per customer, level and node: how the customer's first mature step there (at level stage: the
-- first visit) was left, and in which week it began (Mondays in $timezone, counted from 1970-01-05).
-- Customers are the units of all tests, so each counts once at a node however often they returned; the
-- goal itself is left out, as nobody can be lost there. At level journey, node 0, it is the customer's
-- first journey: to_number is -1 if it converted in time (findings.pace), else -2. Journeys that were not observed
-- for so long are left out.
-- key: level, customer_id, from_number
-- not_null: journey_id, to_number, week_number
-- allowed: level journey | stage | touchpoint
with moves as (
    select level, customer_id, journey_id, from_number, to_number, started_at,
        date_diff('microsecond', timestamp '1970-01-01 00:00:00', started_at) * 1000
            + least(move_number, 999) as place
    from journeys.moves
    where from_number <> 0 and is_mature and not is_goal
),

first_moves as (
    select level, customer_id, from_number,
        arg_min(journey_id, place) filter (where journey_id is not null) as journey_id,
        arg_min(to_number, place) filter (where to_number is not null) as to_number,
        min(started_at) as started_at
    from moves
    group by level, customer_id, from_number
),

first_journeys as (
    select journey_id, customer_id, started_at, last_step_at, outcome
    from journeys.journeys
    where journey_number = 1
),

judged_journeys as (
    select customer_id, journey_id, started_at,
        case when outcome = 'converted'
            and date_diff('microsecond', started_at, last_step_at) <= in_time_microseconds
            then -1 else -2 end as to_number
    from first_journeys
    cross join findings.pace
    cross join core.horizon
    where date_diff('microsecond', started_at, horizon) >= in_time_microseconds
),

united as (
    select level, customer_id, from_number, journey_id, to_number, started_at
    from first_moves
    union all
    select 'journey', customer_id, 0, journey_id, to_number, started_at
    from judged_journeys
)

select level, customer_id, from_number, journey_id, to_number,
    cast(floor(date_diff('day', date '1970-01-05',
        cast(((started_at at time zone 'UTC') at time zone $timezone) as date)) / 7) as integer)
        as week_number
from united
