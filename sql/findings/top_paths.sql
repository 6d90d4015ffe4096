-- One row per persona (`all` is everyone) and path of the 20 most taken, and one, of rank 21 and without a
-- path, for all other journeys together. A path is as in journeys.paths. Of equally frequent paths the first by
-- name comes first. Only paths that at least $min_group customers of the persona took have a row of their own.
-- key: persona_id, rank
-- not_null: paths, journeys, customers, converted, dropped, open
with sequences as (
    select journey_id, customer_id, path from journeys.sequences
),

outcomes as (
    select journey_id, outcome from journeys.journeys
),

assignments as (
    select customer_id, persona_id from personas.assignments
),

of_all as (  -- every journey twice: for everyone, and for its customer's persona
    select 'all' as persona_id, customer_id, path, outcome
    from sequences
    inner join outcomes using (journey_id)
    union all
    select persona_id, customer_id, path, outcome
    from sequences
    inner join outcomes using (journey_id)
    inner join assignments using (customer_id)
),

counted as (
    select persona_id, path, count(*) as journeys, count(distinct customer_id) as customers
    from of_all
    group by persona_id, path
),

ranked as (
    select persona_id, path,
        row_number() over (
            partition by persona_id order by customers < $min_group, journeys desc, path
        ) as place,
        customers >= $min_group as is_enough
    from counted
),

placed as (
    select persona_id, customer_id, outcome,
        case when place <= 20 and is_enough then place else 21 end as rank,
        case when place <= 20 and is_enough then path end as path,
        ranked.path as own_path
    from of_all
    inner join ranked using (persona_id, path)
)

select persona_id, rank, path,
    count(distinct own_path) as paths,
    count(*) as journeys,
    count(distinct customer_id) as customers,
    count(*) filter (where outcome = 'converted') as converted,
    count(*) filter (where outcome = 'dropped') as dropped,
    count(*) filter (where outcome = 'open') as open
from placed
group by persona_id, rank, path
