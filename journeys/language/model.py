"""The map language as pydantic models: what operations write, with every default filled in.

The models hold what one field alone can say. What needs two places of a map (references, circles, conditions)
is checked in `journeys.language.lint`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    model_validator,
)

from journeys.language.durations import Anchor, Duration, Limit, Reentry
from journeys.language.steps import (
    Action,
    AnyStep,
    AskAgain,
    Branch,
    BranchItem,
    Escalate,
    Metric,
    Outcome,
    Overdue,
    Step,
    Then,
    Touchpoint,
    Trigger,
    Triggers,
)
from journeys.language.words import (
    OR_TEXT,
    WEEK,
    AttributeType,
    Clock,
    ConditionText,
    Conflict,
    Day,
    FileName,
    Id,
    Many,
    MapId,
    Node,
    OutcomeType,
    Scalar,
    Text,
    Verdict,
)

__all__ = [
    "WEEK",
    "WEEKDAYS",
    "Action",
    "AnyStep",
    "AskAgain",
    "Attribute",
    "AttributeType",
    "Branch",
    "BranchItem",
    "Clock",
    "ConditionText",
    "Conflict",
    "ContactPolicy",
    "Day",
    "Days",
    "Escalate",
    "FileName",
    "Id",
    "Many",
    "Map",
    "MapId",
    "Metric",
    "Node",
    "Opens",
    "Outcome",
    "OutcomeType",
    "Overdue",
    "Persona",
    "Play",
    "Role",
    "Scalar",
    "Segment",
    "Stage",
    "Step",
    "Steps",
    "Text",
    "Then",
    "Touchpoint",
    "Trigger",
    "Triggers",
    "Verdict",
    "Window",
    "WorkingTime",
]


class Attribute(Node):
    """A customer fact that conditions and messages may use."""

    type: AttributeType = Field(description="text, number, date or flag")
    one_of: tuple[Scalar, ...] | None = Field(None, description="the only values allowed")
    title: Text | None = None


class Role(Node):
    """A part that colleagues play for a customer."""

    title: Text
    escalate: Escalate | None = None


class Persona(Node):
    """A part that people play on the customer's side."""

    title: Text
    wants: Text | None = None
    fallback: Id | None = Field(None, description="the persona who stands in where nobody has this one")


def _ordered_days(days: tuple[Day, ...]) -> tuple[Day, ...]:
    if not days:
        raise ValueError("no day is left; name at least one of " + ", ".join(WEEK))
    return tuple(day for day in WEEK if day in days)


Days = Annotated[tuple[Day, ...], AfterValidator(_ordered_days)]
WEEKDAYS: tuple[Day, ...] = WEEK[:5]


class Window(Node):
    """Days and hours; `from` belongs to the window, `to` does not."""

    days: Days = WEEKDAYS
    from_: Clock = Field(time(9), alias="from")
    to: Clock = time(17)

    def conflicts(self) -> Iterator[Conflict]:
        if self.from_ >= self.to:
            yield Conflict(("from", "to"), f"from {self.from_:%H:%M} is not before to {self.to:%H:%M}", "M103")


class WorkingTime(Window):
    """Our calendar: when colleagues work, in which time zone, with whose holidays."""

    timezone: str = "UTC"
    country: str | None = Field(None, description="ISO 3166 code of the country whose holidays count")


class ContactPolicy(Node):
    """When, and how often, a customer's contact may be written to, in the contact's own time zone."""

    window: Window = Field(default_factory=Window)
    limit: Limit | None = None


class Steps(Node):
    """What stages and plays share: steps on three tracks, in the order of the file."""

    touchpoints: tuple[Touchpoint, ...] = ()
    actions: tuple[Action, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    _tracks: tuple[str, ...] = PrivateAttr(("touchpoints", "actions", "outcomes"))

    @model_validator(mode="wrap")
    @classmethod
    def _remember_the_order_of_the_file(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        made = handler(data)
        if isinstance(data, dict):
            written = [key for key in data if key in ("touchpoints", "actions", "outcomes")]
            made._tracks = tuple(written)  # noqa: SLF001 - our own
        return made

    @property
    def written_tracks(self) -> tuple[str, ...]:
        """The tracks that the map writes, in the order of the file."""
        return self._tracks

    @property
    def steps(self) -> tuple[AnyStep, ...]:
        """Every step in the order of the file."""
        return tuple(step for track in self._tracks for step in getattr(self, track))


class Opens(Node):
    """When a stage opens that does not wait for the one before it."""

    at: Anchor | None = None
    when: Triggers = ()

    def conflicts(self) -> Iterator[Conflict]:
        if self.at is not None and self.when:
            yield Conflict(("when", "at"), "'at' and 'when' exclude each other; remove one")
        elif self.at is None and not self.when:
            yield Conflict(("at", "when"), "'opens' needs 'at' or 'when'")


class Stage(Steps):
    """A part of the journey that customers are in."""

    stage: Id
    title: Text
    goal: Text | None = None
    target: Duration | None = Field(None, description="open for longer: the customer is stuck here")
    opens: Opens | None = None
    then: Branch = ()

    @property
    def id(self) -> str:
        return self.stage


class Play(Steps):
    """A side path for a risk or an expansion."""

    play: Id
    kind: Literal["risk", "expansion", "other"]
    title: Text
    starts_when: Triggers = ()
    only_if: ConditionText | None = None
    cooldown: Duration | None = None
    holds: Literal["none", "messages", "everything"] = "none"
    deadline: Duration | None = None
    on_deadline: Branch = ()
    ends_when: Triggers = ()
    then: Branch = ()

    @property
    def id(self) -> str:
        return self.play


class Segment(Node):
    """The customers that a map is for."""

    where: ConditionText
    priority: int = 0


def _title_only(value: Any) -> Any:
    return {"title": value} if isinstance(value, str) else value


class Map(Node):
    """A customer value realization map for one segment."""

    map: MapId
    title: Text
    outcome: OutcomeType
    owner: Text
    segment: Segment
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    plays: tuple[Play, ...] = ()
    attributes: dict[Id, Attribute] = Field(default_factory=dict)
    roles: Annotated[
        dict[Id, Annotated[Role, BeforeValidator(_title_only), OR_TEXT]],
        Field(min_length=1),
    ]
    personas: Annotated[dict[Id, Persona], Field(min_length=1)]
    working_time: WorkingTime = Field(default_factory=WorkingTime)
    contact_policy: ContactPolicy = Field(default_factory=ContactPolicy)
    reenter: Reentry = Reentry(allowed=False)
    on_resume: Literal["shift", "run", "skip"] = "shift"
    review: Duration | None = None
    hypothesis: Text | None = None
    description: Text | None = None

    @property
    def csm(self) -> str:
        """The role that gets the tasks which the engine itself makes."""
        return "csm" if "csm" in self.roles else next(iter(self.roles))

    def all_steps(self) -> Iterator[tuple[Stage | Play, AnyStep]]:
        """Every step with its stage or play, stages first, in the order of the file."""
        containers: tuple[Stage | Play, ...] = (*self.stages, *self.plays)
        for container in containers:
            for step in container.steps:
                yield container, step
