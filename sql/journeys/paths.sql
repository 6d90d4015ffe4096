-- One row per path: a distinct sequence of touchpoints that journeys took, repeats in a row told once.
-- key: path
-- not_null: steps, journeys, customers, converted, dropped, open
with sequences as (
    select * from journeys.sequences
),
paths as (
    select
        path,
        min(sequences.steps) as steps,
        count(*) as journeys,
        count(distinct sequences.customer_id) as customers,
        count(*) filter (where outcome = 'converted') as converted,
        count(*) filter (where outcome = 'dropped') as dropped,
        count(*) filter (where outcome = 'open') as open
    from sequences
    join journeys.journeys using (journey_id)
    group by path
)
select * from paths
order by journeys desc, path
