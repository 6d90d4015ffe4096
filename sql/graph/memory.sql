-- One row per level, persona (`all` is everyone) and steps_remembered: how well the next move is told
-- by nothing (0), by the node a journey is at (1), or by the one before it too (2).
-- held_out_log_likelihood is the mean per move of customers who were not learned from (natural
-- logarithm), the nearer to 0 the better. bic is Schwarz's criterion over all moves: the lower the
-- better. With many moves, customers are drawn by their id. Personas count all their moves.
-- key: level, persona_id, steps_remembered
-- not_null: moves, held_out_moves, parameters, log_likelihood, bic, is_best_by_bic
-- allowed: level stage | touchpoint
select level, persona_id, steps_remembered, moves, held_out_moves, parameters, log_likelihood, bic,
    held_out_log_likelihood, is_best_by_bic, is_best_held_out
from run.memory
