-- One row per segment by which journeys are compared: whether its values tell of themselves who converted,
-- as a status does that is written once it is over. To compare by it would only say the outcome again.
-- told are the ended journeys with a value of which hardly any converted, or hardly any did not: a twentieth
-- of what is usual at most, over at least 30 journeys. is_telling where that is half of them or more.
-- key: segment
-- not_null: journeys, told, is_telling
with journeys as (
    select segment, segment_value, journey_id, outcome = 'converted' as is_converted
    from findings.journey_groups
    inner join (select journey_id, outcome from journeys.journeys where outcome <> 'open') as ended
        using (journey_id)
),

by_value as (
    select segment, segment_value, count(*) as journeys,
        count(*) filter (where is_converted) as converted
    from journeys
    group by segment, segment_value
),

compared as (
    select *, sum(journeys) over (partition by segment) as all_journeys,
        sum(converted) over (partition by segment) as all_converted
    from by_value
),

judged as (
    select *, journeys >= 30 and (
        20 * converted * all_journeys <= all_converted * journeys
        or 20 * (journeys - converted) * all_journeys <= (all_journeys - all_converted) * journeys
    ) as is_told
    from compared
    where all_converted > 0 and all_converted < all_journeys
)

select segment, cast(sum(journeys) as bigint) as journeys,
    cast(sum(case when is_told then journeys else 0 end) as bigint) as told,
    2 * sum(case when is_told then journeys else 0 end) >= sum(journeys) as is_telling
from judged
group by segment
