"""Drop-off rates do not lie: what is mature keeps its fate, and intervals cover what is true."""

from datetime import UTC, datetime

import duckdb
import proofs
import pytest
from simulated_worlds import made_worlds, warehouse_of

from pipeline import runs
from pipeline.intervals import wilson
from pipeline.warehouse import Options

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CUTS = [datetime(2025, month, 1, tzinfo=UTC) for month in range(4, 13)]
PLAIN = (4, 10)  # the cuts that a test makes; a proof makes all
POINTS, SEEN_UNTIL = 0.02, 8  # the longer the data, the fewer of its steps are young
PROOF, COVERAGE = "mature steps keep their fate", "drop-off intervals cover the truth"

# Customers of whom the cut knew all that came before it: no later row of the past, no merge.
FATES = """
    with seen as (
        select customer_id, count(*) as events, sum(hash(event_id)::hugeint) as digest
        from cut.core.events where session_id is not null group by customer_id
    ),
    known_now as (
        select customer_id, count(*) as events, sum(hash(event_id)::hugeint) as digest
        from whole.core.events where session_id is not null and occurred_at <= $cut
        group by customer_id
    ),
    same as (select customer_id from seen join known_now using (customer_id, events, digest)),
    mature as (
        select * from cut.journeys.moves where is_mature and from_number <> 0
    )
    select count(*) as mature, count(*) filter (where same.customer_id is not null) as compared,
        count(*) filter (
            where same.customer_id is not null and later.to_node is distinct from mature.to_node
        ) as changed
    from mature
    left join same using (customer_id)
    left join whole.journeys.moves as later using (level, journey_id, move_number)
"""
RATES = """
    select from_node as stage,
        count(*) filter (where to_node in ('DROPPED', 'OPEN')) / count(*) as naive,
        drop_off_rate as mature
    from cut.journeys.moves
    join cut.graph.drop_offs as rates
        on rates.level = moves.level and persona_id = 'all' and node = from_node
    where moves.level = 'stage' and from_number <> 0
    group by all order by stage
"""


@pytest.fixture(scope="module", params=CUTS, ids=lambda cut: f"until {cut:%Y-%m-%d}")
def cut(request, sample_warehouse, sample_settings, tmp_path_factory, prove):
    """The sample as it was seen at a month's end, beside the whole of it."""
    if request.param.month not in PLAIN and not prove:
        pytest.skip("a cut for every month is a proof: make prove")
    target = tmp_path_factory.mktemp("cut") / "w.duckdb"
    runs.run(sample_settings, target, Options(now=NOW, until=request.param))
    with duckdb.connect() as connection:
        connection.execute(f"attach '{sample_warehouse}' as whole (read_only)")
        connection.execute(f"attach '{target}' as cut (read_only)")
        yield request.param, connection


def test_what_is_mature_at_a_months_end_has_the_same_fate_in_the_whole(cut, prove):
    at, connection = cut
    mature, compared, changed = connection.execute(
        FATES, {"cut": at.replace(tzinfo=None)}
    ).fetchone()
    assert changed == 0
    assert compared > 0.98 * mature
    if prove:
        proofs.write(PROOF, f"{at:%Y-%m-%d} compared", compared)


def test_counting_every_last_step_as_lost_says_more_than_is_true(cut, prove):
    at, connection = cut
    rates = connection.execute(RATES).fetchall()
    shown = {stage: (round(naive, 4), round(mature, 4)) for stage, naive, mature in rates}
    print(f"{at:%Y-%m-%d} naive and mature: {shown}")
    assert all(naive > mature for _, naive, mature in rates), shown
    beyond = sum(naive - mature >= POINTS for _, naive, mature in rates)
    if at.month <= SEEN_UNTIL:
        assert beyond > len(rates) / 2, shown
    if prove:
        proofs.write(PROOF, f"{at:%Y-%m-%d} naive and mature", shown)


def test_over_all_cuts_it_says_two_points_more_at_over_half_of_the_stages(prove):
    """As the proof saw it; the longer the data, the fewer of its steps are young."""
    if prove:
        pytest.skip("the figures of all cuts are being made")
    figures = proofs.read()[PROOF]["figures"]
    cuts = [shown for key, shown in figures.items() if key.endswith("naive and mature")]
    assert len(cuts) == len(CUTS)
    beyond = {
        stage: sum(cut[stage][0] - cut[stage][1] for cut in cuts) / len(cuts) for stage in cuts[0]
    }
    assert sum(points >= POINTS for points in beyond.values()) > len(beyond) / 2, beyond


# -- coverage


@pytest.fixture(scope="module")
def covered(tmp_path_factory):
    """One row per world, level and node with at least 30 mature steps: whether truth is covered."""
    worlds = made_worlds(500)
    warehouse = warehouse_of(worlds, 120, tmp_path_factory.mktemp("worlds"))
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute("""
            select cast(segment_value as integer) as world, level, node, mature_steps, steps,
                steps - mature_steps + dropped as naive_dropped, drop_off_low, drop_off_high
            from graph.segment_drop_offs where persona_id = 'all'
        """).df()
    found = found.merge(worlds.truth(), on=["world", "level", "node"])
    found = found[found["mature_steps"] >= 30]
    _, low, high = wilson(found["naive_dropped"], found["steps"])
    return found.assign(
        is_covered=found["rate"].between(found["drop_off_low"], found["drop_off_high"]),
        is_covered_naively=(low <= found["rate"]) & (found["rate"] <= high),
    )


def test_in_500_worlds_the_intervals_cover_what_they_say(covered, prove):
    pooled = covered["is_covered"].mean()
    nodes = covered.groupby(["level", "node"])["is_covered"].mean()
    assert len(covered) > 3000
    assert 0.94 <= pooled <= 0.965
    assert nodes.between(0.92, 0.98).all(), nodes
    if prove:
        shown = {f"{level} {node}": round(share, 4) for (level, node), share in nodes.items()}
        proofs.write(COVERAGE, "all", {"intervals": len(covered), "covered": round(pooled, 4)})
        proofs.write(COVERAGE, "each node", shown)


def test_counting_what_is_not_yet_known_as_lost_covers_far_less(covered, prove):
    naively = covered["is_covered_naively"].mean()
    assert naively < 0.85
    if prove:
        proofs.write(COVERAGE, "all, if what is open were lost", round(naively, 4))
