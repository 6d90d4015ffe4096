-- One row per map and persona (`all` is everyone): how well journeys fit the assumed map, and beside it
-- the one found to fit everyone best with as few touchpoints at most.
-- Ended journeys only, each laid beside the map at the least cost: 1 for a step that is no place of the
-- map in its order, 1 for a place without a step. `followed`: at no cost. `in_order`: all places in their
-- order, whatever came between. fitness is 1 - cost / (steps + places), of all journeys together, with an
-- interval by customers; steps_share is of all steps, those that are places; places_share is of all places
-- asked of the journeys, those that were met. precision is of the moves that the map draws, those that
-- any journey makes straight, weighed by the journeys that came to where they begin.
-- key: map_name, persona_id
-- not_null: path, places, journeys, customers, followed, in_order, fitness, is_withheld
-- allowed: map_name assumed | found
-- shares: followed_rate, followed_low, followed_high, in_order_rate, in_order_low, in_order_high, fitness, fitness_low, fitness_high, steps_share, places_share, precision
with maps as (
    select map_name, string_agg(touchpoint, ' > ' order by place_number) as path,
        count(*) as places
    from run.map_places
    inner join run.touchpoints using (touchpoint_number)
    group by map_name
),

ended as (
    select map_name, persona_id, customer_id, count(*) as journeys,
        count(*) filter (where cost = 0) as followed,
        count(*) filter (where met = places) as in_order,
        cast(sum(met) as double) as met, cast(sum(cost) as double) as cost,
        cast(sum(alignments.steps) as double) as steps, cast(sum(places) as double) as asked
    from journeys.sequences
    inner join journeys.journeys using (journey_id, customer_id)
    inner join personas.assignments using (customer_id)
    inner join run.path_alignments as alignments using (path)
    where outcome <> 'open'
    group by map_name, persona_id, customer_id
),

of_all as (
    select * from ended
    union all
    select map_name, 'all' as persona_id, customer_id, journeys, followed, in_order, met, cost,
        steps, asked
    from ended
),

totals as (
    select map_name, persona_id, count(*) as customers,
        nullif(cast(sum(journeys) as bigint), 0) as journeys,
        cast(sum(followed) as bigint) as followed, cast(sum(in_order) as bigint) as in_order,
        sum(met) as met, sum(cost) as cost, sum(steps) as steps, sum(asked) as asked,
        nullif(sum(steps + asked), 0) as worst
    from of_all
    group by map_name, persona_id
),

-- The ratio of two sums over customers: Cochran, Sampling Techniques, 1977, chapter 6.
spread as (
    select map_name, persona_id,
        -- Decimals add up to the same in any order; doubles do not.
        cast(sum(cast(power(of_all.cost - totals.cost / worst * (of_all.steps + of_all.asked), 2)
            as decimal(38, 6))) as double) as squares
    from of_all
    inner join totals using (map_name, persona_id)
    group by map_name, persona_id
),

moves as (
    select map_name, persona_id, place_number,
        max(journeys) filter (where kind = 'came') as came,
        count(*) filter (where kind = 'went on') as is_made
    from findings.conformance
    group by map_name, persona_id, place_number
),

precise as (
    select map_name, persona_id,
        cast(sum(came * is_made) as double) / nullif(cast(sum(came) as double), 0) as precision
    from moves
    inner join maps using (map_name)
    where place_number < places
    group by map_name, persona_id
),

rated as (
    select *, 1.959963984540054e0 * sqrt(squares * customers / nullif(customers - 1, 0)) / worst
        as margin
    from totals
    inner join spread using (map_name, persona_id)
    inner join maps using (map_name)
    left join precise using (map_name, persona_id)
)

select map_name, persona_id, path, places, journeys, customers, followed,
    followed / journeys as followed_rate,
    greatest(0, (followed + 1.920729410347062e0 - 1.959963984540054e0
        * sqrt(followed * (journeys - followed) / journeys + 0.960364705173531e0))
        / (journeys + 3.841458820694124e0)) as followed_low,
    least(1, (followed + 1.920729410347062e0 + 1.959963984540054e0
        * sqrt(followed * (journeys - followed) / journeys + 0.960364705173531e0))
        / (journeys + 3.841458820694124e0)) as followed_high,
    in_order, in_order / journeys as in_order_rate,
    greatest(0, (in_order + 1.920729410347062e0 - 1.959963984540054e0
        * sqrt(in_order * (journeys - in_order) / journeys + 0.960364705173531e0))
        / (journeys + 3.841458820694124e0)) as in_order_low,
    least(1, (in_order + 1.920729410347062e0 + 1.959963984540054e0
        * sqrt(in_order * (journeys - in_order) / journeys + 0.960364705173531e0))
        / (journeys + 3.841458820694124e0)) as in_order_high,
    cost / journeys as mean_cost, 1 - cost / worst as fitness,
    greatest(0, 1 - cost / worst - margin) as fitness_low,
    least(1, 1 - cost / worst + margin) as fitness_high,
    met / nullif(steps, 0) as steps_share, met / nullif(asked, 0) as places_share, precision,
    customers < $min_group as is_withheld
from rated
