-- One row per measure of how far to trust the map: its subject, what is measured, and its value in
-- words; figure is the same as a number (a share from 0 to 1, or a count), null where not known.
-- key: subject, measure
-- not_null: value
with balances as (
    select sum(rows_rejected) as rejected, sum(rows_read) as read_rows from landing.balances
),

events as (
    select count(*) as events,
        count(*) filter (where is_left_out) as left_out,
        count(*) filter (where not is_left_out) as counted,
        count(*) filter (where not is_left_out and touchpoint is not null) as mapped
    from core.events
),

ignored as (
    select count(*) as identifiers from core.ignored_identifiers
),

sources as (
    select count(*) filter (where is_behind) as behind,
        string_agg(source, ', ' order by source) filter (where is_behind) as names
    from core.sources
),

journeys as (
    select count(*) as journeys,
        count(*) filter (where outcome = 'open') as still_open,
        count(*) filter (where not is_start_known) as unknown_starts
    from journeys.journeys
),

customers as (
    select count(*) as customers,
        count(*) filter (where persona_id = 'unknown') as unknown
    from personas.assignments
),

personas as (
    select count(*) as personas, max(silhouette) as silhouette from run.persona_names
),

segments as (
    select count(*) filter (where is_telling) as telling,
        string_agg(segment, ', ' order by segment) filter (where is_telling) as names
    from findings.telling_segments
),

measures as (
    select 'rows' as subject, 'share rejected' as measure,
        rejected / nullif(read_rows, 0) as figure, true as is_share, null as words
    from balances
    union all
    select 'events', 'share of the counted ones that a touchpoint''s rule maps',
        mapped / nullif(counted, 0), true, null
    from events
    union all
    select 'events', 'share left out (bots, own staff)', left_out / nullif(events, 0), true, null
    from events
    union all
    select 'identifiers', 'ignored, as they join nobody', identifiers, false, null
    from ignored
    union all
    select 'sources', 'more than a week behind the others', behind, false, names
    from sources
    union all
    select 'journeys', 'share still open', still_open / nullif(journeys, 0), true, null
    from journeys
    union all
    select 'journeys', 'share that may have begun before the data does',
        unknown_starts / nullif(journeys, 0), true, null
    from journeys
    union all
    select 'customers', 'share too little known for a persona',
        unknown / nullif(customers, 0), true, null
    from customers
    union all
    select 'segments', 'compared by none of those that tell the outcome itself', telling, false, names
    from segments
    union all
    select 'personas', 'how far apart they lie (silhouette, up to 1)', round(silhouette, 2), false,
        case when silhouette is null then 'not found apart' end
    from personas
    union all
    select subject, measure, figure, is_percentage, words from findings.beliefs
)

select subject, measure, cast(figure as double) as figure,
    case
        when words is not null then words
        when figure is null then 'nothing to measure'
        when is_share then cast(round(100 * figure, 1) as varchar) || ' %'
        when figure = floor(figure) then cast(cast(floor(figure) as bigint) as varchar)
        else cast(figure as varchar)
    end as value
from measures
