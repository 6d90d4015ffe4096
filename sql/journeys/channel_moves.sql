-- One row per move of a journey from channel to channel: from START to its first, from each to the
-- next, from the last to the outcome (CONVERTED, DROPPED or OPEN). A journey's channels are those of its
-- sessions, in order; sessions that tell none are skipped, and one told by none has no channel between.
-- is_mature and is_after_look are those of all the session's steps; from START both are true.
-- Per customer: made for those in run.customers_to_judge, and from their own rows only.
-- key: journey_id, move_number
-- not_null: customer_id, from_node, to_node, is_mature, is_after_look
with sessions as (
    select journey_id, customer_id, session_id, min(step_number) as place,
        bool_and(is_mature) as is_mature, min(customer_step_number) > $look as is_after_look
    from journeys.steps
    where customer_id in (select customer_id from run.customers_to_judge)
    group by journey_id, customer_id, session_id
),

channels as (
    select session_id, channel
    from core.sessions
    where channel is not null and channel not in ('START', 'CONVERTED', 'DROPPED', 'OPEN')
        and customer_id in (select customer_id from run.customers_to_judge)
),

told as (
    select sessions.*, channel,
        lead(channel) over in_order as next_channel, row_number() over in_order as number
    from sessions
    inner join channels using (session_id)
    window in_order as (partition by journey_id order by place)
),

journeys as (
    select journey_id, customer_id, upper(outcome) as end_node
    from journeys.journeys
    where customer_id in (select customer_id from run.customers_to_judge)
),

moves as (
    select journeys.journey_id, journeys.customer_id, 1 as move_number, 'START' as from_node,
        coalesce(channel, end_node) as to_node, true as is_mature, true as is_after_look
    from journeys
    left join told on told.journey_id = journeys.journey_id and number = 1
    union all
    select told.journey_id, told.customer_id, number + 1, channel, coalesce(next_channel, end_node),
        is_mature, is_after_look
    from told
    inner join journeys using (journey_id)
)

select journey_id, customer_id, move_number, from_node, to_node, is_mature, is_after_look
from moves
