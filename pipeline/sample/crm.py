"""The wide rows of the CRM: contacts and opportunities, one row per version that was delivered."""

import numpy as np
import pandas as pd

from pipeline.sample import world
from pipeline.sample.chains import NUMBER
from pipeline.sample.events import coded

AMOUNTS = ((40_000, 90_000), (12_000, 30_000), (3_000, 9_000))  # of deals, by persona, in EUR
STATES = ("Proposal", "Closed Won", "Closed Lost")
PROPOSAL, WON, LOST = range(3)
WRITTEN_OFF_DAYS = (20, 50)  # until an offer that nobody took is closed


def contacts(people: pd.DataFrame, signed: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row per contact, as it stands now: contact (number), customer, industry, company_size,
    country, created_at and updated_at (seconds)."""
    rows = signed.merge(people, on="customer")
    created = rows["signed_up_at"] + rng.integers(60, world.HOUR, len(rows))
    return pd.DataFrame(
        {
            "contact": rows["customer"] * 2,
            "customer": rows["customer"],
            "industry": coded(rows["industry"].to_numpy(), world.INDUSTRIES),
            "company_size": coded(rows["company_size"].to_numpy(), world.SIZES),
            "country": coded(rows["country"].to_numpy(), world.COUNTRIES),
            "created_at": created,
            "updated_at": np.minimum(
                created + rng.integers(1, 60 * world.DAY, len(rows)), world.END - 1
            ),
        }
    )


def opportunities(steps: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row per opportunity, as it stands now: opportunity (number), customer, state, amount
    (EUR), created_at, closed_at (-1 while open) and updated_at (seconds)."""
    wanted = steps["touchpoint"].isin([NUMBER["proposal"], NUMBER[world.MILESTONE]])
    rows = steps[wanted].reset_index(drop=True)
    following = rows[["customer", "touchpoint", "started_at"]].shift(-1, fill_value=-1)
    is_offer = rows["touchpoint"] == NUMBER["proposal"]
    is_won = (following["touchpoint"] == NUMBER[world.MILESTONE]) & (
        following["customer"] == rows["customer"]
    )
    offers = rows[is_offer].reset_index(drop=True)
    won = is_won[is_offer].to_numpy()
    waits = rng.integers(*WRITTEN_OFF_DAYS, len(offers)) * world.DAY
    closed = np.where(won, following.loc[is_offer, "started_at"], offers["started_at"] + waits)
    is_open = closed >= world.END
    low, high = np.array(AMOUNTS)[offers["persona"]].T
    return pd.DataFrame(
        {
            "opportunity": offers["customer"] * 100 + offers.groupby("customer").cumcount(),
            "customer": offers["customer"],
            "state": np.where(won, WON, np.where(is_open, PROPOSAL, LOST)),
            "amount": rng.integers(low, high) // 100 * 100,
            "created_at": offers["started_at"],
            "closed_at": np.where(is_open, -1, closed),
            "updated_at": np.where(is_open, offers["started_at"], closed) + 60,
        }
    )
