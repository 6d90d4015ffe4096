-- One row per persona (`all` is everyone) and path of the 20 most taken, and one, of rank 21 and without a
-- path, for all other journeys together. A path is as in journeys.paths. Of equally frequent paths the first by
-- name comes first. Only paths that at least $min_group customers of the persona took have a row of their own.
-- key: persona_id, rank
-- not_null: paths, journeys, customers, converted, dropped, open
with numbered as (  -- numbers in the order of the names; paths taken once need none
    select path, row_number() over (order by path) as path_number
    from journeys.paths
    where journeys > 1 or customers >= $min_group
),

journeys as (
    select persona_id, sequences.customer_id, path_number, outcome
    from journeys.sequences
    inner join journeys.journeys using (journey_id)
    left join numbered using (path)
    left join personas.assignments on assignments.customer_id = sequences.customer_id
),

of_personas as (
    select persona_id, path_number, count(*) as journeys, count(distinct customer_id) as customers,
        case when path_number is null then count(*) else 1 end as paths
    from journeys
    group by persona_id, path_number
),

counted as (  -- each customer is of one persona, so everyone is all of them together
    select persona_id, path_number, journeys, customers, paths
    from of_personas
    where persona_id is not null
    union all
    select 'all', path_number, sum(journeys), sum(customers),
        case when path_number is null then sum(paths) else 1 end
    from of_personas
    group by path_number
),

top_paths as (
    select persona_id, path_number,
        row_number() over (partition by persona_id order by journeys desc, path_number) as rank
    from counted
    where customers >= $min_group and path_number is not null
    qualify row_number() over (partition by persona_id order by journeys desc, path_number) <= 20
),

of_all as (  -- every journey twice: for everyone, and for its customer's persona
    select 'all' as persona_id, customer_id, path_number, outcome from journeys
    union all
    select persona_id, customer_id, path_number, outcome from journeys where persona_id is not null
),

placed as (
    select persona_id, coalesce(rank, 21) as rank,
        min(case when rank is not null then path_number end) as path_number,
        count(*) as journeys,
        count(distinct customer_id) as customers,
        count(*) filter (where outcome = 'converted') as converted,
        count(*) filter (where outcome = 'dropped') as dropped,
        count(*) filter (where outcome = 'open') as open
    from of_all
    left join top_paths using (persona_id, path_number)
    group by persona_id, coalesce(rank, 21)
),

told as (
    select persona_id, coalesce(rank, 21) as rank, cast(sum(paths) as bigint) as paths
    from counted
    left join top_paths using (persona_id, path_number)
    group by persona_id, coalesce(rank, 21)
)

select persona_id, rank, path, paths, journeys, customers, converted, dropped, open
from placed
inner join told using (persona_id, rank)
left join numbered using (path_number)
