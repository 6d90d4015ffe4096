-- One row per persona (`all` is everyone) and stage: signs of trouble beside the drop-off.
-- The repeat_share is of the mature steps there, those followed by the same touchpoint; went_back_rate as
-- in graph.stages; median_wait_seconds is to the next stage, of mature visits that went on.
-- The support_share is of the journeys that came there, those with an event of a support source from then
-- on; null where it would tell of fewer than $min_group customers. mean_score is of the scale with most
-- scores there, and usual_score that of all other customers.
-- key: persona_id, stage
-- shares: repeat_share, went_back_rate, support_share
with stages as (
    select persona_id, stage, went_back_rate, entered from graph.stages
),

assignments as (
    select customer_id, persona_id from personas.assignments
),

repeats as (
    select persona_id, stage,
        coalesce(sum(mature_steps) filter (where from_node = to_node), 0)
            / nullif(sum(mature_steps), 0) as repeat_share
    from graph.transitions
    inner join run.touchpoints on touchpoint = from_node
    where level = 'touchpoint'
    group by persona_id, stage
),

support_events as (
    select customer_id, occurred_at
    from core.events
    inner join run.sources using (source)
    where kind = 'support' and not is_left_out
),

entries as (  -- of those with such an event only
    select journey_id, customer_id, stage, min(started_at) as entered_at
    from journeys.stage_visits
    where customer_id in (select customer_id from support_events)
    group by journey_id, customer_id, stage
),

supported as (  -- the times in `having`, so that they are joined by customer and not by time
    select journey_id, entries.customer_id, stage
    from entries
    inner join journeys.journeys using (journey_id)
    inner join support_events on support_events.customer_id = entries.customer_id
    group by journey_id, entries.customer_id, stage
    having count(*) filter (
        where support_events.occurred_at between entries.entered_at and journeys.last_step_at
    ) > 0
),

supported_of_all as (
    select 'all' as persona_id, stage, customer_id from supported
    union all
    select persona_id, stage, customer_id
    from supported
    inner join assignments using (customer_id)
),

support as (
    select persona_id, stage, count(*) as journeys, count(distinct customer_id) as customers
    from supported_of_all
    group by persona_id, stage
),

waits as (
    select 'all' as persona_id, from_node as stage, median(seconds) as median_wait_seconds
    from journeys.moves
    where level = 'stage' and is_mature and seconds is not null
    group by from_node
    union all
    select persona_id, from_node, median(seconds)
    from journeys.moves
    inner join assignments using (customer_id)
    where level = 'stage' and is_mature and seconds is not null
    group by persona_id, from_node
),

scores as (
    select feelings.persona_id, node as stage, score_scale, feelings.scores,
        feelings.mean_score,
        (everyone.mean_score * everyone.scores - feelings.mean_score * feelings.scores)
            / nullif(everyone.scores - feelings.scores, 0) as usual_score
    from findings.feelings
    inner join findings.feelings as everyone using (level, node, score_scale)
    where level = 'stage' and score_scale <> 'sentiment' and everyone.persona_id = 'all'
        and feelings.customers >= $min_group
    qualify row_number() over (
        partition by feelings.persona_id, node order by feelings.scores desc, score_scale
    ) = 1
)

select persona_id, stage, repeat_share, went_back_rate, median_wait_seconds,
    case when support.customers is null or support.customers >= $min_group
        then coalesce(journeys, 0) / nullif(entered, 0) end as support_share,
    score_scale, coalesce(scores, 0) as scores, mean_score, usual_score
from stages
left join repeats using (persona_id, stage)
left join support using (persona_id, stage)
left join waits using (persona_id, stage)
left join scores using (persona_id, stage)
