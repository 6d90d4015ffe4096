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

steps as (  -- once for everyone, and once for the customer's persona
    select 'all' as persona_id, customer_id, journey_id, step_number, from_number, next_number,
        third_number, next_seconds, third_seconds, is_converted, started_at
    from findings.next_two_steps
    union all
    select persona_id, customer_id, journey_id, step_number, from_number, next_number,
        third_number, next_seconds, third_seconds, is_converted, started_at
    from findings.next_two_steps
    where is_after_look
),

taken as (
    select persona_id, 'loop' as kind, from_number, 0 as via_number, from_number as to_number,
        next_seconds as seconds, journey_id, customer_id
    from steps
    where next_number = from_number
    union all
    select persona_id, case when third_number = from_number then 'loop' else 'detour' end,
        from_number, next_number, third_number, third_seconds, journey_id, customer_id
    from steps
    where next_number <> from_number and third_number <> next_number
        and third_number not in (select 0 union all select goal_number from goals)
),

counted as (
    select persona_id, kind, from_number, via_number, to_number, count(*) as steps,
        count(distinct journey_id) as journeys, median(seconds) as median_seconds
    from taken
    group by persona_id, kind, from_number, via_number, to_number
    having count(distinct customer_id) >= $min_group
),

straight as (
    select persona_id, from_number, next_number as to_number,
        median(next_seconds) as straight_seconds
    from steps
    where next_number not in (0, from_number)
    group by persona_id, from_number, next_number
),

firsts as (  -- a customer's first step at each touchpoint
    select persona_id, from_number, next_number, third_number, is_converted
    from steps
    qualify row_number() over (
        partition by persona_id, customer_id, from_number
        order by started_at, journey_id, step_number
    ) = 1
),

ways as (
    select persona_id, from_number, next_number, third_number, count(*) as customers,
        count(*) filter (where is_converted) as converted
    from firsts
    group by persona_id, from_number, next_number, third_number
),

held as (
    select persona_id, kind, counted.from_number, via_number, counted.to_number,
        case
            when kind = 'detour' and next_number = via_number
                and third_number = counted.to_number then 1
            when kind = 'detour' and next_number = counted.to_number then 0
            when kind = 'loop' and via_number = 0 and next_number = from_number then 1
            when kind = 'loop' and via_number <> 0 and next_number = via_number
                and third_number = from_number then 1
            when kind = 'loop' and next_number <> from_number
                and third_number <> from_number then 0
        end as side, customers, converted
    from counted
    inner join ways using (persona_id, from_number)
),

sides as (
    select persona_id, kind, from_number, via_number, to_number,
        cast(sum(case when side = 1 then customers else 0 end) as bigint) as customers,
        cast(sum(case when side = 1 then converted else 0 end) as bigint) as converted,
        cast(sum(case when side = 0 then customers else 0 end) as bigint) as other_customers,
        cast(sum(case when side = 0 then converted else 0 end) as bigint) as other_converted
    from held
    group by persona_id, kind, from_number, via_number, to_number
)

select sides.*, steps, journeys, median_seconds, straight_seconds
from sides
inner join counted using (persona_id, kind, from_number, via_number, to_number)
left join straight using (persona_id, from_number, to_number)
