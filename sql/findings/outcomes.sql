-- One row per persona (`all` is everyone): how many journeys its customers started, and what became
-- of them by the horizon. The shares are of all journeys started and add up to 1.
-- key: persona_id
-- not_null: customers, journeys, converted, dropped, open
-- shares: converted_share, dropped_share, open_share
with journeys as (
    select customer_id, outcome from journeys.journeys
),

assignments as (
    select customer_id, persona_id from personas.assignments
),

counted as (  -- every journey twice: for everyone, and for its customer's persona
    select 'all' as persona_id, customer_id, outcome
    from journeys
    union all
    select persona_id, customer_id, outcome
    from journeys
    inner join assignments using (customer_id)
),

totals as (
    select persona_id,
        count(distinct customer_id) as customers,
        count(*) as journeys,
        count(*) filter (where outcome = 'converted') as converted,
        count(*) filter (where outcome = 'dropped') as dropped,
        count(*) filter (where outcome = 'open') as open
    from counted
    group by persona_id
)

select persona_id, customers, journeys, converted, dropped, open,
    converted / nullif(journeys, 0) as converted_share,
    dropped / nullif(journeys, 0) as dropped_share,
    open / nullif(journeys, 0) as open_share
from totals
