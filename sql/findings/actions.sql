-- One row per action of the settings, side and measure: what was there before it and after it.
-- Both periods are equally long: as long as the mature steps reach after it, at most $within.
-- Side concerned is the touchpoint (of the persona, where the action names one). Beside it, for what
-- else changed, side others: the same touchpoint of all other personas, or where the action names no
-- persona the other touchpoints of its stage.
-- Measure drop_off is per mature step: those after which the journey was dropped. Measure conversion is
-- per journey that came there in the period (its first mature step there): those that converted within
-- $give_up_after of it, which is known of all mature ones. Intervals are Wilson's, that of the change
-- Newcombe's (1998, method 10), 95 %. With a persona only steps after the first $look ones count.
-- customers are those of the period with fewer; it is_withheld where they are fewer than $min_group.
-- An action without a row is too young, or nobody came there.
-- key: action_number, side, measure
-- not_null: taken_at, touchpoint, what, period_days, before_trials, after_trials, before_events, after_events, customers, is_withheld
-- allowed: side concerned | others; measure drop_off | conversion
-- shares: before_rate, before_low, before_high, after_rate, after_low, after_high
with actions as (
    select action_number, taken_at, actions.touchpoint, stage, persona_id, what, actions.owner,
        case when horizon - taken_at - $give_up_after < $within
            then horizon - taken_at - $give_up_after else $within end as period
    from run.actions as actions
    inner join run.touchpoints using (touchpoint)
    left join run.persona_names as names on persona = names.persona_id or persona = names.name
    cross join core.horizon
    where persona is null or persona_id is not null
),

assignments as (
    select customer_id, persona_id as customers_persona from personas.assignments
),

journeys as (
    select journey_id, outcome, last_step_at from journeys.journeys
),

steps as (
    select action_number, steps.customer_id, steps.journey_id, started_at >= taken_at as is_after,
        steps.touchpoint = actions.touchpoint
            and (persona_id is null or persona_id = customers_persona) as is_concerned,
        next_touchpoint is null and outcome = 'dropped' as is_dropped,
        outcome = 'converted' and last_step_at - ended_at <= $give_up_after as is_converted,
        row_number() over (
            partition by action_number, started_at >= taken_at,
                steps.touchpoint = actions.touchpoint, steps.journey_id
            order by step_number
        ) = 1 as is_first
    from journeys.steps as steps
    inner join actions on actions.stage = steps.stage
    inner join journeys on journeys.journey_id = steps.journey_id
    left join assignments on assignments.customer_id = steps.customer_id
    where is_mature
        and started_at >= taken_at - period and started_at < taken_at + period
        and (persona_id is null or customer_step_number > $look)
        and (persona_id is null or steps.touchpoint = actions.touchpoint)
),

counted as (
    select action_number, is_concerned, is_after, 'drop_off' as measure,
        count(*) as trials, count(*) filter (where is_dropped) as events,
        count(distinct customer_id) as customers
    from steps
    group by action_number, is_concerned, is_after
    union all
    select action_number, is_concerned, is_after, 'conversion',
        count(*), count(*) filter (where is_converted), count(distinct customer_id)
    from steps
    where is_first
    group by action_number, is_concerned, is_after
),

rated as (
    select *, events / trials as rate,
        greatest(0, (events + 1.920729410347062e0 - 1.959963984540054e0
            * sqrt(events * (trials - events) / trials + 0.960364705173531e0))
            / (trials + 3.841458820694124e0)) as low,
        least(1, (events + 1.920729410347062e0 + 1.959963984540054e0
            * sqrt(events * (trials - events) / trials + 0.960364705173531e0))
            / (trials + 3.841458820694124e0)) as high
    from counted
    where trials > 0
),

befores as (
    select * from rated where not is_after
),

afters as (
    select * from rated where is_after
)

select action_number, taken_at, touchpoint, persona_id, what, actions.owner,
    case when befores.is_concerned then 'concerned' else 'others' end as side, measure,
    date_diff('microsecond', taken_at - period, taken_at) / 86400e6 as period_days,
    befores.trials as before_trials, befores.events as before_events, befores.rate as before_rate,
    befores.low as before_low, befores.high as before_high,
    afters.trials as after_trials, afters.events as after_events, afters.rate as after_rate,
    afters.low as after_low, afters.high as after_high,
    afters.rate - befores.rate as change,
    afters.rate - befores.rate
        - sqrt(power(afters.rate - afters.low, 2) + power(befores.high - befores.rate, 2))
        as change_low,
    afters.rate - befores.rate
        + sqrt(power(afters.high - afters.rate, 2) + power(befores.rate - befores.low, 2))
        as change_high,
    least(befores.customers, afters.customers) as customers,
    least(befores.customers, afters.customers) < $min_group as is_withheld
from befores
inner join afters using (action_number, is_concerned, measure)
inner join actions using (action_number)
