"""From steps to the rows of each system: web tracker, CRM activities, support desk, surveys."""

import numpy as np
import pandas as pd

from pipeline.sample import identities, words, world
from pipeline.sample.chains import NUMBER
from pipeline.sample.population import Array

SOURCE_OF = np.array([source for _, source, _ in world.TOUCHPOINTS.values()])
OPENS = [words.WEB.get(name, ("", ""))[0] for name in world.NAMES]
PAGES = [words.SITE + words.WEB.get(name, ("", ""))[1] for name in world.NAMES]
SCROLLS = 0.2  # of the events between a step's first and last


def coded(codes: Array, names: list[str] | tuple[str, ...]) -> "pd.Categorical[str]":
    """Text that is stored once per name; -1 is null."""
    distinct = list(dict.fromkeys(names))
    number = np.array([distinct.index(name) for name in names], dtype=np.int64)
    return category(np.where(codes < 0, -1, number[codes]), distinct)


def category(codes: Array, names: list[str]) -> "pd.Categorical[str]":
    """The same for names that are all different."""
    return pd.Categorical.from_codes(codes.astype(np.int64), pd.Index(names, dtype="str"))


def web_events(
    steps: pd.DataFrame, known: pd.DataFrame, signed: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """One row per event of the tracker, by time: at and received_at (seconds), event, page,
    channel, device, agent (text), visitor (number), email_of (customer, -1 where not known)."""
    is_web = SOURCE_OF[steps["touchpoint"]] == "web"
    visits, seen = steps[is_web], known[is_web]
    count = visits["events"].to_numpy()
    row = np.repeat(np.arange(len(visits)), count)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    each, ids = visits.iloc[row].reset_index(drop=True), seen.iloc[row].reset_index(drop=True)
    length = each["ended_at"] - each["answer_delay"] - each["started_at"]
    inner = (place > 0) & (place < each["events"] - 1) & (rng.random(len(row)) < SCROLLS)
    frame = pd.DataFrame(
        {
            "at": each["started_at"] + length * place // (each["events"] - 1).clip(lower=1),
            "event": np.where(inner, -2, np.where(place == 0, each["touchpoint"], -1)),
            "page": each["touchpoint"],
            **{name: ids[name] for name in ("channel", "device", "visitor")},
            "email_of": np.where(ids["has_email"], each["customer"], -1),
        }
    )
    frames = [frame, _sign_up_events(steps, known, signed)]
    return _worded(pd.concat(frames, ignore_index=True), rng)


def _sign_up_events(steps: pd.DataFrame, known: pd.DataFrame, signed: pd.DataFrame) -> pd.DataFrame:
    """Signing up happens within a step, and is no touchpoint of its own."""
    number = identities.step_numbers(steps)
    wanted = steps["customer"].map(signed.set_index("customer")["sign_up_step"]) == number
    at = known[wanted]
    return pd.DataFrame(
        {
            "at": steps.loc[wanted, "started_at"] + 5,
            "event": -3,
            "page": -1,
            **{name: at[name] for name in ("channel", "device", "visitor")},
            "email_of": steps.loc[wanted, "customer"],
        }
    )


def _worded(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    frame = frame.sort_values(["at", "visitor"], ignore_index=True, kind="stable")
    names = [*OPENS, words.SIGNED_UP, words.SCROLLED, "page view"]
    code = frame["event"].to_numpy()
    pages = [*PAGES, words.SITE + "/sign-up"]
    page = frame["page"].to_numpy()
    return frame.assign(
        received_at=frame["at"] + rng.integers(0, 4, len(frame)),
        event=coded(np.where(code < 0, len(names) + code, code), names),
        page=coded(np.where(page < 0, len(pages) - 1, page), pages),
        channel=coded(frame["channel"].to_numpy(), world.CHANNELS),
        agent=coded(frame["device"].to_numpy(), words.AGENTS),
        device=coded(frame["device"].to_numpy(), world.DEVICES),
    )


def activities(steps: pd.DataFrame) -> pd.DataFrame:
    """One row per CRM activity: at (seconds, UTC), customer, activity."""
    rows = steps[SOURCE_OF[steps["touchpoint"]] == "activities"]
    names = [words.ACTIVITIES.get(name, "") for name in world.NAMES]
    return pd.DataFrame(
        {
            "at": rows["started_at"],
            "customer": rows["customer"],
            "activity": coded(rows["touchpoint"].to_numpy(), names),
        }
    ).sort_values(["at", "customer"], ignore_index=True)


def tickets(steps: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row per ticket: opened_at and closed_at (seconds), customer, topic, message, csat."""
    rows = steps[steps["touchpoint"] == NUMBER["support ticket"]]
    leaves = rows["leaves"].to_numpy()
    messages = (*words.CALM_MESSAGES, *words.ANGRY_MESSAGES)
    pick = rng.integers(0, len(words.CALM_MESSAGES), len(rows))
    return pd.DataFrame(
        {
            "opened_at": rows["started_at"],
            "closed_at": rows["ended_at"] - rows["answer_delay"],
            "customer": rows["customer"],
            "topic": coded(rng.integers(0, len(words.TOPICS), len(rows)), words.TOPICS),
            "message": coded(pick + np.where(leaves, len(words.CALM_MESSAGES), 0), messages),
            "satisfaction": np.where(
                leaves, rng.integers(1, 3, len(rows)), rng.integers(3, 6, len(rows))
            ),
        }
    ).sort_values(["opened_at", "customer"], ignore_index=True)


def answers(steps: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row per survey answer: answered_at (seconds), customer, about, nps, comment."""
    rows = steps[steps["answer"] >= 0]
    leaves = rows["leaves"].to_numpy()
    comments = (*words.HAPPY_COMMENTS, *words.UNHAPPY_COMMENTS)
    pick = rng.integers(0, len(words.HAPPY_COMMENTS), len(rows))
    return pd.DataFrame(
        {
            "answered_at": rows["ended_at"],
            "customer": rows["customer"],
            "about": coded(rows["touchpoint"].to_numpy(), world.NAMES),
            "nps": rows["answer"],
            "comment": coded(pick + np.where(leaves, len(words.HAPPY_COMMENTS), 0), comments),
        }
    ).sort_values(["answered_at", "customer"], ignore_index=True)
