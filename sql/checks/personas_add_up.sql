-- One row per customer with a counted event who has not exactly one persona, and per assignment of a
-- persona that has no name, or to nobody who has a counted event.
with customers as (
    select distinct customer_id from core.sessions
),
compared as (
    select coalesce(customers.customer_id, assignments.customer_id) as customer_id, persona_id
    from customers
    full join personas.assignments as assignments using (customer_id)
    left join run.persona_names as names using (persona_id)
    where customers.customer_id is null
        or assignments.customer_id is null
        or (names.persona_id is null and persona_id <> 'unknown')
)
select * from compared
