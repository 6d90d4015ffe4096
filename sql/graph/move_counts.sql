-- One row per level, persona, move, whether it leaves or leads to the goal alone, and part: how many
-- known moves there are, and how many after the first $look steps; seconds pass from the start of what
-- they leave to the start of the next. Known are moves out of mature steps (visits, sessions), not to
-- OPEN. A part is a customer's id modulo 400: the chain's intervals are made of parts weighed anew
-- (docs/decisions/bootstrap.md). Channels count where any session tells one.
-- Adds up: made for the customers in run.customers_to_judge, as they were and as they are.
-- key: level, persona_id, from_node, to_node, is_goal, next_is_goal, part
-- adds: moves, moves_after_look, seconds, seconds_after_look
-- allowed: level stage | touchpoint | channel
with moves as (  -- numbers instead of names are grouped by
    select level, customer_id, from_number, to_number, is_goal, next_is_goal, is_after_look,
        coalesce(stay_seconds, 0) + coalesce(seconds, 0) as seconds
    from journeys.moves
    where is_mature
        and to_number not in (select node_number from run.nodes where node = 'OPEN')
        and customer_id in (select customer_id from run.customers_to_judge)
),

channel_moves as (
    select customer_id, from_node, to_node, is_after_look
    from journeys.channel_moves
    where is_mature
        and to_node <> 'OPEN'
        and customer_id in (select customer_id from run.customers_to_judge)
),

counted as (
    select level, persona_id, from_number, to_number, is_goal, next_is_goal,
        customer_id % 400 as part,
        count(*) as moves,
        count(*) filter (where is_after_look) as moves_after_look,
        cast(sum(seconds) as bigint) as seconds,
        cast(sum(case when is_after_look then seconds else 0 end) as bigint) as seconds_after_look
    from moves
    inner join personas.assignments using (customer_id)
    group by level, persona_id, from_number, to_number, is_goal, next_is_goal, customer_id % 400
),

named as (
    select counted.level, persona_id, from_nodes.node as from_node, to_nodes.node as to_node, is_goal,
        next_is_goal, part, moves, moves_after_look, seconds, seconds_after_look
    from counted
    inner join run.nodes as from_nodes
        on from_nodes.level = counted.level and from_nodes.node_number = from_number
    inner join run.nodes as to_nodes
        on to_nodes.level = counted.level and to_nodes.node_number = to_number
    union all
    select 'channel', persona_id, from_node, to_node, false, false, customer_id % 400,
        count(*), count(*) filter (where is_after_look), 0, 0
    from channel_moves
    inner join personas.assignments using (customer_id)
    group by persona_id, from_node, to_node, customer_id % 400
)

select level, persona_id, from_node, to_node, is_goal, next_is_goal, part, moves, moves_after_look,
    seconds, seconds_after_look
from named
