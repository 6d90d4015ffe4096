-- One row per persona (`all` is everyone) and loop or detour (findings.detours), by numbers: how often and
-- how long it was taken, and by customers' first steps where it begins, how many took it and converted in
-- that journey, beside the others: who did not come back within two steps; who went straight.
-- steps and median_seconds are of every time it was taken, straight_seconds of the straight way. Fewer than
-- $min_group customers who ever took it are no row.
-- Of personas only steps after the first $look ones count.
-- key: persona_id, kind, from_number, via_number, to_number
-- not_null: steps, journeys, customers, converted, other_customers, other_converted
-- allowed: kind loop | detour
with goals as (
    select touchpoint_number as goal_number from run.touchpoints where touchpoint = $goal
),

taken as (
    select persona_id, is_after_look, 'loop' as kind, from_number, 0 as via_number,
        from_number as to_number, next_seconds as seconds, journey_id, customer_id
    from findings.next_two_steps
    where next_number = from_number
    union all
    select persona_id, is_after_look, case when third_number = from_number then 'loop' else 'detour' end,
        from_number, next_number, third_number, third_seconds, journey_id, customer_id
    from findings.next_two_steps
    where next_number <> from_number and third_number <> next_number
        and third_number not in (select 0 union all select goal_number from goals)
),

counted as (  -- once for everyone, and once for the customer's persona
    select 'all' as persona_id, kind, from_number, via_number, to_number, count(*) as steps,
        count(distinct journey_id) as journeys, median(seconds) as median_seconds
    from taken
    group by kind, from_number, via_number, to_number
    having count(distinct customer_id) >= $min_group
    union all
    select persona_id, kind, from_number, via_number, to_number, count(*),
        count(distinct journey_id), median(seconds)
    from taken
    where is_after_look
    group by persona_id, kind, from_number, via_number, to_number
    having count(distinct customer_id) >= $min_group
),

straight as (
    select 'all' as persona_id, from_number, next_number as to_number,
        median(next_seconds) as straight_seconds
    from findings.next_two_steps
    where next_number not in (0, from_number)
    group by from_number, next_number
    union all
    select persona_id, from_number, next_number, median(next_seconds)
    from findings.next_two_steps
    where is_after_look and next_number not in (0, from_number)
    group by persona_id, from_number, next_number
),

firsts as (  -- a customer's first step at each touchpoint
    select 'all' as persona_id, from_number, next_number, third_number, is_converted
    from findings.next_two_steps
    qualify row_number() over (
        partition by customer_id, from_number order by started_at, journey_id, step_number
    ) = 1
    union all
    select persona_id, from_number, next_number, third_number, is_converted
    from findings.next_two_steps
    where is_after_look
    qualify row_number() over (
        partition by customer_id, from_number order by started_at, journey_id, step_number
    ) = 1
),

ways as (
    select persona_id, from_number, next_number as via_number, third_number as to_number,
        count(*) as customers, count(*) filter (where is_converted) as converted
    from firsts
    group by persona_id, from_number, next_number, third_number
),

straight_ways as (
    select persona_id, from_number, via_number as to_number,
        cast(sum(customers) as bigint) as customers, cast(sum(converted) as bigint) as converted
    from ways
    group by persona_id, from_number, via_number
),

ways_away as (  -- not back within two steps
    select persona_id, from_number,
        cast(sum(customers) as bigint) as customers, cast(sum(converted) as bigint) as converted
    from ways
    where via_number <> from_number and to_number <> from_number
    group by persona_id, from_number
)

select persona_id, kind, from_number, via_number, to_number,
    coalesce(case via_number when 0 then direct.customers else ways.customers end, 0) as customers,
    coalesce(case via_number when 0 then direct.converted else ways.converted end, 0) as converted,
    coalesce(case kind when 'loop' then away.customers else direct.customers end, 0)
        as other_customers,
    coalesce(case kind when 'loop' then away.converted else direct.converted end, 0)
        as other_converted,
    steps, journeys, median_seconds, straight_seconds
from counted
left join ways using (persona_id, from_number, via_number, to_number)
left join straight_ways as direct using (persona_id, from_number, to_number)
left join ways_away as away using (persona_id, from_number)
left join straight using (persona_id, from_number, to_number)
