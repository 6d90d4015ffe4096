-- One row per source whose rows do not add up: read = used + repeated + superseded + rejected + idle.
with balances as (
    select * from landing.balances
),
unbalanced as (
    select
        source, rows_read, rows_used, rows_repeated, rows_superseded, rows_rejected, rows_idle
    from balances
    where rows_read
        is distinct from rows_used + rows_repeated + rows_superseded + rows_rejected + rows_idle
)
select * from unbalanced
