-- One row per source: what came of it, and how far its data reaches.
-- It covers until what the settings say, else until its last counted event (null without any). It is
-- behind when that is more than a week before the latest of the others.
-- key: source
-- not_null: kind, events, counted_events, is_behind
with sources as (
    select * from run.sources
),
events as (
    select
        source,
        count(*) as events,
        count(session_id) as counted_events,
        min(occurred_at) filter (where session_id is not null) as first_event_at,
        max(occurred_at) filter (where session_id is not null) as last_event_at
    from core.events
    group by source
),
covered as (
    select
        sources.source_number,
        sources.source,
        sources.kind,
        coalesce(events.events, 0) as events,
        coalesce(events.counted_events, 0) as counted_events,
        events.first_event_at,
        events.last_event_at,
        coalesce(sources.covers_until, events.last_event_at) as covers_until
    from sources
    left join events using (source)
),
compared as (
    select
        *,
        coalesce(max(covers_until) over () - covers_until > interval 7 day, false) as is_behind
    from covered
)
select source, kind, events, counted_events, first_event_at, last_event_at, covers_until, is_behind
from compared
order by source_number
