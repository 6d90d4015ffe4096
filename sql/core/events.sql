-- One row per event: something a customer did, or that was done to them, at one instant.
-- Counted events are numbered per customer in the order (occurred_at, event_id); a left-out event
-- has no number and no session, and counts nowhere.
-- A session is over counted events, mapped or not, of every source: a gap longer than
-- $session_timeout splits, one of exactly that does not. Its id is the id of its first event.
-- change_number is the number of the last event so far at which the touchpoint was another than at
-- the mapped event before: mapped events of one session and one change_number are one step.
-- Per customer: made for those in run.customers, and from their own events only.
-- key: event_id
-- not_null: customer_id, source, event, occurred_at, is_left_out
with customer_sets as (
    select *
    from run.customer_sets
    where customer_id in (select customer_id from run.customers)
),
touchpoints as (
    select touchpoint_number, touchpoint, stage, stage_number from run.touchpoints
),
-- Only numbers go through the windows: texts would make each sort many times dearer.
counted as (
    select customer_id, occurred_at, event_id, touchpoint_number
    from run.event_labels
    join customer_sets using (identifier_set_id)
    where not is_left_out
),
numbered as (
    select
        *,
        cast(row_number() over in_order as bigint) as event_number,
        occurred_at - lag(occurred_at) over in_order as silence,
        lag(touchpoint_number ignore nulls) over in_order as previous_touchpoint_number
    from counted
    window in_order as (partition by customer_id order by occurred_at, event_id)
),
marked as (
    select
        customer_id,
        event_id,
        event_number,
        case when silence is null or silence > $session_timeout then event_id end as session_start,
        case
            when touchpoint_number <> coalesce(previous_touchpoint_number, -1) then event_number
        end as change
    from numbered
),
in_sessions as (
    select
        event_id,
        event_number,
        last_value(session_start ignore nulls) over so_far as session_id,
        last_value(change ignore nulls) over so_far as change_number
    from marked
    window so_far as (
        partition by customer_id
        order by event_number
        rows between unbounded preceding and current row
    )
),
labelled as (
    select
        labels.*,
        customer_sets.customer_id,
        in_sessions.event_number,
        in_sessions.session_id,
        in_sessions.change_number,
        touchpoints.touchpoint,
        touchpoints.stage,
        touchpoints.stage_number
    from run.event_labels as labels
    join customer_sets on labels.identifier_set_id = customer_sets.identifier_set_id
    left join in_sessions on labels.event_id = in_sessions.event_id
    left join touchpoints on labels.touchpoint_number = touchpoints.touchpoint_number
)
select * from labelled
