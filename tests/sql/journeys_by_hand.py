"""DESIGN.md's borders once more, as plain loops over one customer's events: the oracle."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class Step:
    session_id: int
    touchpoint: str
    stage_number: int
    first_event_id: int
    started_at: datetime
    ended_at: datetime
    events: int = 1


@dataclass
class Journey:
    steps: list[Step] = field(default_factory=list)
    next_started_at: datetime | None = None  # of the customer's next step of any kind


def sessions_of(events, timeout: timedelta) -> list[list]:
    """Events with `.id`, `.at` and `.is_left_out`, in any order, as sessions in order."""
    sessions, last = [], None
    for event in sorted(events, key=lambda event: (event.at, event.id)):
        if event.is_left_out:
            continue
        if last is None or event.at - last > timeout:
            sessions.append([])
        sessions[-1].append(event)
        last = event.at
    return sessions


def steps_of(sessions) -> list[Step]:
    """Events besides with `.touchpoint` (None: unmapped) and `.stage_number`."""
    steps = []
    for session in sessions:
        current = None
        for event in session:
            if event.touchpoint is None:
                continue
            if current and current.touchpoint == event.touchpoint:
                current.ended_at = event.at
                current.events += 1
                continue
            current = Step(
                session[0].id, event.touchpoint, event.stage_number, event.id, event.at, event.at
            )
            steps.append(current)
    return steps


def journeys_of(steps, goal, give_up_after, starts_with, after_goal) -> list[Journey]:
    journeys, current, is_waiting, last = [], None, False, None
    for step in steps:
        if last and step.started_at - last.ended_at > give_up_after:
            current = None
        if last and journeys and journeys[-1].steps[-1] is last:
            journeys[-1].next_started_at = step.started_at
        if step.stage_number == 1:
            is_waiting = False
        if not current and not is_waiting and starts_with in {"any", step.touchpoint}:
            current = Journey()
            journeys.append(current)
        if current:
            current.steps.append(step)
        if step.touchpoint == goal:
            current, is_waiting = None, after_goal == "first stage"
        last = step
    return journeys


def outcome_of(journey, goal, give_up_after, horizon) -> str:
    last = journey.steps[-1]
    if last.touchpoint == goal:
        return "converted"
    came_late = (
        journey.next_started_at is not None
        and journey.next_started_at - last.ended_at > give_up_after
    )
    return "dropped" if came_late or horizon - last.ended_at > give_up_after else "open"
