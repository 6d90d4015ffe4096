-- One row per persona (`all` is everyone), stage and scale of scores: how customers felt there.
-- A score belongs to the stage that its customer had last entered when it was given, its own step's
-- included; scores before a customer's first step count nowhere. mean_score is on the scale itself.
-- key: persona_id, stage, score_scale
-- not_null: stage_number, scores, customers, mean_score
with scores as (
    select event_id, customer_id, occurred_at, score, score_scale
    from core.events
    where score is not null and not is_left_out
),

steps as (
    select customer_id, customer_step_number, stage, stage_number, started_at
    from journeys.steps
),

assignments as (
    select customer_id, persona_id from personas.assignments
),

placed as (
    select scores.customer_id, scores.score, scores.score_scale, steps.stage, steps.stage_number
    from scores
    inner join steps
        on steps.customer_id = scores.customer_id and steps.started_at <= scores.occurred_at
    qualify row_number() over (
        partition by scores.event_id order by steps.customer_step_number desc
    ) = 1
),

counted as (  -- every score twice: for everyone, and for its customer's persona
    select 'all' as persona_id, customer_id, stage, stage_number, score, score_scale
    from placed
    union all
    select persona_id, customer_id, stage, stage_number, score, score_scale
    from placed
    inner join assignments using (customer_id)
)

select persona_id, stage, stage_number, score_scale,
    count(*) as scores,
    count(distinct customer_id) as customers,
    avg(score) as mean_score
from counted
group by persona_id, stage, stage_number, score_scale
