-- One row per level, persona (`all` is everyone) and node: the conversions that rules credit to it, and
-- in the columns ending in _value their value. A touch is what a converted journey met before the goal: its steps, its stage
-- visits, and the channels of its sessions, the goal's own among these. first_touch and last_touch
-- give all to one touch, linear the same to each, position_based 40 % to the first, 40 % to the last
-- and the rest to those between, time_decay half as much for every 7 days before the goal, shapley
-- the same to each different node (the Shapley value of v(S) = conversions that met nodes of S only).
-- A journey without any touch credits `none`; so every column adds up to all conversions.
-- key: level, persona_id, node
-- not_null: journeys, first_touch, last_touch, linear, position_based, time_decay, shapley, untouched
-- allowed: level stage | touchpoint | channel
with journeys as (
    select journey_id, customer_id, last_step_at, coalesce(value, 0) as value
    from journeys.journeys
    where outcome = 'converted'
),

touches as (
    select 'touchpoint' as level, journey_id, touchpoint as node, started_at, step_number as place
    from journeys.steps
    where touchpoint <> $goal
    union all
    select 'stage', journey_id, stage, started_at, visit_number
    from journeys.stage_visits
    where not is_goal
    union all
    select 'channel', journey_id, sessions.channel, min(steps.started_at), min(step_number)
    from journeys.steps as steps
    inner join core.sessions as sessions using (session_id)
    where sessions.channel is not null
        and sessions.channel not in ('START', 'CONVERTED', 'DROPPED', 'OPEN')
    group by journey_id, session_id, sessions.channel
),

placed as (  -- a journey without a touch at a level has one row there, without a node
    select levels.level, journey_id, customer_id, value, coalesce(node, 'none') as node,
        node is null as is_untouched,
        row_number() over in_order as number,
        count(*) over (partition by levels.level, journey_id) as touches,
        row_number() over (
            partition by levels.level, journey_id, node order by place
        ) = 1 as is_first_meeting,
        coalesce(power(0.5e0,
            date_diff('microsecond', touches.started_at, last_step_at) / 604800000000), 1)
            as weight
    from journeys
    cross join (values ('stage'), ('touchpoint'), ('channel')) as levels (level)
    left join touches using (level, journey_id)
    window in_order as (partition by levels.level, journey_id order by place)
),

summed as (
    select *,
        sum(weight) over (partition by level, journey_id) as weights,
        sum(case when is_first_meeting then 1 else 0 end) over (partition by level, journey_id) as nodes
    from placed
),

shared as (
    select level, customer_id, value, node, is_untouched, is_first_meeting,
        cast(number = 1 as integer) as first_touch,
        cast(number = touches as integer) as last_touch,
        1 / touches as linear,
        case
            when touches <= 2 then 1 / touches
            when number in (1, touches) then 0.4e0
            else 0.2e0 / nullif(touches - 2, 0)
        end as position_based,
        weight / nullif(weights, 0) as time_decay,
        case when is_first_meeting then 1 / nullif(nodes, 0) else 0 end as shapley
    from summed
),

counted as (  -- every touch twice: for everyone, and for its customer's persona
    select 'all' as persona_id, * from shared
    union all
    select persona_id, shared.*
    from shared
    inner join personas.assignments using (customer_id)
)

-- Decimals add up to the same in any order; doubles do not.
select level, persona_id, node,
    count(*) filter (where is_first_meeting and not is_untouched) as journeys,
    count(*) filter (where is_untouched) as untouched,
    cast(sum(cast(first_touch as decimal(38, 12))) as double) as first_touch,
    cast(sum(cast(last_touch as decimal(38, 12))) as double) as last_touch,
    cast(sum(cast(linear as decimal(38, 12))) as double) as linear,
    cast(sum(cast(position_based as decimal(38, 12))) as double) as position_based,
    cast(sum(cast(time_decay as decimal(38, 12))) as double) as time_decay,
    cast(sum(cast(shapley as decimal(38, 12))) as double) as shapley,
    cast(coalesce(sum(cast(value as decimal(38, 12))) filter (where is_untouched), 0) as double)
        as untouched_value,
    cast(sum(cast(first_touch * value as decimal(38, 12))) as double) as first_touch_value,
    cast(sum(cast(last_touch * value as decimal(38, 12))) as double) as last_touch_value,
    cast(sum(cast(linear * value as decimal(38, 12))) as double) as linear_value,
    cast(sum(cast(position_based * value as decimal(38, 12))) as double) as position_based_value,
    cast(sum(cast(time_decay * value as decimal(38, 12))) as double) as time_decay_value,
    cast(sum(cast(shapley * value as decimal(38, 12))) as double) as shapley_value
from counted
group by level, persona_id, node
