-- One row per comparison (next where is_next, else stage) and touchpoint: the customers on both sides, and the
-- standard error of the logarithm of the odds ratio, by customer: each customer's part in it, squared and
-- added up (the infinitesimal jackknife), so that many journeys of one customer count as one.
-- key: is_next, touchpoint_number
-- not_null: customers, other_customers
with parts as (
    select * from findings.meeting_parts
),

first_met as (
    select first_meetings.*, stage_number, persona_id, is_converted
    from findings.first_meetings
    inner join findings.meeting_journeys using (journey_id)
    inner join run.touchpoints using (touchpoint_number)
    where is_looked_at and not is_alone
),

met as (
    select false as is_next, touchpoint_number, persona_id, stage_number as place_number, step_number,
        customer_id, is_converted
    from first_met
    union all
    select true, touchpoint_number, persona_id, previous_number, step_number - 1, customer_id, is_converted
    from first_met
    where previous_number > 0
),

met_so_far as (
    select *, case when step_number = 1 then 1 when step_number <= 3 then 2 when step_number <= 7 then 4
        else 8 end as steps_so_far
    from met
),

changes as (  -- who meets a touchpoint, and who has met it already and is on neither side
    select stratum_number, customer_id, true as is_met, is_converted
    from met_so_far
    inner join parts using (is_next, touchpoint_number, persona_id, place_number, steps_so_far)
    union all
    select stratum_number, places.customer_id, false, is_converted
    from findings.meeting_places as places
    inner join findings.first_meetings using (journey_id)
    inner join parts using (is_next, touchpoint_number, persona_id, place_number, steps_so_far)
    where first_meetings.step_number <= places.step_number + case when is_next then 1 else 0 end
),

changed as (
    select stratum_number, customer_id, count(*) filter (where is_met) as met,
        count(*) filter (where is_met and is_converted) as met_converted,
        count(*) filter (where not is_met) as known,
        count(*) filter (where not is_met and is_converted) as known_converted
    from changes
    group by stratum_number, customer_id
),

places as (
    select is_next, place_number, steps_so_far, customer_id, persona_id, count(*) as journeys,
        count(*) filter (where is_converted) as converted
    from findings.meeting_places
    group by is_next, place_number, steps_so_far, customer_id, persona_id
),

-- First as if those at a place had met nothing yet, then what is otherwise: few have met the touchpoint.
influences as (
    select is_next, touchpoint_number, customer_id, 0 as met, journeys as not_met,
        cast(converted * others_converted + (journeys - converted) * others_not
            - journeys * any_journey as decimal(38, 15)) as influence
    from places
    inner join parts using (is_next, persona_id, place_number, steps_so_far)
    union all
    select is_next, touchpoint_number, customer_id, changed.met, - known,
        cast(changed.met_converted * met_and_converted
            + (changed.met - changed.met_converted) * met_and_not
            + (coalesce(converted, 0) - known_converted) * others_converted
            + (coalesce(journeys - converted, 0) - known + known_converted) * others_not
            - (changed.met + coalesce(journeys, 0) - known) * any_journey as decimal(38, 15))
        - coalesce(cast(converted * others_converted + (journeys - converted) * others_not
            - journeys * any_journey as decimal(38, 15)), 0)
    from changed
    inner join parts using (stratum_number)
    left join places using (is_next, place_number, steps_so_far, customer_id)
),

of_customers as (
    select is_next, touchpoint_number, 1 as customers, sum(met) as met, sum(not_met) as not_met,
        sum(influence) as influence
    from influences
    group by is_next, touchpoint_number, customer_id
    union all  -- customers of whom one journey is all that counts
    select is_next, touchpoint_number, alone_converted, 1, 0,
        cast(met_and_converted - any_journey as decimal(38, 15))
    from parts
    where alone_converted > 0
    union all
    select is_next, touchpoint_number, alone - alone_converted, 1, 0,
        cast(met_and_not - any_journey as decimal(38, 15))
    from parts
    where alone > alone_converted
)

select is_next, touchpoint_number,
    cast(sum(case when met > 0 then customers else 0 end) as bigint) as customers,
    cast(sum(case when not_met > 0 then customers else 0 end) as bigint) as other_customers,
    nullif(sqrt(sum(cast(customers as decimal(9, 0)) * cast(cast(influence as double)
        * cast(influence as double) as decimal(28, 15)))), 0) as log_odds_error
from of_customers
group by is_next, touchpoint_number
