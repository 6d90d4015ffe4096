-- One row per comparison (next where is_next, else stage), touchpoint and stratum of findings.meetings with
-- journeys on both sides; nobody on one side tells nothing. r and s are those of the touchpoint: their
-- quotient is Mantel and Haenszel's (1959) odds ratio over its strata. The other columns are how much one
-- journey more of each kind moves its logarithm, ln(r / s), and any journey more of the stratum beside that.
-- key: stratum_number
-- not_null: is_next, touchpoint_number, persona_id, place_number, steps_so_far, expected, r, s
with strata as (
    select comparison = 'next' as is_next, touchpoint_number, persona_id, place_number, steps_so_far,
        met_converted as a, met - met_converted as b, not_met_converted as c,
        not_met - not_met_converted as d, met + not_met as n, met, not_met, alone, alone_converted
    from findings.meetings
    where met > 0 and not_met > 0
),

-- Decimals add up to the same in any order; doubles do not.
products as (
    select *, cast(a * d / nullif(n, 0) as decimal(38, 9)) as agreeing,
        cast(b * c / nullif(n, 0) as decimal(38, 9)) as opposing,
        cast(met * c / nullif(not_met, 0) as decimal(38, 9)) as expected
    from strata
),

pooled as (
    select *,
        cast(sum(agreeing) over (partition by is_next, touchpoint_number) as double) as r,
        cast(sum(opposing) over (partition by is_next, touchpoint_number) as double) as s
    from products
)

select row_number() over (order by is_next, touchpoint_number, persona_id, place_number, steps_so_far)
        as stratum_number,
    is_next, touchpoint_number, persona_id, place_number, steps_so_far, met, a as met_converted, not_met,
    c as not_met_converted, alone, alone_converted, expected, r, s,
    d / nullif(n * r, 0) as met_and_converted, - c / nullif(n * s, 0) as met_and_not,
    - b / nullif(n * s, 0) as others_converted, a / nullif(n * r, 0) as others_not,
    a * d / nullif(n * n * r, 0) - b * c / nullif(n * n * s, 0) as any_journey
from pooled
