-- One row per customer and move between touchpoints, among the steps that personas are read from:
-- the first $look ones before the $goal, or with $persona_features 'behaviour' all before it. A journey
-- begins with a move from START. Made for $persona_method 'markov mixture' only; else it is empty.
-- Per customer: made for those in run.customers, and from their own steps only.
-- key: customer_id, from_node, to_node
-- not_null: moves
with steps as (
    select customer_id, customer_step_number, journey_id, touchpoint
    from journeys.steps
    where $persona_method = 'markov mixture'
        and ($persona_features = 'behaviour' or customer_step_number <= $look)
        and customer_id in (select customer_id from run.customers)
),

placed as (
    select *,
        lag(touchpoint) over in_order as previous_touchpoint,
        lag(journey_id) over in_order as previous_journey_id,
        count(*) filter (where touchpoint = $goal) over (
            partition by customer_id order by customer_step_number rows unbounded preceding
        ) as goals
    from steps
    window in_order as (partition by customer_id order by customer_step_number)
)

select customer_id,
    case when previous_journey_id = journey_id then previous_touchpoint else 'START' end
        as from_node,
    touchpoint as to_node,
    count(*) as moves
from placed
where goals = 0
group by all
