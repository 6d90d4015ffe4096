"""Counts a sample's exports in pandas, as DESIGN.md defines the words: a second opinion.

Nothing here comes from the pipeline or from the generator's own counting.
"""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
TRUTH: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
PAGES = {
    "/landing/": ("paid ad", "awareness"),
    "/social/": ("social post", "awareness"),
    "/blog/": ("article", "awareness"),
    "/webinar/": ("webinar", "awareness"),
    "/courses": ("course catalogue", "consideration"),
    "/pricing": ("pricing page", "consideration"),
    "/cases/": ("case study", "consideration"),
    "/academy/welcome": ("first login", "onboarding"),
    "/academy/toolbox": ("toolbox", "usage"),
    "/academy/modules": ("learning module", "usage"),
    "/help/": ("help page", "support"),
    "/community/": ("community", "support"),
    "/alumni/": ("alumni news", "loyalty"),
}
NAMED = {
    "demo call held": ("demo call", "consideration"),
    "opportunity created": ("proposal", "purchase"),
    "negotiation meeting": ("negotiation", "purchase"),
    "deal won": ("deal won", "purchase"),
    "kick-off call held": ("kick-off call", "onboarding"),
    "workshop attended": ("workshop", "usage"),
    "ticket opened": ("support ticket", "support"),
    "ticket closed": ("support ticket", "support"),
    "coach call held": ("coach call", "support"),
    "follow-up booked": ("follow-up booked", "loyalty"),
}
STAGE_OF = dict([*PAGES.values(), *NAMED.values()])
MONTH = pd.Timedelta(days=30)


def events_of(folder: Path) -> pd.DataFrame:
    """One row per counted event: time, source, event, touchpoint, stage, and identifiers."""
    parts = {
        "web": _web(folder),
        "activities": _activities(folder),
        "opportunities": _opportunities(folder),
        "support": _tickets(folder),
        "surveys": _surveys(folder),
    }
    events = pd.concat([part.assign(source=name) for name, part in parts.items()])
    return events.reset_index(drop=True)


