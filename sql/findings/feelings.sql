-- One row per level, persona (`all` is everyone), node (a stage, a touchpoint, a month, or `all`) and scale
-- of scores: how customers felt there. `sentiment` is the scale of what they wrote (findings.answers).
-- mean_score is of all answers, with an interval by customers; happy, unhappy and nps are of each
-- customer's last answer there. nps runs from -100 to 100: happy less unhappy in a hundred, with the
-- adjusted Wald interval (Rocks, The American Statistician 70, 2016). answered_share is of the customers
-- who came there, those who answered.
-- key: level, persona_id, node, score_scale
-- not_null: scores, customers, mean_score, happy, unhappy, came, answered_share
-- allowed: level all | stage | touchpoint | month
-- shares: happy_rate, happy_low, happy_high, unhappy_rate, unhappy_low, unhappy_high, answered_share
with places as (
    select 'all' as level, 'all' as node, answers.* from findings.answers
    union all
    select 'stage', stage, answers.* from findings.answers where stage is not null
    union all
    select 'touchpoint', touchpoint, answers.* from findings.answers where touchpoint is not null
    union all
    select 'month', month, answers.* from findings.answers
),

answers as (
    select level, 'all' as persona_id, node, customer_id, event_id, occurred_at, score_scale,
        score, is_happy, is_unhappy
    from places
    union all
    select level, persona_id, node, customer_id, event_id, occurred_at, score_scale, score,
        is_happy, is_unhappy
    from places
),

of_customers as (
    select level, persona_id, node, score_scale, customer_id, count(*) as scores,
        -- Decimals add up to the same in any order; doubles do not.
        cast(sum(cast(score as decimal(38, 6))) as double) as total
    from answers
    group by level, persona_id, node, score_scale, customer_id
),

lasts as (
    select level, persona_id, node, score_scale,
        count(*) filter (where is_happy) as happy, count(*) filter (where is_unhappy) as unhappy
    from (
        select * from answers
        qualify row_number() over (
            partition by level, persona_id, node, score_scale, customer_id
            order by occurred_at desc, event_id desc
        ) = 1
    )
    group by level, persona_id, node, score_scale
),

means as (
    select level, persona_id, node, score_scale, count(*) as customers,
        nullif(cast(sum(scores) as bigint), 0) as scores,
        cast(sum(cast(total as decimal(38, 6))) as double)
            / nullif(cast(sum(scores) as double), 0) as mean_score
    from of_customers
    group by level, persona_id, node, score_scale
),

-- The ratio of two sums over customers (Cochran, Sampling Techniques, 1977, chapter 6), with the
-- quantile of Student's t by its expansion (Abramowitz and Stegun, 1964, 26.7.5).
spread as (
    select level, persona_id, node, score_scale, 1e0 / nullif(count(*) - 1, 0) as thin,
        sum(cast(power(total - mean_score * of_customers.scores, 2) as decimal(38, 6))) as squares
    from of_customers
    inner join means using (level, persona_id, node, score_scale)
    group by level, persona_id, node, score_scale
),

spanned as (
    select means.*, happy, unhappy, came.customers as came, low_score, high_score,
        nullif(cast(means.customers as double), 0) as n,
        (happy - unhappy) / nullif(means.customers + 3e0, 0) as net,
        (happy + unhappy + 1.5e0) / nullif(means.customers + 3e0, 0) as extremes,
        sqrt(cast(squares as double) * means.customers * thin) / scores
            * (1.959963984540054e0 + 2.372272e0 * thin + 2.82225e0 * power(thin, 2) + 2.55585e0 * power(thin, 3))
            as margin
    from means
    inner join lasts using (level, persona_id, node, score_scale)
    inner join spread using (level, persona_id, node, score_scale)
    inner join findings.visitors as came using (level, persona_id, node)
    inner join run.scales using (score_scale)
)

select level, persona_id, node, score_scale, scores, customers, mean_score,
    greatest(low_score, mean_score - margin) as mean_low,
    least(high_score, mean_score + margin) as mean_high,
    happy, happy / n as happy_rate,
    greatest(0, (happy + 1.920729410347062e0 - 1.959963984540054e0 * sqrt(happy * (n - happy) / n + 0.960364705173531e0))
        / (n + 3.841458820694124e0)) as happy_low,
    least(1, (happy + 1.920729410347062e0 + 1.959963984540054e0 * sqrt(happy * (n - happy) / n + 0.960364705173531e0))
        / (n + 3.841458820694124e0)) as happy_high,
    unhappy, unhappy / n as unhappy_rate,
    greatest(0, (unhappy + 1.920729410347062e0 - 1.959963984540054e0 * sqrt(unhappy * (n - unhappy) / n
        + 0.960364705173531e0)) / (n + 3.841458820694124e0)) as unhappy_low,
    least(1, (unhappy + 1.920729410347062e0 + 1.959963984540054e0 * sqrt(unhappy * (n - unhappy) / n
        + 0.960364705173531e0)) / (n + 3.841458820694124e0)) as unhappy_high,
    case when score_scale = 'nps' then 100 * (happy - unhappy) / n end as nps,
    case when score_scale = 'nps' then greatest(-100, 100 * (net - 1.959963984540054e0
        * sqrt((extremes - net * net) / nullif(customers + 3e0, 0)))) end as nps_low,
    case when score_scale = 'nps' then least(100, 100 * (net + 1.959963984540054e0
        * sqrt((extremes - net * net) / nullif(customers + 3e0, 0)))) end as nps_high,
    came, customers / nullif(came, 0) as answered_share
from spanned
