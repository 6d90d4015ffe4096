-- One row per counted event without a session, and per left-out event with one.
with misplaced as (
    select event_id, customer_id, is_left_out, session_id
    from core.events
    where is_left_out = (session_id is not null)
)
select * from misplaced
