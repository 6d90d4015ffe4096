-- One row per persona (`all` is everyone), stage, and text that unhappy customers wrote there before they
-- left, at most three, those with most of the words that are typical of them first.
-- They are scrubbed, … stands for every address, number, and word that fewer than $min_group customers wrote
-- without a capital letter, and for what the writer's own identifiers are made of. Only where at least
-- $min_group customers wrote so at the stage; customers is of those who wrote the same.
-- key: persona_id, stage, quote
-- not_null: place, customers, writers
with leaving as (
    select distinct answers.event_id, answers.customer_id, answers.persona_id, stage
    from findings.answers
    inner join journeys.journeys using (journey_id)
    inner join run.texts on texts.event_id = answers.event_id
    where outcome = 'dropped' and texts.is_unhappy and occurred_at - last_step_at <= $give_up_after
),

of_all as (
    select event_id, customer_id, persona_id, stage from leaving
    union all
    select event_id, customer_id, 'all' as persona_id, stage from leaving
),

writers as (
    select persona_id, stage, count(distinct customer_id) as writers
    from of_all
    group by persona_id, stage
),

quoted as (
    select persona_id, stage, quote, count(distinct customer_id) as customers
    from of_all
    inner join run.quotes using (event_id)
    group by persona_id, stage, quote
),

said as (
    select quote, word
    from (
        select distinct quote,
            unnest(string_split(regexp_replace(lower(quote), '[^\p{L}]+', ' ', 'g'), ' ')) as word
        from quoted
    )
    inner join (select word from findings.leaving_words where persona_id = 'all') using (word)
),

typical as (
    select quote, count(*) as typical_words from said group by quote
),

ranked as (
    select persona_id, stage, quote, customers, writers,
        row_number() over (
            partition by persona_id, stage
            order by coalesce(typical_words, 0) desc, customers desc, length(quote), quote
        ) as place
    from quoted
    inner join writers using (persona_id, stage)
    left join typical using (quote)
    where writers >= $min_group
)

select persona_id, stage, place, quote, customers, writers
from ranked
where place <= 3
