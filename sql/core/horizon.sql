-- A single row: the horizon, up to which the data is complete, and the first and last counted event.
-- The horizon is the earliest covers_until among sources of kind web and crm, among all where there
-- are none of these (or none that covers anything), and never after $until. It decides outcomes and
-- maturity only. All is null where there is no event.
with sources as (
    select * from core.sources
),
reached as (
    select
        min(covers_until) filter (where kind in ('web', 'crm')) as main_sources_reach,
        min(covers_until) as all_sources_reach,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at
    from sources
),
capped as (
    select
        least(
            coalesce(main_sources_reach, all_sources_reach),
            coalesce(cast($until as timestamp), main_sources_reach, all_sources_reach)
        ) as horizon,
        first_event_at,
        last_event_at
    from reached
)
select * from capped
