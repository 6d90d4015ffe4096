"""What `journeys.yml` may say, as frozen models; the one place that knows its keys.

The models check each value alone; `settings_checks` checks what values say about each other.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from pipeline.settings_values import (
    Column,
    Columns,
    Count,
    Day,
    Duration,
    Instant,
    Name,
    Names,
    Placeholders,
    Rule,
    Scale,
    Share,
    Timezone,
    Tolerance,
    Words,
)

EVENT_COLUMNS = ("source", "event", "value", "score", "text")  # every rule sees these
PLACEHOLDERS = (
    "", "null", "none", "undefined", "anonymous", "0", "n/a", "na", "test@…",
)  # fmt: skip


class Part(BaseModel):
    """A part of the settings: nothing unknown in it, and nothing changes it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class MapWords(Part):
    """What the journey map is for, in the analyst's words."""

    objective: Words = ""
    audience: Words = ""


class ReportSettings(Part):
    """How the report shows times and money."""

    timezone: Timezone = "UTC"
    currency: Words = ""
    week_start: Literal["monday", "sunday"] = "monday"


class Score(Part):
    """The column with a survey score, and the scale it is on (see `scales`)."""

    column: Column
    scale: Scale


class WideEvent(Part):
    """One event that a wide row holds: it is there where its time is set and `where` is true."""

    event: Name
    time: Column
    where: Rule | None = None
    value: Column | None = None
    score: Score | None = None
    text: Column | None = None


class Source(Part):
    """One export: an event log (`event`, `time`), or wide rows (`events`, `attributes`)."""

    name: Name
    kind: Literal["web", "crm", "support", "survey", "other"]
    path: Name
    timezone: Timezone = "UTC"
    date_only: Literal["start", "end"] = "start"
    encoding: Name | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=4)] | None = None
    covers_until: Instant | None = None  # UTC, naive; written in the source's own time zone
    time: Column | None = None
    event: Column | None = None
    event_id: Column | None = None
    row_id: Column | None = None
    version: Column | None = None
    identifiers: Annotated[dict[Name, Column], Field(min_length=1)]
    columns: Columns = {}
    attributes: Columns = {}
    events: tuple[WideEvent, ...] = ()
    value: Column | None = None
    score: Score | None = None
    text: Column | None = None
    where: Rule | None = None

    @property
    def is_event_log(self) -> bool:
        """Whether each row is one event, named by a column."""
        return self.event is not None

    @field_validator("covers_until")
    @classmethod
    def _to_utc(cls, instant: datetime | None, info: ValidationInfo) -> datetime | None:
        if instant is None:
            return None
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=ZoneInfo(info.data.get("timezone", "UTC")))
        return instant.astimezone(UTC).replace(tzinfo=None)


class Sessions(Part):
    """A gap longer than the timeout splits; a gap of exactly the timeout does not."""

    timeout: Duration = timedelta(minutes=30)


class Touchpoint(Part):
    """A kind of contact, found by a rule, and who and what is behind it."""

    touchpoint: Name
    where: Rule
    owner: Name | None = None
    systems: Names = ()
    people: Names = ()
    process: Words | None = None
    notes: Words | None = None


class Stage(Part):
    """A phase of the journey; its place in the list is its place in the order."""

    stage: Name
    notes: Words | None = None
    touchpoints: tuple[Touchpoint, ...] = ()


class Journey(Part):
    """Where journeys start and end."""

    starts_with: Name = "any"
    goal: Name
    milestones: Names = ()
    give_up_after: Duration = timedelta(days=30)
    within: Duration = timedelta(days=180)
    after_goal: Literal["any", "first stage"] = "any"


class Personas(Part):
    """How customers are clustered, or the column that says whom they belong to."""

    column: Name | None = None  # the company's own groups, instead of those that are found
    method: Literal["k-means", "gaussian mixture", "markov mixture"] = "k-means"
    between: tuple[Count, Count] = (2, 6)
    number: Count | None = None
    attributes: Names = ()
    look: Count = 3
    features: Literal["entry", "behaviour"] = "entry"
    notes: dict[Name, Words] = {}  # what the analyst has to say of a persona, by its id or name
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**32)] = 1


