-- One row per stage, scale and customer with an answer there: the last one given before it was settled
-- whether the journey goes on, and whether the customer left.
-- That is before the goal, or at most $give_up_after after the last step. Journeys that are still open are
-- left out, and so is the sentiment of texts.
-- key: stage, score_scale, customer_id
-- not_null: is_unhappy, is_dropped
select stage, score_scale, customer_id, is_unhappy, outcome = 'dropped' as is_dropped
from findings.answers
inner join (
    select journey_id, outcome, last_step_at from journeys.journeys where outcome <> 'open'
) as journeys using (journey_id)
where score_scale <> 'sentiment' and stage is not null
    and (occurred_at < last_step_at
        or (outcome = 'dropped' and occurred_at - last_step_at <= $give_up_after))
qualify row_number() over (
    partition by stage, score_scale, customer_id order by occurred_at desc, event_id desc
) = 1
