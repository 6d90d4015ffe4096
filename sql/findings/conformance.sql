-- One row per map (the assumed one, and the one found to fit best), persona (`all` is everyone), place of
-- the map, and what befell journeys there.
-- Ended journeys only, each laid beside the map at the least cost (findings.map_fits); place 0 is before
-- the first. `came`: met the place. `went on`: straight to the next. `left`: dropped, no later place was
-- met; `arrived`: at the goal, without the places left. `went back`, `ran ahead`, `beside`: while there, a
-- step at a place before, at a later one out of order, at a touchpoint that the map does not have.
-- Shares are of the journeys that came to the place; of `came`, of all journeys; of `skipped`, of those
-- that met a later place. A persona is read from its customers' first steps, so there it differs anyhow.
-- key: map_name, persona_id, place_number, kind, touchpoint
-- not_null: place, journeys, customers, of_journeys, share, share_low, share_high, is_withheld
-- allowed: map_name assumed | found; kind came | went on | left | arrived | skipped | went back | ran ahead | beside
-- shares: share, share_low, share_high
with ended as (
    select map_name, persona_id, customer_id, path_number, count(*) as journeys
    from journeys.sequences
    inner join journeys.journeys using (journey_id, customer_id)
    inner join personas.assignments using (customer_id)
    inner join run.path_alignments using (path)
    where outcome <> 'open'
    group by map_name, persona_id, customer_id, path_number
),

befell as (
    select map_name, persona_id, customer_id, kind, place_number, touchpoint_number,
        sum(journeys) as journeys
    from ended
    inner join run.path_moves using (map_name, path_number)
    group by map_name, persona_id, customer_id, kind, place_number, touchpoint_number
),

of_all as (
    select map_name, 'all' as persona_id, kind, place_number, touchpoint_number,
        cast(sum(journeys) as bigint) as journeys, count(*) as customers
    from befell
    group by map_name, kind, place_number, touchpoint_number
    union all
    select map_name, persona_id, kind, place_number, touchpoint_number,
        cast(sum(journeys) as bigint), count(*)
    from befell
    group by map_name, persona_id, kind, place_number, touchpoint_number
),

bases as (
    select map_name, persona_id, place_number, kind as base_kind,
        nullif(journeys, 0) as of_journeys
    from of_all
    where kind in ('came', 'passed')
),

rated as (
    select of_all.*, of_journeys
    from of_all
    inner join bases
        on bases.map_name = of_all.map_name
        and bases.persona_id = of_all.persona_id
        and bases.place_number = case when kind = 'came' then 0 else of_all.place_number end
        and base_kind = case when kind = 'skipped' then 'passed' else 'came' end
    where kind <> 'passed'
),

named as (
    select rated.*, coalesce(places.touchpoint, 'START') as place,
        coalesce(touchpoints.touchpoint, 'none') as touchpoint
    from rated
    left join (
        select map_name, place_number, touchpoint
        from run.map_places
        inner join run.touchpoints using (touchpoint_number)
    ) as places using (map_name, place_number)
    left join run.touchpoints as touchpoints using (touchpoint_number)
)

select map_name, persona_id, cast(floor(place_number) as integer) as place_number, place, kind,
    touchpoint, journeys, customers, of_journeys,
    journeys / of_journeys as share,
    case when of_journeys > 0 then greatest(0, (journeys + 1.920729410347062e0
        - 1.959963984540054e0
        * sqrt(journeys * (of_journeys - journeys) / of_journeys + 0.960364705173531e0))
        / (of_journeys + 3.841458820694124e0)) end as share_low,
    case when of_journeys > 0 then least(1, (journeys + 1.920729410347062e0
        + 1.959963984540054e0
        * sqrt(journeys * (of_journeys - journeys) / of_journeys + 0.960364705173531e0))
        / (of_journeys + 3.841458820694124e0)) end as share_high,
    customers < $min_group as is_withheld
from named
