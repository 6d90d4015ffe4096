-- One row per persona (`all` is everyone) and month of start (`all`, or YYYY-MM in $timezone).
-- conversion_rate is the cumulative incidence of conversion (Aalen–Johansen) `observed_days` after
-- the start: dropped competes, at the last step + $give_up_after; open is censored at the horizon.
-- A row is young when not even its first journey was observed for the whole of $within.
-- key: persona_id, month
-- not_null: journeys, converted, dropped, open, open_share, is_young
-- shares: conversion_rate, conversion_low, conversion_high, open_share
select persona_id, month, journeys, converted, dropped, open, conversion_rate, conversion_low,
    conversion_high, observed_days, open_share, is_young
from run.conversion
