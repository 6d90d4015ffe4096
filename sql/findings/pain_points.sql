-- One row per persona and stage, ranked by what is lost there beyond what is usual.
-- conversions_lost is the excess of the drop-off rate over the usual one (findings.drop_off_excesses)
-- times the mature visits times the chance to convert, by the chain, of those who go on from here.
-- It is beyond usual only if the interval of the excess lies above zero. The touchpoint is the one of
-- the stage after which most are lost beyond usual. With one persona the rows are everyone's (`all`).
-- It is_withheld when fewer than $min_group customers came there, or fewer journeys were lost.
-- key: persona_id, stage
-- not_null: finding_id, rank, stage_number, customers, mature_visits, dropped, drop_off_rate, conversions_lost, is_beyond_usual, is_withheld
-- shares: drop_off_rate, drop_off_low, drop_off_high, usual_rate, chance_to_convert, touchpoint_drop_off_rate, touchpoint_usual_rate
with excesses as (
    select * from findings.drop_off_excesses
),

stages as (
    select stage, stage_number from run.stages
),

everyone as (
    select node as stage,
        conversion_probability / nullif(1 - drop_off_rate, 0) as everyones_chance
    from graph.drop_offs
    where level = 'stage' and persona_id = 'all'
),

worst_touchpoints as (
    select persona_id, stage, touchpoint,
        drop_off_rate as touchpoint_drop_off_rate,
        usual_rate as touchpoint_usual_rate
    from excesses
    inner join run.touchpoints on touchpoint = node
    where level = 'touchpoint' and customers >= $min_group
    qualify row_number() over (
        partition by persona_id, stage order by excess * mature_steps desc, touchpoint
    ) = 1
),

valued as (
    select persona_id, node as stage, customers, mature_steps as mature_visits, dropped,
        drop_off_rate, drop_off_low, drop_off_high, usual_rate, excess, excess_low, excess_high,
        least(1, coalesce(
            conversion_probability / nullif(1 - drop_off_rate, 0), everyones_chance, 0
        )) as chance_to_convert
    from excesses
    left join everyone on stage = node
    where level = 'stage'
),

weighed as (
    select *,
        excess * mature_visits * chance_to_convert as conversions_lost,
        excess_low * mature_visits * chance_to_convert as conversions_lost_low,
        excess_high * mature_visits * chance_to_convert as conversions_lost_high,
        excess_low > 0 as is_beyond_usual,
        customers < $min_group or dropped < $min_group as is_withheld
    from valued
)

select 'pain-' || left(md5('pain_point' || chr(31) || persona_id || chr(31) || stage), 10)
        as finding_id,
    row_number() over (
        order by is_beyond_usual desc, conversions_lost desc, persona_id, stage_number
    ) as rank,
    persona_id, stage, stage_number, touchpoint, customers, mature_visits, dropped,
    drop_off_rate, drop_off_low, drop_off_high, usual_rate, excess, excess_low, excess_high,
    chance_to_convert, conversions_lost, conversions_lost_low, conversions_lost_high,
    is_beyond_usual, is_withheld, touchpoint_drop_off_rate, touchpoint_usual_rate,
    repeat_share, went_back_rate, median_wait_seconds, support_share,
    score_scale, scores, mean_score, usual_score
from weighed
inner join stages using (stage)
left join worst_touchpoints using (persona_id, stage)
left join findings.stage_signs using (persona_id, stage)
