-- One row per level, persona (`all` is everyone) and node: whether a next step (at stage level: visit)
-- follows, and when. The next step is the event; dropped competes, $give_up_after after the end of the
-- step; open is censored at the horizon. go_on_rate is the cumulative incidence of the next step
-- (Aalen–Johansen, 95 % interval); the median and the 90th percentile are among those who go on, in
-- seconds from the end of the step. Steps (visits) in which the journey reached the goal are not among
-- them; by persona only steps after the first $look ones. With many moves, customers are drawn by their id.
-- key: level, persona_id, node
-- not_null: customers, steps, went_on, dropped, open
-- allowed: level stage|touchpoint
-- shares: go_on_rate, go_on_low, go_on_high
select level, persona_id, node, customers, steps, went_on, dropped, open, go_on_rate, go_on_low,
    go_on_high, median_seconds, p90_seconds
from run.next_steps
