-- One row per level, converted journey and node that it met before the goal: what rules credit to it.
-- Touches are the journey's steps but the goal; its stage visits but those of the goal alone; and the
-- channels of its sessions, the goal's own among these, where they tell one. A journey without any touch
-- at a level has one row there, which is_untouched and whose node is `none`. Credits are in trillionths
-- (1e-12) of a conversion, so that they add up to the same in any order; each adds up to one per journey.
-- first_touch and last_touch give all to one touch, linear the same to each, position_based 40 % to the
-- first, 40 % to the last and the rest to those between, time_decay half as much for every 7 days before
-- the goal, shapley the same to each different node.
-- Per customer: made for those in run.customers, and from their own rows only.
-- key: level, journey_id, node, is_untouched
-- not_null: customer_id, value, first_touch, last_touch, linear, position_based, time_decay, shapley
-- allowed: level stage | touchpoint | channel
with journeys as (
    select journey_id, customer_id, last_step_at, coalesce(value, 0) as value
    from journeys.journeys
    where outcome = 'converted'
        and customer_id in (select customer_id from run.customers)
),

channels as (
    select channel, row_number() over (order by channel) as channel_number
    from (
        select distinct channel
        from core.sessions
        where channel is not null and channel not in ('START', 'CONVERTED', 'DROPPED', 'OPEN')
    ) as told
),

nodes as (  -- numbers instead of names go through the windows
    select 1 as level_number, 'touchpoint' as level, touchpoint_number as node_number,
        touchpoint as node
    from run.touchpoints
    union all
    select 2, 'stage', stage_number, stage from run.stages
    union all
    select 3, 'channel', channel_number, channel from channels
    union all
    select level_number, level, 0, 'none'
    from (values (1, 'touchpoint'), (2, 'stage'), (3, 'channel')) as levels (level_number, level)
),

touches as (
    select 1 as level_number, journey_id, touchpoint_number as node_number, started_at,
        step_number as place
    from journeys.steps
    where touchpoint <> $goal and journey_id in (select journey_id from journeys)
    union all
    select 2, journey_id, stage_number, started_at, visit_number
    from journeys.stage_visits
    where not is_goal and journey_id in (select journey_id from journeys)
    union all
    select 3, journey_id, channel_number, min(steps.started_at), min(step_number)
    from journeys.steps as steps
    inner join core.sessions as sessions using (session_id)
    inner join channels on sessions.channel = channels.channel
    where journey_id in (select journey_id from journeys)
    group by journey_id, session_id, channel_number
),

placed as (  -- a journey without a touch at a level has one row there, with the number 0
    select levels.level_number, journey_id, customer_id, value,
        coalesce(node_number, 0) as node_number,
        row_number() over in_order as number,
        count(*) over (partition by levels.level_number, journey_id) as touches,
        cast(round(1e12 * coalesce(power(0.5e0,
            date_diff('microsecond', touches.started_at, last_step_at) / 604800000000), 1)
        ) as bigint) as weight
    from journeys
    cross join (values (1), (2), (3)) as levels (level_number)
    left join touches using (level_number, journey_id)
    window in_order as (partition by levels.level_number, journey_id order by place)
),

met as (  -- whole numbers add up to the same in any order
    select level_number, journey_id, node_number,
        min(customer_id) as customer_id,
        min(value) as value,
        count(*) filter (where number = 1) * 1000000000000 as first_touch,
        count(*) filter (where number = touches) * 1000000000000 as last_touch,
        sum(cast(round(1e12 / touches) as bigint)) as linear,
        sum(cast(round(case
            when touches <= 2 then 1e12 / touches
            when number in (1, touches) then 0.4e12
            else 0.2e12 / nullif(touches - 2, 0)
        end) as bigint)) as position_based,
        sum(weight) as weight
    from placed
    group by level_number, journey_id, node_number
),

shared as (
    select level_number, journey_id, node_number, customer_id, value, first_touch, last_touch, linear,
        position_based,
        cast(round(1e12 * weight / nullif(sum(weight) over of_journey, 0)) as bigint) as time_decay,
        cast(round(1e12 / count(*) over of_journey) as bigint) as shapley
    from met
    window of_journey as (partition by level_number, journey_id)
)

select level, journey_id, customer_id, node, node_number = 0 as is_untouched, value, first_touch,
    last_touch, linear, position_based, time_decay, shapley
from shared
inner join nodes using (level_number, node_number)
