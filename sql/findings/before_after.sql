-- One row per persona (`all` is everyone), stage, position and touchpoint, most frequent first.
-- Of journeys dropped at the stage: the touchpoint just before they left, and after it the one with
-- which the same customer came back as a new journey, if at all; share is of the journeys dropped
-- there. Beside it the same place when it went the other way: just before and straight after going
-- on from the stage (of the journeys that did), and just before converting. Mature visits only.
-- key: persona_id, stage, position, touchpoint
-- not_null: rank, journeys, customers, share, share_low, share_high
-- allowed: position before | after | before going on | after going on | before converting
-- shares: share, share_low, share_high
with counted as (
    select * from findings.exit_counts where touchpoint_number > 0
),

totals as (
    select persona_id, stage_number, place, nullif(journeys, 0) as all_journeys
    from findings.exit_counts
    where touchpoint_number = 0
),

touchpoints as (
    select persona_id, stages.stage, position, touchpoint, journeys, customers, all_journeys
    from counted
    inner join totals using (persona_id, stage_number, place)
    inner join (values (1, 'before'), (2, 'after'), (3, 'before going on'), (4, 'after going on'),
        (5, 'before converting')) as names (place, position) using (place)
    inner join run.stages as stages using (stage_number)
    inner join run.touchpoints using (touchpoint_number)
)

select persona_id, stage, position,
    row_number() over (partition by persona_id, stage, position order by journeys desc, touchpoint)
        as rank,
    touchpoint, journeys, customers, journeys / all_journeys as share,
    case when all_journeys > 0 then greatest(0, (journeys + 1.920729410347062e0 - 1.959963984540054e0
        * sqrt(journeys * (all_journeys - journeys) / all_journeys + 0.960364705173531e0))
        / (all_journeys + 3.841458820694124e0)) end as share_low,
    case when all_journeys > 0 then least(1, (journeys + 1.920729410347062e0 + 1.959963984540054e0
        * sqrt(journeys * (all_journeys - journeys) / all_journeys + 0.960364705173531e0))
        / (all_journeys + 3.841458820694124e0)) end as share_high
from touchpoints
