-- One row per move, at each level: from START to a journey's first node, from node to node, and from the
-- last to CONVERTED, DROPPED or OPEN. At level touchpoint the nodes are steps, at level stage visits.
-- from_number and to_number are those of run.nodes: cheaper to group by than names.
-- is_mature and is_after_look are those of the step or visit that the move leaves; from START both are
-- true. seconds are whole ones from its end to the start of the next; null from START and to the ends.
-- stay_seconds are whole ones from its start to its end; null from START.
-- It is_goal when what it leaves is the $goal alone; next_is_goal when what it leads to is.
-- started_at is when it started (from START: when the journey did).
-- Per customer: made for those in run.customers_to_judge; is_mature and the ends depend on core.horizon too.
-- key: level, journey_id, move_number
-- not_null: customer_id, from_node, to_node, from_number, to_number, is_mature, is_after_look, started_at, is_goal, next_is_goal
-- allowed: level touchpoint | stage
with journeys as (
    select * from journeys.journeys
    where customer_id in (select customer_id from run.customers_to_judge)
),
steps as (
    select * from journeys.steps
    where customer_id in (select customer_id from run.customers_to_judge)
),
visits as (
    select * from journeys.stage_visits
    where customer_id in (select customer_id from run.customers_to_judge)
),
nodes as (
    select level, node_number, node from run.nodes
),
ends as (
    select distinct node_number, node from nodes where node_number < 0
),
places as (
    select
        'touchpoint' as level, journey_id, customer_id, step_number as place_number,
        touchpoint_number as from_number, next_touchpoint_number as next_number,
        started_at, ended_at, next_started_at, is_mature,
        customer_step_number > $look as is_after_look,
        touchpoint = $goal as is_goal,
        coalesce(next_touchpoint = $goal, false) as next_is_goal
    from steps
    union all
    select
        'stage', journey_id, customer_id, visit_number,
        stage_number, next_stage_number,
        started_at, ended_at, next_started_at, is_mature, is_after_look, is_goal, next_is_goal
    from visits
),
starts as (
    select
        level, journey_id, customer_id, 1 as move_number, 0 as from_number,
        case level when 'stage' then first_stage_number else first_touchpoint_number end as to_number,
        true as is_mature, true as is_after_look, cast(null as bigint) as seconds, started_at,
        cast(null as bigint) as stay_seconds, false as is_goal,
        first_touchpoint = $goal as next_is_goal
    from journeys
    cross join (values ('touchpoint'), ('stage')) as levels (level)
),
last_moves as (
    select journey_id, node_number as end_number
    from journeys
    join ends on node = upper(outcome)
),
departures as (
    select
        level, journey_id, customer_id, place_number + 1 as move_number, from_number,
        coalesce(next_number, end_number) as to_number,
        is_mature, is_after_look,
        case
            when next_number is not null
                then cast(
                    floor(date_diff('microsecond', ended_at, next_started_at) / 1000000) as bigint
                )
        end as seconds,
        started_at,
        cast(floor(date_diff('microsecond', started_at, ended_at) / 1000000) as bigint)
            as stay_seconds,
        is_goal, next_is_goal
    from places
    join last_moves using (journey_id)
),
moves as (
    select * from starts
    union all
    select * from departures
),
named as (
    select
        moves.level, journey_id, customer_id, move_number,
        from_nodes.node as from_node, to_nodes.node as to_node,
        is_mature, is_after_look, seconds, started_at, stay_seconds, is_goal, next_is_goal,
        from_number, to_number
    from moves
    join nodes as from_nodes
        on from_nodes.level = moves.level and from_nodes.node_number = from_number
    join nodes as to_nodes
        on to_nodes.level = moves.level and to_nodes.node_number = to_number
)
select * from named
