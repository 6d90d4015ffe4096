"""What is wrong with the tracker's export, on purpose: dirt adds rows and takes nothing away."""

import numpy as np
import pandas as pd

from pipeline.sample import words, world
from pipeline.sample.events import PAGES, SOURCE_OF, coded
from pipeline.sample.identities import BOT, SHARED_DEVICE, STAFF
from pipeline.sample.ledger import Ledger
from pipeline.sample.population import Array

WEB_PAGES = [page for page, source in zip(PAGES, SOURCE_OF, strict=True) if source == "web"]
UNMAPPED_PAGE = words.SITE + "/stand"
CLEAN, TIMES, NOBODY, HOSTILE, BOTS, OWN, STAND, ALONE = "01234567"  # series of event ids


class WebDirt:
    """Makes dirt for one batch of customers; every method returns further rows.

    Rows made here have ids in series of their own; those delivered twice keep theirs.
    """

    def __init__(
        self, web: pd.DataFrame, first: int, rng: np.random.Generator, ledger: Ledger
    ) -> None:
        self.web, self.first, self.rng, self.ledger = web, first, rng, ledger

    def delivered_late(self) -> pd.DataFrame:
        """The clean events, some of which arrive weeks after they happened."""
        late = self.rng.random(len(self.web)) < world.ARRIVES_LATE
        low, high = np.array(world.LATE_DAYS) * world.DAY
        self.ledger.note("arrives_late", event_ids(self.web[late]))
        delay = np.where(late, self.rng.integers(low, high, len(late)), 0)
        return self.web.assign(received_at=self.web["received_at"] + delay)

    def delivered_twice(self) -> pd.DataFrame:
        """Events delivered again, a day or two later and otherwise the same."""
        rows = self._some(world.DELIVERED_TWICE)
        self.ledger.note("delivered_twice", event_ids(rows))
        later = self.rng.integers(0, 2 * world.DAY, len(rows))
        return rows.assign(received_at=rows["received_at"] + later)

    def unusable_times(self) -> pd.DataFrame:
        """Copies of events, without a time that can be read."""
        rows = self._numbered(self._some(world.UNUSABLE_TIMES), TIMES)
        self.ledger.note("unusable_times", event_ids(rows))
        pick = np.arange(len(rows)) % len(words.UNUSABLE_TIMES)
        return rows.assign(time_text=coded(pick, words.UNUSABLE_TIMES))

    def empty_ids(self) -> pd.DataFrame:
        """Copies of events, without a visitor or an email."""
        rows = self._numbered(self._some(world.EMPTY_IDS), NOBODY)
        self.ledger.note("empty_ids", event_ids(rows))
        pick = np.arange(len(rows)) % len(words.UNUSABLE_IDS)
        return rows.drop(columns="email").assign(visitor_text=coded(pick, words.UNUSABLE_IDS))

    def hostile_names(self) -> pd.DataFrame:
        """Events whose names would break careless SQL or HTML, in the midst of ordinary steps."""
        rows = self._numbered(self._some(world.HOSTILE_EVENTS), HOSTILE)
        names = np.arange(len(rows)) % len(world.HOSTILE_NAMES)
        self.ledger.note("hostile_names", list(world.HOSTILE_NAMES), len(rows))
        return rows.assign(
            event=coded(names, world.HOSTILE_NAMES), page=coded(0 * names, [UNMAPPED_PAGE])
        )

    def bots(self) -> pd.DataFrame:
        """Crawlers: visitors of their own who read page after page, two seconds each."""
        count = max(round(len(self.web) * world.BOT_EVENTS / world.EVENTS_PER_BOT), 1)
        number = np.repeat(np.arange(count), world.EVENTS_PER_BOT)
        begin = self._moments(count)[number]
        rows = self._strangers((self.first + number) * 4 + BOT, begin, BOTS)
        rows["at"] += 2 * (np.arange(len(number)) % world.EVENTS_PER_BOT)
        names = [visitor_id(visitor) for visitor in rows["visitor"].drop_duplicates()]
        self.ledger.note("bots", names, len(rows))
        return rows.assign(
            received_at=rows["at"], agent=coded(number % len(words.BOT_AGENTS), words.BOT_AGENTS)
        )

    def own_staff(self) -> pd.DataFrame:
        """The academy's own people looking at their own pages, signed in."""
        emails = [f"{name}@fjord.example" for name in world.STAFF]
        person = self.rng.integers(0, len(emails), round(len(self.web) * world.STAFF_EVENTS))
        rows = self._strangers((self.first + person) * 4 + STAFF, self._moments(len(person)), OWN)
        self.ledger.note("own_staff", emails, len(rows))
        return rows.assign(email=coded(person, emails))

    def shared_device(self, steps: pd.DataFrame, emails: "pd.Series[str]") -> list[pd.DataFrame]:
        """One visitor seen with more emails than a person has, and some events with it alone.

        The people sign in there as a step of theirs begins, so no session is changed by it.
        """
        last = steps.drop_duplicates("customer", keep="last")
        last = last[last["customer"].isin(emails.index)].head(world.SHARED_DEVICE_EMAILS)
        count, alone = len(last), world.SHARED_DEVICE_ALONE
        shared = [np.full(number, SHARED_DEVICE) for number in (count, alone)]
        signs_in = self._strangers(shared[0], last["started_at"].to_numpy(), STAND).assign(
            event=coded(0 * shared[0], [words.AT_THE_STAND]),
            email=coded(np.arange(count), list(emails.loc[last["customer"]])),
        )
        nobody = self._strangers(shared[1], self._moments(alone), ALONE)
        self.ledger.note("shared_device", [visitor_id(SHARED_DEVICE)], count + alone)
        self.ledger["shared_device"] |= {"emails": count, "events_alone": alone}
        page = [UNMAPPED_PAGE]
        return [
            rows.assign(page=coded(0 * rows["at"].to_numpy(), page)) for rows in (signs_in, nobody)
        ]

    def _moments(self, count: int) -> Array:
        return self.rng.integers(world.BEGIN, world.END - world.DAY, count)

    def _some(self, share: float) -> pd.DataFrame:
        """About `share` of the clean rows, and at least two."""
        count = min(len(self.web), max(round(len(self.web) * share), 2))
        taken = self.rng.choice(len(self.web), count, replace=False)
        return self.web.iloc[np.sort(taken)].reset_index(drop=True)

    def _numbered(self, rows: pd.DataFrame, series: str) -> pd.DataFrame:
        return number_events(rows, self.first, series)

    def _strangers(self, visitor: Array, at: Array, series: str) -> pd.DataFrame:
        zeros = np.zeros(len(visitor), dtype=np.int64)
        rows = pd.DataFrame(
            {
                "at": at,
                "received_at": at,
                "event": coded(zeros, ["page view"]),
                "page": coded(self.rng.integers(0, len(WEB_PAGES), len(visitor)), WEB_PAGES),
                "channel": coded(zeros, ["direct"]),
                "device": coded(zeros, [world.DEVICES[0]]),
                "agent": coded(zeros, words.AGENTS),
                "visitor": visitor,
            }
        )
        return self._numbered(rows, series)


def number_events(rows: pd.DataFrame, first: int, series: str) -> pd.DataFrame:
    """The rows with event ids: a series, and numbers that no other batch of customers has."""
    zeros = np.zeros(len(rows), dtype=np.int64)
    number = first * 100 + np.arange(len(rows))
    return rows.assign(series=coded(zeros, [series]), event_number=number)


def event_ids(rows: pd.DataFrame) -> list[str]:
    """Event ids as the export spells them."""
    pairs = zip(rows["series"], rows["event_number"], strict=True)
    return [f"e-{series}{number:06d}" for series, number in pairs]


def visitor_id(visitor: int) -> str:
    """A visitor's id as the export spells it."""
    return "v-stand" if visitor == SHARED_DEVICE else f"v-{visitor:06d}"
