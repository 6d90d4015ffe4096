-- One row per group of journeys that is compared with the others: everyone (number 0), and each value of
-- a segment of the settings, or of the channel and device that come with the events. Of a segment at
-- most 20 values with at least $min_group customers, the largest; what is unknown is no group, and a
-- segment that tells the outcome itself has none (findings.telling_segments).
-- key: group_number
-- not_null: segment, segment_value, customers
with sizes as (
    select segment, segment_value, count(distinct customer_id) as customers
    from findings.journey_groups
    where segment not in (select segment from findings.telling_segments where is_telling)
    group by segment, segment_value
),

largest as (
    select segment, segment_value, customers
    from sizes
    where customers >= $min_group
    qualify row_number() over (partition by segment order by customers desc, segment_value) <= 20
),

everyone as (
    select count(distinct customer_id) as customers from journeys.journeys
)

select row_number() over (order by segment, segment_value) as group_number,
    segment, segment_value, customers
from largest
union all
select 0, 'all', 'all', customers from everyone
