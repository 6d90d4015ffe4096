-- One row per source whose candidate events (row and rule whose time is set and condition holds) do not
-- add up: candidates = made + duplicates + superseded + rejected.
with balances as (
    select * from landing.balances
),
unbalanced as (
    select
        source, candidates, events_made, events_duplicate, events_superseded, events_rejected
    from balances
    where candidates
        is distinct from events_made + events_duplicate + events_superseded + events_rejected
)
select * from unbalanced
