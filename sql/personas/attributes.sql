-- One row per attribute that the settings name for personas: whether it may be one of their features.
-- It is refused where having a value tells of itself who converted: filled more than ten times as
-- often for customers with the $goal as for the others, or the other way round, with at least
-- $min_group customers on either side. Over customers with a step before the goal.
-- key: attribute
-- not_null: converters, converters_filled, others, others_filled, is_refused
-- shares: converters_share, others_share
with steps as (
    select customer_id, touchpoint from journeys.steps
),

customers as (
    select customer_id,
        max(case when touchpoint = $goal then 1 else 0 end) as is_converter
    from steps
    group by customer_id
),

totals as (
    select count(*) filter (where is_converter = 1) as converters,
        count(*) filter (where is_converter = 0) as others
    from customers
),

holders as (
    select attribute,
        count(*) filter (where is_converter = 1) as converters_filled,
        count(*) filter (where is_converter = 0) as others_filled
    from core.attributes
    inner join customers using (customer_id)
    where value is not null
    group by attribute
),

filled as (
    select attributes.attribute, converters, others,
        coalesce(converters_filled, 0) as converters_filled,
        coalesce(others_filled, 0) as others_filled
    from run.persona_attributes as attributes
    cross join totals
    left join holders using (attribute)
)

select attribute, converters, converters_filled, others, others_filled,
    converters_filled / nullif(converters, 0) as converters_share,
    others_filled / nullif(others, 0) as others_share,
    converters >= $min_group and others >= $min_group
    and converters_filled + others_filled >= $min_group
    and (
        converters_filled * others > 10 * others_filled * converters
        or others_filled * converters > 10 * converters_filled * others
    ) as is_refused
from filled
