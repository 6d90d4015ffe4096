"""How customers are known to each system: when they sign up, and which ids they then have."""

import numpy as np
import pandas as pd

from pipeline.sample import world

IS_ANONYMOUS = np.array([anonymous for _, _, anonymous in world.TOUCHPOINTS.values()])
# A visitor's number is four times the customer's, plus what kind of visitor it is.
MAIN, SECOND_DEVICE, BOT, STAFF = range(4)
CHANNEL = {name: number for number, name in enumerate(world.CHANNELS)}
SHARED_DEVICE = -1  # the visitor number of the tablet at the stand


def sign_ups(steps: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """One row per customer who signed up: customer, sign_up_step (1 for the first), signed_up_at.

    At the latest they do so in the first step that cannot be made without.
    """
    number = step_numbers(steps)
    needs = steps[~IS_ANONYMOUS[steps["touchpoint"]]]
    needed = number[needs.index].groupby(needs["customer"]).min()
    early = people.loc[~people["signs_up_late"]].set_index("customer")["early_sign_up_step"]
    early = early[early <= steps.groupby("customer").size().reindex(early.index, fill_value=0)]
    step = pd.concat([needed, early]).groupby(level=0).min().rename("sign_up_step")
    frame = pd.DataFrame({"customer": steps["customer"], "number": number})
    frame["signed_up_at"] = steps["started_at"] + 5
    merged = frame.merge(
        step.rename_axis("customer").reset_index(),
        left_on=["customer", "number"],
        right_on=["customer", "sign_up_step"],
    )
    return merged[["customer", "sign_up_step", "signed_up_at"]]


def step_numbers(steps: pd.DataFrame) -> pd.Series:
    """Each step's number within its customer, from 1."""
    return steps.groupby("customer").cumcount() + 1


def sessions(
    steps: pd.DataFrame, people: pd.DataFrame, signed: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """One row per step, as `steps`: channel, device, visitor number and `has_email` of its session.

    The second device is only used by those who signed up, and always signed in: so every visitor
    of one person can be told to be that person's.
    """
    own = people.set_index("customer").loc[steps["customer"]].reset_index(drop=True)
    session = np.cumsum(steps["is_new_session"].to_numpy()) - 1
    count = int(session[-1]) + 1 if len(session) else 0
    luck, second, known = rng.random((3, count))[:, session]
    number = step_numbers(steps)
    sign_up_step = steps["customer"].map(signed.set_index("customer")["sign_up_step"])
    is_signed = (number > sign_up_step).to_numpy()
    is_first = (number == 1).groupby(session).transform("max").to_numpy()
    on_second = is_signed & own["has_second_device"].to_numpy() & (second < 0.3) & ~is_first
    stays = is_first | (luck < 0.45)
    mailed = np.where(is_signed, CHANNEL["email"], CHANNEL["search"])
    later = np.where(luck < 0.7, CHANNEL["direct"], mailed)
    return pd.DataFrame(
        {
            "channel": np.where(stays, own["channel"], later),
            "device": np.where(on_second, (own["device"] + 1) % len(world.DEVICES), own["device"]),
            "visitor": steps["customer"] * 4 + np.where(on_second, SECOND_DEVICE, MAIN),
            "has_email": is_signed & (on_second | (known < world.EMAIL_KNOWN)),
        }
    )
