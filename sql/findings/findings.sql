-- One row per finding that stands up to all tests of the run, by rank of what is at stake.
-- Of findings with one theme the first tells the story (told_with is null) and the others, the opposite
-- ones among them, are told with it: the largest pain point, else the strongest change, else the largest (of equal ones the surest). Pain
-- points of different personas are stories of their own. At most ten stories are on the first page.
-- key: finding_id
-- not_null: rank, kind, theme, conversions, q_value, is_first_page
with found as (
    select *,
        row_number() over (
            partition by theme order by kind = 'pain_point' desc,
                finding_id = theme or (kind = 'loop' and looks > 1) desc, conversions desc,
                p_value, finding_id
        ) as place
    from findings.tests
    where is_found
),

led as (
    select *,
        case when kind = 'pain_point' then finding_id
            else min(case when place = 1 then finding_id end) over (partition by theme) end as leader
    from found
),

stories as (
    select *, max(case when leader = finding_id then conversions end) over (partition by leader)
        as story_conversions
    from led
),

ranked as (
    select *, dense_rank() over (order by story_conversions desc, leader) as story_rank,
        row_number() over (
            order by story_conversions desc, leader, leader = finding_id desc, conversions desc,
                p_value, finding_id
        ) as rank
    from stories
)

select finding_id, rank, story_rank, case when leader <> finding_id then leader end as told_with,
    kind, theme, persona_id, stage, touchpoint, customers, conversions, conversions_low,
    conversions_high, is_worse, p_value, q_value,
    leader = finding_id and story_rank <= 10 as is_first_page
from ranked