def with_customers(events: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """The same with the connected component that each event belongs to."""
    contacts = pd.read_csv(folder / "crm_contacts.csv")
    links = pd.concat(
        [events[["visitor", "email", "contact"]],
         pd.DataFrame({"contact": contacts["contact_id"], "email": _clean(contacts["email"])})],
        ignore_index=True,
    )  # fmt: skip
    links["visitor"] = links["visitor"].where(links["visitor"] != "v-stand")
    keys = {kind: kind + ":" + links[kind] for kind in ("visitor", "email", "contact")}
    names = pd.Index(pd.concat(keys.values()).dropna().unique())
    code = {kind: names.get_indexer(keys[kind]) for kind in keys}
    left, right = _pairs(code)
    graph = coo_matrix((np.ones(len(left)), (left, right)), shape=(len(names), len(names)))
    _, component = connected_components(graph, directed=False)
    own = np.select([code[kind] >= 0 for kind in keys], [code[kind] for kind in keys], -1)
    customer = np.where(own >= 0, component[own], -1)[: len(events)]
    identifier = names.to_series().reset_index(drop=True).reindex(own[: len(events)])
    return events.assign(customer=customer, identifier=identifier.to_numpy())


def steps_of(events: pd.DataFrame) -> pd.DataFrame:
    """One row per step: customer, touchpoint, stage, start, end, and what `in_journeys` adds."""
    events = events.sort_values(["customer", "time"], kind="stable", ignore_index=True)
    same = events["customer"].eq(events["customer"].shift())
    new_session = ~same | (events["time"].diff() > pd.Timedelta(minutes=30))
    events["session"] = new_session.cumsum()
    mapped = events[events["touchpoint"].notna()]
    changed = mapped[["session", "touchpoint"]].ne(mapped[["session", "touchpoint"]].shift())
    steps = (
        mapped.assign(step=changed.any(axis=1).cumsum())
        .groupby("step")
        .agg(customer=("customer", "first"), touchpoint=("touchpoint", "first"),
             stage=("stage", "first"), start=("time", "min"), end=("time", "max"))
        .reset_index(drop=True)
    )  # fmt: skip
    return in_journeys(steps)


def in_journeys(steps: pd.DataFrame) -> pd.DataFrame:
    """Steps by customer and time, with `journey`, `number` in customer, `silent` before it."""
    steps = steps.copy()
    same = steps["customer"].eq(steps["customer"].shift())
    steps["silent"] = same & (steps["start"] - steps["end"].shift() > MONTH)
    after_goal = steps["touchpoint"].shift().eq("follow-up booked")
    steps["journey"] = (~same | steps["silent"] | after_goal).cumsum()
    steps["number"] = steps.groupby("customer").cumcount() + 1
    return steps


def visits_of(steps: pd.DataFrame, horizon: pd.Timestamp) -> pd.DataFrame:
    """One row per mature stage visit: customer, journey, stage, last touchpoint, start, number of
    its first step, lost."""
    changed = steps[["journey", "stage"]].ne(steps[["journey", "stage"]].shift()).any(axis=1)
    following = steps["customer"].eq(steps["customer"].shift(-1))
    steps = steps.assign(
        visit=changed.cumsum(),
        ends=steps["journey"].ne(steps["journey"].shift(-1)),
        gone=np.where(following, steps["silent"].shift(-1, fill_value=False),
                      horizon - steps["end"] > MONTH),
    )  # fmt: skip
    visits = steps.groupby("visit").agg(
        customer=("customer", "first"), journey=("journey", "first"), stage=("stage", "first"),
        touchpoint=("touchpoint", "last"), start=("start", "first"), end=("end", "last"),
        number=("number", "first"), ends=("ends", "last"), gone=("gone", "last"),
    )  # fmt: skip
    visits["lost"] = visits["ends"] & visits["gone"] & (visits["touchpoint"] != "follow-up booked")
    return visits[horizon - visits["end"] > MONTH]


def horizon_of(events: pd.DataFrame) -> pd.Timestamp:
    """The earliest of the last events of the web tracker and the CRM."""
    last = events.groupby("source")["time"].max()
    return last[["web", "activities", "opportunities"]].min()


def _web(folder: Path) -> pd.DataFrame:
    with gzip.open(folder / "web_events.csv.gz", "rt", encoding="utf-8") as file:
        rows = pd.read_csv(file, dtype=str).drop_duplicates("event_id")
    staff = rows["email"].str.endswith("@fjord.example").eq(True)
    rows = rows[~rows["user_agent"].str.contains("bot", case=False) & ~staff]
    rows = rows[rows["visitor_id"].notna() & ~rows["visitor_id"].isin(["null", "undefined"])]
    time = pd.to_datetime(rows["occurred_at"], format="%Y-%m-%d %H:%M:%S", errors="coerce")
    page = rows["page_url"].str.removeprefix("https://fjord.example")
    number = np.full(len(rows), -1)
    for place, start in enumerate(PAGES):
        number[page.str.startswith(start) & (rows["event_name"] != "scrolled")] = place
    names = np.array([*(name for name, _ in PAGES.values()), None], dtype=object)
    frame = _frame(time, rows["event_name"], names[number], rows["visitor_id"], rows["email"], None)
    return frame[frame["time"].notna()]


def _activities(folder: Path) -> pd.DataFrame:
    rows = pd.read_csv(folder / "crm_activities.csv", dtype=str)
    named = rows["activity"].map({event: name for event, (name, _) in NAMED.items()})
    time = _from_stockholm(rows["happened_at"])
    return _frame(time, rows["activity"], named, None, None, rows["contact_id"])


def _opportunities(folder: Path) -> pd.DataFrame:
    rows = pd.read_csv(folder / "crm_opportunities.csv", dtype=str).sort_values("updated_at")
    rows = rows.drop_duplicates("opportunity_id", keep="last")
    won = rows[rows["stage"] == "Closed Won"]
    parts = ((rows, "created_at", "opportunity created"), (won, "closed_at", "deal won"))
    return pd.concat(
        _frame(_from_stockholm(some[time]), event, NAMED[event][0], None, None, some["contact_id"])
        for some, time, event in parts
    )


def _tickets(folder: Path) -> pd.DataFrame:
    rows = _lines(folder / "support.ndjson")
    return pd.concat(
        _frame(pd.to_datetime(rows[time]), event, "support ticket", None, rows["email"], None)
        for time, event in (("opened_at", "ticket opened"), ("closed_at", "ticket closed"))
    )


def _surveys(folder: Path) -> pd.DataFrame:
    rows = _lines(folder / "surveys.ndjson")
    time = pd.to_datetime(rows["answered_at"])
    return _frame(time, "survey answered", rows["about"], None, rows["email"], None)


def _lines(file: Path) -> pd.DataFrame:
    lines = file.read_text(encoding="utf-8").splitlines()
    return pd.DataFrame([json.loads(line) for line in lines])


def _frame(time, event, touchpoint, visitor, email, contact) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    frame = pd.DataFrame({"time": time, "event": event, "touchpoint": touchpoint})
    frame["stage"] = frame["touchpoint"].map(STAGE_OF)
    return frame.assign(visitor=visitor, email=_clean(email), contact=contact)


def _clean(email: "pd.Series[str] | None") -> "pd.Series[str] | None":
    return None if email is None else email.str.strip().str.lower()


def _from_stockholm(text: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    local = pd.to_datetime(text).dt.tz_localize(
        "Europe/Stockholm", ambiguous=np.ones(len(text), dtype=bool), nonexistent="shift_forward"
    )
    return local.dt.tz_convert("UTC").dt.tz_localize(None)


def _pairs(code: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    kinds = list(code.values())
    both = [(a, b) for place, a in enumerate(kinds) for b in kinds[place + 1 :]]
    found = [(a[(a >= 0) & (b >= 0)], b[(a >= 0) & (b >= 0)]) for a, b in both]
    return np.concatenate([a for a, _ in found]), np.concatenate([b for _, b in found])
