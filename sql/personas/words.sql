-- One row per persona and word that its customers use more than the others do, most telling first.
-- Words of at least four letters in the texts of counted events, each once a customer; only those of at
-- least $min_group customers of the persona. Shares are of customers who wrote anything. At most 12, and
-- only where the shares lie three standard errors of their difference apart (errors, as if there were
-- none): of a thousand words that tell nothing, about one gets so far.
-- key: persona_id, word
-- not_null: place, customers, share, rest_share
-- shares: share, rest_share
with texts as (
    select customer_id, lower(text) as text
    from core.events
    where text is not null and not is_left_out
),

said as (
    select distinct persona_id, customer_id,
        unnest(string_split(regexp_replace(text, '[^\p{L}]+', ' ', 'g'), ' ')) as word
    from texts
    inner join personas.assignments using (customer_id)
    where persona_id <> 'unknown'
),

writers as (
    select persona_id, count(distinct customer_id) as writers
    from said
    group by persona_id
),

totals as (
    select persona_id, word, count(*) as customers
    from said
    where length(word) >= 4
    group by persona_id, word
),

compared as (
    select persona_id, word, customers, writers,
        sum(customers) over (partition by word) - customers as rest_customers,
        (select sum(writers) from writers) - writers as rest_writers
    from totals
    inner join writers using (persona_id)
),

shared as (
    select persona_id, word, customers, writers, rest_writers,
        customers / nullif(writers, 0) as share,
        coalesce(rest_customers / nullif(cast(rest_writers as double), 0), 0) as rest_share,
        (customers + rest_customers) / nullif(writers + rest_writers, 0) as all_share
    from compared
    where customers >= $min_group
),

weighed as (
    select *,
        (share - rest_share) / nullif(sqrt(
            all_share * (1 - all_share)
            * (1e0 / nullif(writers, 0) + 1e0 / nullif(rest_writers, 0))
        ), 0) as errors
    from shared
)

select persona_id, word,
    row_number() over (partition by persona_id order by share - rest_share desc, word) as place,
    customers, share, rest_share, errors
from weighed
where errors >= 3
qualify row_number() over (partition by persona_id order by share - rest_share desc, word) <= 12
