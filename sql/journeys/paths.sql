-- One row per path: a distinct sequence of touchpoints that journeys took, repeats in a row told once.
-- key: path
-- not_null: steps, journeys, customers, converted, dropped, open
with changes as (
    select journey_id, step_number, touchpoint
    from journeys.steps
    where next_touchpoint is null or next_touchpoint <> touchpoint
),
sequences as (
    select
        journey_id,
        string_agg(touchpoint, ' > ' order by step_number) as path,
        count(*) as steps
    from changes
    group by journey_id
),
paths as (
    select
        path,
        min(sequences.steps) as steps,
        count(*) as journeys,
        count(distinct customer_id) as customers,
        count(*) filter (where outcome = 'converted') as converted,
        count(*) filter (where outcome = 'dropped') as dropped,
        count(*) filter (where outcome = 'open') as open
    from sequences
    join journeys.journeys using (journey_id)
    group by path
)
select * from paths
order by journeys desc, path
