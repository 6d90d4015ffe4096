-- One row per persona (`all` is everyone) and word that unhappy customers wrote before leaving more than
-- is written in all other texts, most telling first; at most 12.
-- Unhappy: the text's own score, or else its sentiment, is among the lowest (findings.answers). Written in
-- a journey that was dropped, at most $give_up_after after its last step. Words of at least four letters, each once a customer on each
-- side. log_odds is that of the two sides, drawn towards all texts by as much as 500 words weigh, and
-- errors is it in standard errors (Monroe, Colaresi and Quinn, Fightin' Words, Political Analysis 16,
-- 2008, informative Dirichlet prior). Only from three errors on, and of at least $min_group customers.
-- key: persona_id, word
-- not_null: place, customers, writers, rest_customers, log_odds, errors
with leaving as (
    select distinct answers.event_id
    from findings.answers
    inner join journeys.journeys using (journey_id)
    inner join run.texts on texts.event_id = answers.event_id
    where outcome = 'dropped' and texts.is_unhappy and occurred_at - last_step_at <= $give_up_after
),

texts as (
    select texts.customer_id, lower(text) as text, leaving.event_id is not null as is_leaving
    from run.texts
    inner join (select event_id, text from core.events) as events using (event_id)
    left join leaving using (event_id)
),

said as (
    select distinct persona_id, customer_id, is_leaving,
        unnest(string_split(regexp_replace(text, '[^\p{L}]+', ' ', 'g'), ' ')) as word
    from texts
    inner join personas.assignments using (customer_id)
),

counted as (
    select coalesce(persona_id, 'all') as persona_id, word,
        count(*) filter (where is_leaving) as customers,
        count(*) filter (where not is_leaving) as rest_customers
    from said
    where length(word) >= 4
    group by grouping sets ((word), (persona_id, word))
),

writers as (
    select coalesce(persona_id, 'all') as persona_id,
        count(distinct customer_id) filter (where is_leaving) as writers
    from said
    group by grouping sets ((), (persona_id))
),

weighed as (
    select persona_id, word, customers, rest_customers,
        cast(sum(customers) over (partition by persona_id) as double) as words,
        cast(sum(rest_customers) over (partition by persona_id) as double) as rest_words,
        500e0 * (customers + rest_customers) / nullif(
            cast(sum(customers + rest_customers) over (partition by persona_id) as double), 0)
            as prior
    from counted
),

compared as (
    select persona_id, word, customers, rest_customers,
        ln((customers + prior) / nullif(words + 500e0 - customers - prior, 0))
            - ln((rest_customers + prior) / nullif(rest_words + 500e0 - rest_customers - prior, 0))
            as log_odds,
        sqrt(1 / nullif(customers + prior, 0) + 1 / nullif(rest_customers + prior, 0)) as error
    from weighed
)

select persona_id, word,
    row_number() over (partition by persona_id order by log_odds / nullif(error, 0) desc, word)
        as place,
    customers, writers, rest_customers, log_odds, log_odds / nullif(error, 0) as errors
from compared
inner join writers using (persona_id)
where log_odds / nullif(error, 0) >= 3 and customers >= $min_group
qualify row_number() over (
    partition by persona_id order by log_odds / nullif(error, 0) desc, word
) <= 12
