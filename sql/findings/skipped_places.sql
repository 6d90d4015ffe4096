-- One row per place of the assumed map that journeys went past without it, most skipped first.
-- Of the journeys that met a later place, those that skipped it; z_value is of that share against one half:
-- whether most go past it, where the map says that all meet it. found_path is the map that fits better.
-- key: place_number
-- not_null: finding_id, touchpoint, stage, customers, journeys, of_journeys, skipped_rate, z_value, is_withheld
-- shares: skipped_rate, skipped_low, skipped_high, fitness, found_fitness
with skipped as (
    select * from findings.conformance
    where map_name = 'assumed' and persona_id = 'all' and kind = 'skipped'
),

fits as (
    select
        max(fitness) filter (where map_name = 'assumed') as fitness,
        max(fitness) filter (where map_name = 'found') as found_fitness,
        max(path) filter (where map_name = 'found') as found_path
    from findings.map_fits
    where persona_id = 'all'
)

select 'skipped-' || left(md5('skipped' || chr(31) || touchpoint || chr(31) || place_number), 10)
        as finding_id,
    place_number, touchpoint, stage, customers, journeys, of_journeys, share as skipped_rate,
    share_low as skipped_low, share_high as skipped_high,
    (share - 0.5e0) * 2 * sqrt(of_journeys) as z_value, fitness, found_fitness, found_path, is_withheld
from skipped
inner join run.touchpoints using (touchpoint)
cross join fits
order by skipped_rate desc, place_number
