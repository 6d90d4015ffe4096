-- One row per customer and attribute: what the sources say of the customer, such as the industry.
-- The newest version that says something wins; of equally new ones the smallest value.
-- key: customer_id, attribute
-- not_null: value
with customer_sets as (
    select * from run.customer_sets
),
told as (
    select customer_sets.customer_id, attributes.name as attribute, version_order, value
    from landing.attributes as attributes
    join customer_sets using (identifier_set_id)
    where value is not null
),
newest as (
    select customer_id, attribute, value
    from told
    qualify row_number() over (
        partition by customer_id, attribute
        order by version_order desc nulls last, value
    ) = 1
)
select * from newest
