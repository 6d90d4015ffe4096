-- One row per persona and scale of scores: what its customers answered, beside all the others.
-- mean_score and rest_score are on the scale itself; customers of unknown persona count nowhere.
-- key: persona_id, score_scale
-- not_null: scores, customers, mean_score
with scores as (
    select customer_id, score_scale, score
    from core.events
    where score is not null and not is_left_out
),

totals as (
    select persona_id, score_scale, count(*) as scores, count(distinct customer_id) as customers,
        -- Decimals add up to the same in any order; doubles do not.
        sum(cast(score as decimal(38, 6))) as total
    from scores
    inner join personas.assignments using (customer_id)
    where persona_id <> 'unknown'
    group by persona_id, score_scale
),

compared as (
    select *,
        sum(scores) over (partition by score_scale) - scores as rest_scores,
        sum(total) over (partition by score_scale) - total as rest_total
    from totals
)

select persona_id, score_scale, scores, customers,
    cast(total as double) / nullif(cast(scores as double), 0) as mean_score,
    cast(floor(rest_scores) as bigint) as rest_scores,
    cast(rest_total as double) / nullif(cast(rest_scores as double), 0) as rest_score
from compared
