-- One row per customer, level and node: how the customer's first mature step there (at level stage: the
-- first visit) was left, and in which week it began (Mondays in $timezone, counted from 1970-01-05).
-- Customers are the units of all tests, so each counts once at a node however often they returned; the
-- goal itself is left out, as nobody can be lost there.
-- Per customer: made for those in run.customers_to_judge; is_mature depends on core.horizon too.
-- key: level, customer_id, from_number
-- not_null: journey_id, to_number, week_number
-- allowed: level stage | touchpoint
with moves as (
    select level, customer_id, journey_id, from_number, to_number, started_at,
        date_diff('microsecond', timestamp '1970-01-01 00:00:00', started_at) * 1000
            + least(move_number, 999) as place
    from journeys.moves
    where from_number <> 0 and is_mature and not is_goal
        and customer_id in (select customer_id from run.customers_to_judge)
),

first_moves as (
    select level, customer_id, from_number,
        arg_min(journey_id, place) filter (where journey_id is not null) as journey_id,
        arg_min(to_number, place) filter (where to_number is not null) as to_number,
        min(started_at) as started_at
    from moves
    group by level, customer_id, from_number
)

select level, customer_id, from_number, journey_id, to_number,
    cast(floor(date_diff('day', date '1970-01-05',
        cast(((started_at at time zone 'UTC') at time zone $timezone) as date)) / 7) as integer)
        as week_number
from first_moves
