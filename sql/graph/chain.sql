-- One row per level, persona (`all` is everyone) and node, START too: what the chain of
-- graph.transitions says of the journeys that come there, with 95 % intervals over customers.
-- conversion_probability is the chance to reach the goal in the end. expected_steps are still to be
-- made, this one included (from START, those of a whole journey). expected_seconds pass from its
-- start to the end of the last step; the silence after which a journey is dropped is not in them.
-- key: level, persona_id, node
-- not_null: conversion_probability, conversion_low, conversion_high, expected_steps, expected_seconds
-- allowed: level stage | touchpoint
-- shares: conversion_probability, conversion_low, conversion_high
select level, persona_id, node, conversion_probability, conversion_low, conversion_high,
    expected_steps, expected_steps_low, expected_steps_high,
    expected_seconds, expected_seconds_low, expected_seconds_high
from run.chain
