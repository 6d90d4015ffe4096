-- One row per persona and feature: what its customers have, beside those of the other personas.
-- Values are means: of what is 0 or 1 the share of customers, of hours the mean hour, of a pace the
-- mean days of those who came back. lift is value_in over value_out. Only features that at least
-- $min_group customers have, and customers whose persona is known.
-- key: persona_id, feature_group, feature
-- not_null: value_in, customers
with assignments as (
    select customer_id, persona_id
    from personas.assignments
    where persona_id <> 'unknown'
),

members as (
    select persona_id, count(*) as customers
    from assignments
    group by persona_id
),

-- Decimals add up to the same in any order; doubles do not.
totals as (
    select persona_id, feature_group, feature,
        count(*) as holders,
        sum(cast(value as decimal(38, 6))) as total
    from personas.features
    inner join assignments using (customer_id)
    group by persona_id, feature_group, feature
),

known as (
    select feature_group, feature,
        sum(holders) as all_holders,
        sum(total) as grand_total
    from totals
    group by feature_group, feature
    having sum(holders) >= $min_group
),

everyone as (
    select sum(customers) as all_customers from members
),

compared as (
    select members.persona_id, known.feature_group, known.feature, members.customers,
        cast(coalesce(total, 0) as double) as total_in,
        cast(grand_total - coalesce(total, 0) as double) as total_out,
        case known.feature_group
            when 'pace' then coalesce(holders, 0)
            else members.customers
        end as customers_in,
        case known.feature_group
            when 'pace' then all_holders - coalesce(holders, 0)
            else all_customers - members.customers
        end as customers_out
    from known
    cross join members
    cross join everyone
    left join totals
        on totals.persona_id = members.persona_id
        and totals.feature_group = known.feature_group
        and totals.feature = known.feature
),

valued as (
    select *,
        total_in / nullif(cast(customers_in as double), 0) as value_in,
        total_out / nullif(cast(customers_out as double), 0) as value_out
    from compared
)

select persona_id, feature_group, feature, customers, value_in, value_out,
    value_in / nullif(value_out, 0) as lift
from valued
where value_in is not null
