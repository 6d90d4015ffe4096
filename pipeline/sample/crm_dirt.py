"""What is wrong with the CRM's exports, on purpose: old versions, doubles, and strange hours."""

import numpy as np
import pandas as pd

from pipeline.sample import words, world
from pipeline.sample.crm import LOST, PROPOSAL, WON
from pipeline.sample.events import coded
from pipeline.sample.ledger import Ledger
from pipeline.sample.population import Array


class CrmDirt:
    """Makes dirt for one batch of customers; every method returns further rows."""

    def __init__(self, rng: np.random.Generator, ledger: Ledger) -> None:
        self.rng, self.ledger = rng, ledger

    def contacts_again(self, contacts: pd.DataFrame) -> pd.DataFrame:
        """Earlier versions of contacts: the company was thought to be of another size."""
        rows = self._some(contacts, world.CRM_ROWS_AGAIN)
        self.ledger.note("contacts_again", [contact_id(number) for number in rows["contact"]])
        size = (rows["company_size"].cat.codes.to_numpy() + 1) % len(world.SIZES)
        return rows.assign(
            company_size=coded(size, rows["company_size"].cat.categories.tolist()),
            updated_at=rows["created_at"],
        )

    def contacts_twice(self, contacts: pd.DataFrame) -> pd.DataFrame:
        """Contacts entered once more under another number, the email in other letters."""
        rows = self._some(contacts, world.ENTERED_TWICE)
        loud = [f" {email.upper()}" for email in rows["email"]]
        twice = rows.assign(contact=rows["contact"] + 1, email=loud)
        pairs = [
            [contact_id(number), contact_id(number + 1), email]
            for number, email in zip(rows["contact"], rows["email"], strict=True)
        ]
        self.ledger.note("contacts_twice", pairs)
        return twice

    def opportunities_again(self, opportunities: pd.DataFrame) -> pd.DataFrame:
        """Earlier versions of opportunities: still an offer, over another amount."""
        rows = self._some(opportunities[opportunities["state"] == WON], world.CRM_ROWS_AGAIN)
        self.ledger.note("opportunities_again", [opportunity_id(n) for n in rows["opportunity"]])
        return rows.assign(
            state=PROPOSAL,
            amount=rows["amount"] * 2,
            closed_at=-1,
            updated_at=rows["created_at"] + 60,
        )

    def revoked_deals(self, opportunities: pd.DataFrame) -> pd.DataFrame:
        """Versions that say won, of opportunities that were corrected to lost later."""
        rows = opportunities[opportunities["state"] == LOST].head(world.REVOKED_DEALS)
        self.ledger.note("revoked_deals", [opportunity_id(n) for n in rows["opportunity"]])
        closed = rows["created_at"] + world.DAY
        return rows.assign(state=WON, closed_at=closed, updated_at=closed + 60)

    def notes_at_odd_hours(self, contacts: pd.DataFrame) -> pd.DataFrame:
        """Notes at local times that there were twice, or never, as the clock changed."""
        return pd.concat(
            [
                self._notes(contacts, "repeated_hour", world.REPEATED_DAY, world.REPEATED_HOUR),
                self._notes(contacts, "missing_hour", world.MISSING_DAY, world.MISSING_HOUR),
            ],
            ignore_index=True,
        )

    def _notes(self, contacts: pd.DataFrame, name: str, day: str, count: int) -> pd.DataFrame:
        moment = int(pd.Timestamp(day).timestamp())
        rows = contacts[contacts["created_at"] < moment].head(count)
        minutes = np.arange(len(rows)) * 59 // max(count - 1, 1)
        times = [f"{day} 02:{minute:02d}:00" for minute in minutes]
        contact = [contact_id(number) for number in rows["contact"]]
        self.ledger.note(name, [list(pair) for pair in zip(contact, times, strict=True)])
        return pd.DataFrame(
            {
                "at": moment + 60 * minutes,
                "contact": rows["contact"].to_numpy(),
                "activity": words.NOTE,
                "time_text": pd.Series(times, dtype="str"),
            }
        )

    def _some(self, rows: pd.DataFrame, share: float) -> pd.DataFrame:
        count = min(len(rows), max(round(len(rows) * share), 1))
        taken = self.rng.choice(len(rows), count, replace=False)
        return rows.iloc[np.sort(taken)].reset_index(drop=True)


def some_by_second_number(
    activities: pd.DataFrame, twice: pd.DataFrame, rng: np.random.Generator
) -> Array:
    """Each activity's contact: of those entered twice, either number once both are there."""
    entered = activities["customer"].map(twice.set_index("customer")["created_at"])
    second = (activities["at"] > entered) & (rng.random(len(activities)) < 0.5)
    return np.asarray(activities["customer"] * 2 + second)


def contact_id(contact: int) -> str:
    """A contact's id as the export spells it."""
    return f"c-{contact:06d}"


def opportunity_id(opportunity: int) -> str:
    """An opportunity's id as the export spells it."""
    return f"o-{opportunity:07d}"
