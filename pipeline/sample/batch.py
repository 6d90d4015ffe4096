"""One batch of customers: everything that every system would export about them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.sample import crm, events, words, world
from pipeline.sample.chains import walk
from pipeline.sample.crm_dirt import CrmDirt, contact_id, some_by_second_number
from pipeline.sample.dirt import CLEAN, WebDirt, number_events, visitor_id
from pipeline.sample.identities import sessions, sign_ups
from pipeline.sample.ledger import Ledger
from pipeline.sample.population import Array
from pipeline.sample.population import people as draw_people

Tables = dict[str, list[pd.DataFrame]]


@dataclass
class Batch:
    """The rows of each export, and which persona each identifier in them is of."""

    tables: Tables
    personas: dict[str, str]


def make_batch(first: int, count: int, rng: np.random.Generator, ledger: Ledger) -> Batch:
    """`count` customers numbered from `first`; dirt is noted in `ledger`."""
    people = draw_people(count, first, rng)
    steps = walk(people, rng)
    signed = sign_ups(steps, people)
    known = sessions(steps, people, signed, rng)
    emails = pd.Series([email_of(number) for number in people["customer"]], people["customer"])
    _note_late_sign_ups(steps, signed, ledger)
    web = events.web_events(steps, known, signed, rng)
    web["email"] = _emails(web.pop("email_of").to_numpy() - first, emails)
    contacts = crm.contacts(people, signed, rng)
    contacts["email"] = _emails(contacts["customer"].to_numpy() - first, emails)
    tables = {
        "web_events": _web_parts(web, steps, emails.loc[contacts["customer"]], first, rng, ledger),
        **_crm_parts(contacts, steps, rng, ledger, first),
        "support": [_with_email(events.tickets(steps, rng), emails, first)],
        "surveys": [_with_email(events.answers(steps, rng), emails, first)],
    }
    tables["support"][0]["ticket_number"] = first * 20 + np.arange(len(tables["support"][0]))
    return Batch(
        tables, _personas(people.set_index("customer"), known, tables["crm_contacts"], emails)
    )


def email_of(customer: int) -> str:
    """A customer's email, in lower case."""
    first_name = words.FIRST_NAMES[customer % len(words.FIRST_NAMES)]
    last_name = words.LAST_NAMES[customer // 20 % len(words.LAST_NAMES)]
    company = words.COMPANIES[customer * 7 % len(words.COMPANIES)]
    return f"{first_name}.{last_name}{customer}@{company}.example"


def _emails(place: Array, emails: "pd.Series[str]") -> "pd.Categorical[str]":
    """Emails by place in the batch; below 0 is null."""
    return events.category(np.maximum(place, -1), list(emails))


def _with_email(rows: pd.DataFrame, emails: "pd.Series[str]", first: int) -> pd.DataFrame:
    return rows.assign(email=_emails(rows["customer"].to_numpy() - first, emails))


def _web_parts(
    web: pd.DataFrame,
    steps: pd.DataFrame,
    emails: "pd.Series[str]",
    first: int,
    rng: np.random.Generator,
    ledger: Ledger,
) -> list[pd.DataFrame]:
    dirt = WebDirt(number_events(web, first, CLEAN), first, rng, ledger)
    parts = [
        dirt.delivered_late(),
        dirt.delivered_twice(),
        dirt.unusable_times(),
        dirt.empty_ids(),
        dirt.hostile_names(),
        dirt.bots(),
        dirt.own_staff(),
    ]
    return parts + (dirt.shared_device(steps, emails) if first == 0 else [])


def _crm_parts(
    contacts: pd.DataFrame,
    steps: pd.DataFrame,
    rng: np.random.Generator,
    ledger: Ledger,
    first: int,
) -> Tables:
    dirt = CrmDirt(rng, ledger)
    twice = dirt.contacts_twice(contacts)
    opportunities = crm.opportunities(steps, rng)
    activities = events.activities(steps)
    activities["contact"] = some_by_second_number(activities, twice, rng)
    notes = dirt.notes_at_odd_hours(contacts if first == 0 else contacts.head(0))
    activities = pd.concat([activities, notes], ignore_index=True)
    activities = activities.sort_values(["at", "contact"], ignore_index=True, kind="stable")
    activities["activity_number"] = first * 20 + activities.index
    revoked = [dirt.revoked_deals(opportunities)] if first == 0 else []
    return {
        "crm_contacts": [contacts, dirt.contacts_again(contacts), twice],
        "crm_opportunities": [opportunities, dirt.opportunities_again(opportunities), *revoked],
        "crm_activities": [activities],
    }


def _personas(
    people: pd.DataFrame,
    known: pd.DataFrame,
    contacts: list[pd.DataFrame],
    emails: "pd.Series[str]",
) -> dict[str, str]:
    name = {number: world.PERSONAS[code] for number, code in people["persona"].items()}
    visitors, numbers = known["visitor"], pd.concat([part["contact"] for part in contacts])
    signed = contacts[0]["customer"]
    ids = {f"visitor:{visitor_id(number)}": name[number // 4] for number in sorted(set(visitors))}
    ids |= {f"contact:{contact_id(number)}": name[number // 2] for number in sorted(set(numbers))}
    told = zip(emails.loc[signed], signed, strict=True)
    return ids | {f"email:{email}": name[number] for email, number in told}


def _note_late_sign_ups(steps: pd.DataFrame, signed: pd.DataFrame, ledger: Ledger) -> None:
    began = signed["customer"].map(steps.groupby("customer")["started_at"].min())
    late = signed[signed["signed_up_at"] - began > world.LATE_SIGN_UP_DAYS * world.DAY]
    ledger.note("late_sign_ups", [visitor_id(customer * 4) for customer in late["customer"]])
