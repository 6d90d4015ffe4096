"""Above which share of touched customers making everyone anew is cheaper than only those touched.

The figure behind `ALL_ABOVE` in pipeline/touched.py. For each share, one new event for each of so
many visitors arrives; the run is made both ways on copies of one warehouse.
"""

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from benchmarks import ours, page
from benchmarks.page import seconds
from benchmarks.processes import measure

SHARES = (0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8)
# `journeys`, with another bound: first argument.
COMMAND = """
import sys
from pipeline import touched
assert 0 < touched.ALL_ABOVE < 1
touched.ALL_ABOVE = float(sys.argv.pop(1))
from pipeline.cli import main
main()
"""
NEW_EVENTS = """
    copy (
        select
            'n' || visitor_id as event_id, (select max(occurred_at) from web) as occurred_at,
            'product viewed' as event_name, visitor_id, null::varchar as email,
            'direct' as channel, 'phone' as device
        from (select distinct visitor_id from web)
        where hash(visitor_id) % 1000 < {} order by visitor_id
    ) to '{}' (format parquet)
"""


@dataclass(frozen=True)
class Both:
    """One share of visitors with something new: seconds of the run, made both ways."""

    share: float
    only_touched: float
    all_anew: float


def measure_threshold(
    work: Path, events: int, shares: Sequence[float] = SHARES, say: Callable[[str], None] = print
) -> list[Both]:
    """Measure every share on `events` events. Raises BenchmarkError where a run fails."""
    folder, out = work / f"{events}-threshold", work / "threshold-out"
    measure([sys.executable, "-m", "benchmarks.events", folder, "--events", str(events)])
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    new, base = folder / "web-new.parquet", out / "base.duckdb"
    new.unlink(missing_ok=True)
    ours.run(folder, base)
    connection = duckdb.connect()
    connection.execute(f"create view web as from read_parquet('{folder}/web.parquet')")
    found = []
    for share in shares:
        connection.execute(NEW_EVENTS.format(round(share * 1000), new))
        both = Both(share, _run(folder, base, 2), _run(folder, base, 0))
        found.append(both)
        say(f"{share:.0%}: {seconds(both.only_touched)}, all anew {seconds(both.all_anew)}")
    new.unlink()
    shutil.rmtree(out)
    return found


def _run(folder: Path, base: Path, bound: float) -> float:
    """Seconds of a run upon a copy of the base, with everyone made anew above `bound`."""
    warehouse = base.with_name("journeys.duckdb")
    shutil.copy(base, warehouse)
    words = ours.command("run", folder, warehouse)[len(ours.JOURNEYS) :]
    took = measure([sys.executable, "-c", COMMAND, str(bound), *words]).seconds
    notes = ours.last_record(warehouse)["notes"]
    assert bool(notes) == (bound == 0), notes
    return took


def crossing(found: Sequence[Both]) -> float | None:
    """The share at which both ways cost the same, between the two measured around it; None where
    only those touched is cheaper throughout.
    """
    before: Both | None = None
    for both in found:
        gain = both.all_anew - both.only_touched
        if gain <= 0:
            if before is None:
                return both.share
            earlier = before.all_anew - before.only_touched
            return before.share + (both.share - before.share) * earlier / (earlier - gain)
        before = both
    return None


def told(found: Sequence[Both], events: int) -> list[str]:
    """The section "When a run makes everything anew", in Markdown."""
    share = crossing(found)
    where = f"at {share:.0%} of the customers" if share else "at none of these shares"
    rows = [
        (f"{both.share:.0%}", seconds(both.only_touched), seconds(both.all_anew)) for both in found
    ]
    return [
        "",
        page.circumstances(),
        "",
        f"On {events:,} events, one new event for each of so many customers; making everyone anew "
        f"becomes cheaper {where}.",
        "",
        *page.table(("customers touched", "only those", "everyone"), rows),
        "",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.threshold", description=__doc__)
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--work", type=Path, help="where events are kept for the next time")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="journeys-threshold-") as scratch:
        found = measure_threshold(asked.work or Path(scratch), asked.events)
    lines = told(found, asked.events)
    print("\n".join(lines))
    page.put("threshold", lines)


if __name__ == "__main__":
    main()
