-- One row per answer of a customer: a score, or the sentiment (-1 to 1) of what was written.
-- Its journey and stage are those of the last step that had begun by then, its own event's step included:
-- who waits is still where they were. Its touchpoint is that step's, if it ended at most 7 days before.
-- Answers before a customer's first step have neither. Of a text whose language has no lexicon, or that has
-- none of its words, there is no sentiment (findings.text_languages).
-- is_happy and is_unhappy: nps from 9 and up to 6; sentiment from 0.1 and up to -0.1; on other scales the
-- highest and the lowest quarter of it.
-- key: event_id, score_scale
-- not_null: customer_id, persona_id, occurred_at, month, score, is_happy, is_unhappy
with events as (
    select event_id, customer_id, occurred_at, score, score_scale
    from core.events
    where score is not null and not is_left_out
),

texts as (
    select event_id, texts.customer_id, occurred_at, sentiment as score,
        'sentiment' as score_scale
    from run.texts as texts
    inner join (select event_id, occurred_at from core.events) as written using (event_id)
    where sentiment is not null
),

answers as (
    select * from events
    union all
    select * from texts
),

steps as (
    select customer_id, customer_step_number, journey_id, touchpoint, stage, started_at, ended_at
    from journeys.steps
),

placed as (
    select answers.event_id, score_scale, journey_id, stage,
        case when occurred_at - ended_at <= interval 7 day then touchpoint end as touchpoint
    from answers
    inner join steps on steps.customer_id = answers.customer_id and started_at <= occurred_at
    qualify row_number() over (
        partition by answers.event_id, score_scale order by customer_step_number desc
    ) = 1
)

select event_id, customer_id, persona_id, occurred_at,
    strftime((occurred_at at time zone 'UTC') at time zone $timezone, '%Y-%m') as month,
    journey_id, stage, touchpoint, score_scale, score,
    score >= happy_from as is_happy, score <= unhappy_to as is_unhappy
from answers
inner join run.scales using (score_scale)
inner join personas.assignments using (customer_id)
left join placed using (event_id, score_scale)
