-- One row per persona (`all` is everyone) and stage: what became of the journeys that entered it.
-- Each journey counts once per stage, by its first entry: advanced if any later step lies in a
-- stage further on; else went back if its last step is in an earlier one; else dropped, open or
-- converted here. Rates are over `rated` entries: not open, and by persona after the first $look
-- steps. Times are medians in seconds: of the first visit, and from its start to a stage further on.
-- key: persona_id, stage
-- not_null: stage_number, customers, entered, advanced, went_back, dropped, open, converted, rated
-- shares: advanced_rate, advanced_low, advanced_high, went_back_rate, dropped_rate, converted_rate
with fates as (
    select *, nullif(rated, 0) as trials from graph.stage_fates
)

select persona_id, stage, stage_number, customers, entered, advanced, went_back, dropped, open,
    converted, rated,
    rated_advanced / trials as advanced_rate,
    case when trials > 0 then greatest(0, (rated_advanced + 1.920729410347062e0 - 1.959963984540054e0
        * sqrt(rated_advanced * (trials - rated_advanced) / trials + 0.960364705173531e0))
        / (trials + 3.841458820694124e0)) end as advanced_low,
    case when trials > 0 then least(1, (rated_advanced + 1.920729410347062e0 + 1.959963984540054e0
        * sqrt(rated_advanced * (trials - rated_advanced) / trials + 0.960364705173531e0))
        / (trials + 3.841458820694124e0)) end as advanced_high,
    rated_went_back / trials as went_back_rate,
    case when trials > 0 then greatest(0, (rated_went_back + 1.920729410347062e0 - 1.959963984540054e0
        * sqrt(rated_went_back * (trials - rated_went_back) / trials + 0.960364705173531e0))
        / (trials + 3.841458820694124e0)) end as went_back_low,
    case when trials > 0 then least(1, (rated_went_back + 1.920729410347062e0 + 1.959963984540054e0
        * sqrt(rated_went_back * (trials - rated_went_back) / trials + 0.960364705173531e0))
        / (trials + 3.841458820694124e0)) end as went_back_high,
    rated_dropped / trials as dropped_rate,
    case when trials > 0 then greatest(0, (rated_dropped + 1.920729410347062e0 - 1.959963984540054e0
        * sqrt(rated_dropped * (trials - rated_dropped) / trials + 0.960364705173531e0))
        / (trials + 3.841458820694124e0)) end as dropped_low,
    case when trials > 0 then least(1, (rated_dropped + 1.920729410347062e0 + 1.959963984540054e0
        * sqrt(rated_dropped * (trials - rated_dropped) / trials + 0.960364705173531e0))
        / (trials + 3.841458820694124e0)) end as dropped_high,
    rated_converted / trials as converted_rate,
    case when trials > 0 then greatest(0, (rated_converted + 1.920729410347062e0 - 1.959963984540054e0
        * sqrt(rated_converted * (trials - rated_converted) / trials + 0.960364705173531e0))
        / (trials + 3.841458820694124e0)) end as converted_low,
    case when trials > 0 then least(1, (rated_converted + 1.920729410347062e0 + 1.959963984540054e0
        * sqrt(rated_converted * (trials - rated_converted) / trials + 0.960364705173531e0))
        / (trials + 3.841458820694124e0)) end as converted_high,
    median_stay_seconds, median_advance_seconds
from fates
