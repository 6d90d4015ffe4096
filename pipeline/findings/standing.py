"""What each finding is from run to run: new, still there, not seen just now, or gone.

The journal of the runs tells which findings stood up in each, so this outlives a full run. To be
new, a finding must be surer than to stay: else those at the border would come and go. Which of the
findings of one story tells it may change from run to run (of two groups now the one, now the
other): a story is still there as long as any of its findings is.
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
    tells_story: bool = True  # when it was last seen; else it was told with another
    unseen: int = 0


def standings(records: Iterable[Record]) -> dict[str, Standing]:
    """By finding_id, what was ever found, as of the last run that published.

    In the first run everything found is new; later what is found with a q_value of 0.01 and more
    for the first time waits, and is not in here. Of what is not seen any more only those are in
    here that told a story.
    """
    known: dict[str, Standing] = {}
    for number, record in enumerate(_with_findings(records)):
        found, day = record["findings"], str(record["started_at"])[:10]
        there = {each: known[each].since for each in known if known[each].status != "gone"}
        for finding_id, told in found.items():
            tells_story = not told.get("told_with")
            if since := _since(finding_id, found, there):
                known[finding_id] = Standing("still there", since, told["place"], tells_story)
            elif not number or told["q_value"] < NEW_BELOW:
                known[finding_id] = Standing("new", day, told["place"], tells_story)
        for finding_id in known.keys() - found.keys():
            _not_seen(known[finding_id], day)
    return {each: told for each, told in known.items() if told.tells_story or not told.unseen}


def _since(finding_id: str, found: Mapping[str, Record], there: Mapping[str, str]) -> str | None:
    """Since when it was there before this run: itself, or others that are told with it now."""
    if finding_id in there:
        return there[finding_id]
    others = [each for each, told in found.items() if told.get("told_with") == finding_id]
    return min((there[each] for each in others if each in there), default=None)


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
