-- One row per source of whose labelled events some are missing in core.events, or there twice.
with labelled as (
    select source, count(*) as events from run.event_labels group by source
),
kept as (
    select source, count(*) as events from core.events group by source
),
compared as (
    select source, labelled.events as labelled_events, kept.events as kept_events
    from labelled
    full join kept using (source)
    where labelled.events is distinct from kept.events
)
select * from compared
