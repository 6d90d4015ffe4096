"""What each finding is from run to run: new, still there, not seen just now, or gone.

The journal of the runs tells which findings stood up in each, so this outlives a full run. To be
new, a finding must be surer than to stay: else those at the border would come and go.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

NEW_BELOW = 0.01  # the q_value of what was not there before; what is there stays up to 0.05
FAILS = 3  # runs in a row without it, and it is gone

Record = Mapping[str, Any]


@dataclass
class Standing:
    """status since the day of a run (YYYY-MM-DD), and in how many runs in a row it was not seen."""

    status: str  # new | still there | not seen | gone
    since: str
    place: str  # what it is and where, for those that are no more
    unseen: int = 0


def standings(records: Iterable[Record]) -> dict[str, Standing]:
    """By finding_id, what was ever found, as of the last run that published.

    In the first run everything found is new; later what is found with a q_value of 0.01 and more
    for the first time waits, and is not in here.
    """
    known: dict[str, Standing] = {}
    for number, record in enumerate(_with_findings(records)):
        found, day = record["findings"], str(record["started_at"])[:10]
        for finding_id, told in found.items():
            before = known.get(finding_id)
            if before and before.status != "gone":
                before.status, before.unseen = "still there", 0
            elif not number or told["q_value"] < NEW_BELOW:
                known[finding_id] = Standing("new", day, told["place"])
        for finding_id in known.keys() - found.keys():
            _not_seen(known[finding_id], day)
    return known


def _with_findings(records: Iterable[Record]) -> Iterable[Record]:
    """Runs that published and looked; of one that was killed it is not known what it found."""
    return (r for r in records if r["outcome"] == "published" and r.get("findings") is not None)


def _not_seen(standing: Standing, day: str) -> None:
    if standing.status == "gone":
        return
    standing.unseen += 1
    standing.status = "not seen"
    if standing.unseen >= FAILS:
        standing.status, standing.since = "gone", day
