-- One row per level, persona and node whose moves do not add up: everyone's to the moves made, the
-- personas' to everyone's, the probabilities to 1, and its drop-offs to its moves to DROPPED.
with made as (
    select level, from_node as node, count(*) as moves
    from journeys.moves
    group by level, from_node
),
transitions as (
    select
        level,
        persona_id,
        from_node as node,
        sum(steps) as steps,
        sum(mature_steps) as mature_steps,
        coalesce(sum(mature_steps) filter (where to_node = 'DROPPED'), 0) as dropped,
        sum(probability) as probability
    from graph.transitions
    group by level, persona_id, from_node
),
of_personas as (
    select level, node, sum(steps) as steps
    from transitions
    where persona_id <> 'all'
    group by level, node
),
compared as (
    select
        level,
        persona_id,
        node,
        transitions.steps,
        made.moves,
        of_personas.steps as steps_of_personas,
        transitions.probability,
        drop_offs.dropped
    from transitions
    left join made using (level, node)
    left join of_personas using (level, node)
    left join graph.drop_offs as drop_offs using (level, persona_id, node)
    where (persona_id = 'all' and transitions.steps is distinct from made.moves)
        or made.moves is distinct from of_personas.steps
        or abs(transitions.probability - 1) > 1e-9
        or (transitions.mature_steps > 0 and transitions.probability is null)
        or (node <> 'START' and transitions.steps is distinct from drop_offs.steps)
        or (node <> 'START' and transitions.mature_steps is distinct from drop_offs.mature_steps)
        or (node <> 'START' and transitions.dropped is distinct from drop_offs.dropped)
)
select * from compared
