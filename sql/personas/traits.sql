-- One row per persona and feature: what its customers have, beside those of the other personas.
-- Values are means: of what is 0 or 1 the share of customers, of hours the mean hour, of a pace the
-- mean days of those who came back. lift is value_in over value_out, with its 95 % interval (of the
-- logarithm of a ratio of means; null where either is 0); a trait is over or under where the interval
-- lies on one side of 1. Only features that at least $min_group customers have, of attributes only
-- those that are not refused, and only customers whose persona is known.
-- key: persona_id, feature_group, feature
-- not_null: value_in, customers, direction
-- allowed: direction over | under | alike
with assignments as (
    select customer_id, persona_id
    from personas.assignments
    where persona_id <> 'unknown'
),

members as (
    select persona_id, count(*) as customers, sum(count(*)) over () as all_customers
    from assignments
    group by persona_id
),

-- Decimals add up to the same in any order; doubles do not.
totals as (
    select persona_id, feature_group, feature,
        count(*) as holders,
        sum(cast(value as decimal(38, 6))) as total,
        sum(cast(value * value as decimal(38, 6))) as squares
    from personas.features
    inner join assignments using (customer_id)
    where feature_group <> 'walk'
    group by persona_id, feature_group, feature
),

refused as (
    select attribute || ': ' as beginning from personas.attributes where is_refused
),

known as (
    select feature_group, feature,
        sum(holders) as all_holders,
        sum(total) as grand_total,
        sum(squares) as grand_squares
    from totals
    left join refused on feature_group = 'attribute' and starts_with(feature, beginning)
    where beginning is null
    group by feature_group, feature
    having sum(holders) >= $min_group
),

compared as (
    select members.persona_id, known.feature_group, known.feature, members.customers,
        cast(coalesce(total, 0) as double) as total_in,
        cast(grand_total - coalesce(total, 0) as double) as total_out,
        cast(coalesce(squares, 0) as double) as squares_in,
        cast(grand_squares - coalesce(squares, 0) as double) as squares_out,
        case when known.feature_group in ('pace', 'tempo') then coalesce(holders, 0)
            else members.customers end as customers_in,
        case when known.feature_group in ('pace', 'tempo') then all_holders - coalesce(holders, 0)
            else all_customers - members.customers end as customers_out
    from known
    cross join members
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
),

-- The variance of the logarithm of a mean is about that of the mean over the mean's square.
lifted as (
    select *,
        value_in / nullif(value_out, 0) as lift,
        1.959963984540054e0 * sqrt(greatest(0,
            (squares_in / nullif(total_in * value_in, 0) - 1) / nullif(customers_in, 0)
            + (squares_out / nullif(total_out * value_out, 0) - 1) / nullif(customers_out, 0)
        )) as spread
    from valued
    where value_in is not null
),

bounded as (
    select *,
        lift / nullif(exp(spread), 0) as lift_low,
        lift * exp(spread) as lift_high
    from lifted
)

select persona_id, feature_group, feature, customers, value_in, value_out,
    lift,
    case when lift > 0 then lift_low end as lift_low,
    case when lift > 0 then lift_high end as lift_high,
    case
        when lift > 0 and lift_low > 1 then 'over'
        when lift > 0 and lift_high < 1 then 'under'
        when value_out = 0 and value_in > 0 then 'over'
        when lift = 0 then 'under'
        else 'alike'
    end as direction
from bounded
