-- One row per level and journey whose moves are not one from START and one from each step or stage visit,
-- the last of them to the journey's outcome.
with expected as (
    select 'touchpoint' as level, journey_id, steps as nodes, outcome
    from journeys.journeys
    where customer_id in (select customer_id from run.customers_to_judge)
    union all
    select 'stage', journey_id, count(*), min(outcome)
    from (
        select journey_id from journeys.stage_visits
        where customer_id in (select customer_id from run.customers_to_judge)
    )
    join journeys.journeys using (journey_id)
    group by journey_id
),
moves as (
    select
        level,
        journey_id,
        count(*) as moves,
        count(*) filter (where from_node = 'START') as starts,
        max(move_number) as last_number,
        min(to_node) filter (where to_node in ('CONVERTED', 'DROPPED', 'OPEN')) as end_node,
        count(*) filter (where to_node in ('CONVERTED', 'DROPPED', 'OPEN')) as ends
    from journeys.moves
    where customer_id in (select customer_id from run.customers_to_judge)
    group by level, journey_id
),
compared as (
    select level, journey_id, nodes, outcome, moves, starts, ends, end_node
    from expected
    full join moves using (level, journey_id)
    where moves is distinct from nodes + 1
        or last_number is distinct from nodes + 1
        or starts <> 1
        or ends <> 1
        or end_node <> upper(outcome)
)
select * from compared
