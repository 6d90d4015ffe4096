-- One row per persona (`all` is everyone) and month of start (`all`, or YYYY-MM in $timezone).
-- conversion_rate is the cumulative incidence of conversion (Aalen–Johansen) `observed_days` after
-- the start: dropped competes, at the last step + $give_up_after; open is censored at the horizon.
-- dropped_rate is that of dropping, with which conversion competes; what is left of both to 1 is still on
-- its way then. Days are those in which half, and nine in ten, of all that come to that end until then
-- have done so. A row is young when not even its first journey was observed for the whole of $within.
-- key: persona_id, month
-- not_null: customers, journeys, converted, dropped, open, open_share, is_young
-- shares: conversion_rate, conversion_low, conversion_high, dropped_rate, dropped_low, dropped_high, open_share
select persona_id, month, customers, journeys, converted, dropped, open, conversion_rate,
    conversion_low, conversion_high, median_conversion_days, p90_conversion_days, dropped_rate,
    dropped_low, dropped_high, median_dropped_days, p90_dropped_days, observed_days, open_share,
    is_young
from run.conversion
