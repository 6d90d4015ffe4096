-- One row per group of features that personas are read from: its unit, and why it is one.
-- known_at is 'entry' for what is known of customers once they made their first $look steps, and
-- 'behaviour' for what takes all their steps before the goal (made with personas.features: behaviour).
-- key: feature_group
-- not_null: unit, known_at, why
-- allowed: known_at entry | behaviour
select *
from (
    values
    ('channel', 'yes or no', 'entry', 'who is sent by a colleague comes with other questions than who clicked an ad'),
    ('device', 'yes or no', 'entry', 'where somebody sits when they come tells work from the way home'),
    ('hour', 'hour of the day', 'entry', 'offices are at work by day; the time in the zone of the report'),
    ('weekday', 'yes or no', 'entry', 'a firm has its days for what is new, and who comes for themselves has others'),
    ('weekend', 'yes or no', 'entry', 'who comes at a weekend comes for themselves'),
    ('first touchpoint', 'yes or no', 'entry', 'where somebody begins shows what they look for'),
    ('first steps', 'share of the first steps', 'entry', 'what they look at next shows how they choose'),
    ('pace', 'days', 'entry', 'the wait before each of the first steps shows how urgent it is to them'),
    ('attribute', 'yes or no', 'entry', 'what the company knows of them; unknown where there is no value, so that having one tells nothing'),
    ('walk', 'moves', 'entry', 'the moves from touchpoint to touchpoint that Markov chains are made of'),
    ('touchpoints', 'share of the steps', 'behaviour', 'what they do most'),
    ('moves', 'share of the moves', 'behaviour', 'what they do next: two people with equal steps can go other ways'),
    ('tempo', 'days', 'behaviour', 'the median wait between steps of a journey'),
    ('channel mix', 'share of the steps', 'behaviour', 'by which channels they come back')
) as groups (feature_group, unit, known_at, why)
