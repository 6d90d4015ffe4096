-- One row per language in which customers wrote, most written first: how many texts and customers, and of
-- how many texts the sentiment could be read. `unknown` is too little to tell the language by; `not read`
-- is everything where the packages for it (the extra `feelings`) are not installed.
-- key: language
-- not_null: texts, customers, texts_with_sentiment
select coalesce(language, 'not read') as language, count(*) as texts,
    count(distinct customer_id) as customers, count(sentiment) as texts_with_sentiment
from run.texts
group by coalesce(language, 'not read')
order by texts desc, language