class Action(Part):
    """Something that was changed, to be compared with what came after."""

    date: Day
    touchpoint: Name
    persona: Name | None = None  # the only one concerned, by its id or name
    what: Name
    owner: Name | None = None


class Privacy(Part):
    """Groups smaller than this are withheld from reports and exports."""

    min_group: Count = 5


class TouchpointRule(NamedTuple):
    """A touchpoint in the order of the file: the first whose rule holds wins."""

    number: int  # from 1, over all stages
    touchpoint: str
    stage: str
    stage_number: int  # from 1
    where: str


ALL_IN_ONE = "all touchpoints"  # the stage that stands for all until they are inferred


class Settings(Part):
    """All of `journeys.yml`. `folder` is where relative paths start, `file` where it was read."""

    title: Name = "Customer journeys"
    map: MapWords = MapWords()
    report: ReportSettings = ReportSettings()
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    leave_out: Rule | None = None
    sessions: Sessions = Sessions()
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    is_staging_inferred: bool = False  # with `stages: infer`, by which one stage stands for all
    journey: Journey
    personas: Personas = Personas()
    segments: Names = ()
    assumed_map: Names = ()
    questions: Names = ()
    actions: tuple[Action, ...] = ()
    privacy: Privacy = Privacy()
    placeholders: dict[Name, Placeholders] = {}
    max_identifiers: Count = 50
    max_rejected_share: Share = 0.05
    clock_tolerance: Tolerance = timedelta(hours=1)
    folder: Path = Path()
    file: Path = Path("journeys.yml")

    @model_validator(mode="before")
    @classmethod
    def _one_stage_until_inferred(cls, values: Any) -> Any:
        """`stages: infer`, with `touchpoints` or without, as one stage that stands for all."""
        if not isinstance(values, dict) or values.get("stages") != "infer":
            return values
        rest = {key: value for key, value in values.items() if key != "touchpoints"}
        stage = {"stage": ALL_IN_ONE, "touchpoints": values.get("touchpoints") or []}
        return rest | {"stages": [stage], "is_staging_inferred": True}

    def touchpoints(self) -> list[TouchpointRule]:
        """Every touchpoint with its stage and rule, in the order of the file."""
        pairs = [
            (number, stage, touchpoint)
            for number, stage in enumerate(self.stages, start=1)
            for touchpoint in stage.touchpoints
        ]
        return [
            TouchpointRule(
                number, touchpoint.touchpoint, stage.stage, stage_number, touchpoint.where
            )
            for number, (stage_number, stage, touchpoint) in enumerate(pairs, start=1)
        ]

    def identifier_kinds(self) -> list[str]:
        """The kinds of identifier of all sources, in the order of the file."""
        return list(dict.fromkeys(kind for source in self.sources for kind in source.identifiers))

    def carried_columns(self) -> list[str]:
        """The columns carried along from any source, in the order of the file."""
        return list(dict.fromkeys(name for source in self.sources for name in source.columns))

    def attribute_names(self) -> list[str]:
        """The customers' attributes from any source, in the order of the file."""
        return list(dict.fromkeys(name for source in self.sources for name in source.attributes))

    def rule_columns(self) -> list[str]:
        """What the rules of touchpoints and `leave_out` may name."""
        return [*EVENT_COLUMNS, *self.identifier_kinds(), *self.carried_columns()]

    def placeholders_of(self, kind: str) -> tuple[str, ...]:
        """Texts that are no identifier of this kind, in lower case; `…` at the end: begins with."""
        default = () if kind == "case" else PLACEHOLDERS
        return tuple(text.lower() for text in self.placeholders.get(kind, default))


def read_settings(path: Path, data: Path | None = None) -> Settings:
    """Read and check a settings file; relative paths start at its own folder, or at `data`.

    Raises SettingsError with every problem found, each with its line, key and what is allowed.
    """
    from pipeline.problems import validate
    from pipeline.settings_file import read_yaml

    document = read_yaml(path)
    return validate(Settings, document, {"folder": data or path.parent, "file": path})
