"""The map language as pydantic models: what operations write, with every default filled in.

The models hold what one field alone can say. What needs two places of a map (references, circles, conditions)
is checked in `journeys.language.lint`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from enum import StrEnum
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    model_validator,
)

from journeys.language.durations import Anchor, DueReminder, Duration, Limit, Reentry, Unit

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
MapId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.-]*\.md$", max_length=120)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
ConditionText = Annotated[str, Field(min_length=1, max_length=2000)]
Scalar = bool | int | float | str
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

T = TypeVar("T")


def _one_or_many(value: Any) -> Any:
    """Let a map write one thing where a list may stand."""
    return value if isinstance(value, list | tuple) or value is None else [value]


Many = Annotated[tuple[T, ...], BeforeValidator(_one_or_many)]


def _clock(value: Any) -> Any:
    if isinstance(value, str):
        hours, colon, minutes = value.partition(":")
        if colon and len(minutes) == 2 and hours.isdigit() and minutes.isdigit():  # noqa: PLR2004 - HH:MM
            return time(int(hours), int(minutes))
    raise ValueError(f"{value!r} is not a clock time; write it as text, such as \"09:00\"")


Clock = Annotated[time, BeforeValidator(_clock)]


class Node(BaseModel):
    """A part of a map: unknown fields are refused, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class OutcomeType(StrEnum):
    """The four business results that a customer can confirm."""

    SAVE_TIME = "save_time"
    SAVE_MONEY = "save_money"
    MAKE_MONEY = "make_money"
    INCREASE_SECURITY = "increase_security"


class Verdict(StrEnum):
    """What a customer says of an outcome; silence is none of these."""

    VERIFIED = "verified"
    PARTIAL = "partial"
    DISPUTED = "disputed"


class AttributeType(StrEnum):
    """The type of a customer attribute; dates are text `YYYY-MM-DD`, flags true or false."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"


class Attribute(Node):
    """A customer fact that conditions and messages may use."""

    type: AttributeType = Field(description="text, number, date or flag")
    one_of: tuple[Scalar, ...] | None = Field(None, description="the only values allowed")
    title: Text | None = None


class Escalate(Node):
    """To whom a late task is given as well, and how long after its due date."""

    after: Duration
    to: Id


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

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.from_ >= self.to:
            raise ValueError(f"from {self.from_:%H:%M} is not before to {self.to:%H:%M}")
        return self


class WorkingTime(Window):
    """Our calendar: when colleagues work, in which time zone, with whose holidays."""

    timezone: str = "UTC"
    country: str | None = Field(None, description="ISO 3166 code of the country whose holidays count")


class ContactPolicy(Node):
    """When, and how often, a customer's contact may be written to, in the contact's own time zone."""

    window: Window = Field(default_factory=lambda: Window())
    limit: Limit | None = None


class Trigger(Node):
    """Something to wait for: an event, perhaps `count` times with a condition, or a condition alone."""

    event: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    if_: ConditionText | None = Field(None, alias="if")
    count: Annotated[int, Field(ge=1, le=1_000_000)] = 1

    @model_validator(mode="after")
    def _waits_for_something(self) -> Self:
        if self.event is None and self.if_ is None:
            raise ValueError("a trigger needs 'event' or 'if'")
        if self.event is None and "count" in self.model_fields_set:
            raise ValueError("'count' counts events; it needs 'event'")
        return self


class BranchItem(Node):
    """One thing that a branch does: exactly one of the four."""

    play: Id | None = None
    go_to: Id | None = None
    end: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    set: dict[Id, Scalar | None] | None = None

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        given = [name for name in ("play", "go_to", "end", "set") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                f"a branch names one of play, go_to, end, set, not {' and '.join(given) or 'none'}; write a list for more",
            )
        return self


Branch = Many[BranchItem]
Triggers = Many[Trigger]


class Overdue(Node):
    """What happens when an action is still open some time after its due date."""

    after: Duration
    do: Branch


class Step(Node):
    """What touchpoints, actions and outcomes share: *when* they open."""

    after: Many[Id] = ()
    wait: Duration | None = None
    at: Anchor | None = None
    optional: bool = False
    skip_when: ConditionText | None = None

    @model_validator(mode="after")
    def _waits_one_way(self) -> Self:
        if self.wait is not None and self.at is not None:
            raise ValueError("'wait' and 'at' exclude each other")
        return self

    @property
    def id(self) -> str:
        """The step's id, unique in its map."""
        raise NotImplementedError


class Touchpoint(Step):
    """What we do: a task for a role's person, or a mail that goes out by itself."""

    touchpoint: Id
    title: Text
    role: Id | None = None
    message: FileName | None = None
    to: Id | None = Field(None, description="the persona that the mail goes to")
    invite: Many[Id] = ()
    playbook: FileName | None = None
    effort: Duration | None = None
    due: Duration | None = None
    escalate: Escalate | None = None
    results: dict[Id, Branch] | None = None
    essential: bool = False
    every: Duration | None = None
    done_when: Triggers = ()

    @model_validator(mode="after")
    def _is_task_or_mail(self) -> Self:
        mail = self.message is not None or self.to is not None
        if self.role is not None and mail:
            raise ValueError("'role' (a task) and 'message'/'to' (a mail) exclude each other")
        if self.role is None and (self.message is None or self.to is None):
            raise ValueError("a touchpoint needs 'role' (a task), or 'message' and 'to' (a mail)")
        if self.essential and not mail:
            raise ValueError("'essential' is for mails; a task has none")
        if self.results is not None and self.done_when:
            raise ValueError("'results' and 'done_when' exclude each other")
        if self.results is not None and mail:
            raise ValueError("'results' are for tasks; a mail is done when it is sent")
        return self

    @property
    def id(self) -> str:
        return self.touchpoint

    @property
    def due_or_default(self) -> Duration | None:
        """When the task is due after opening: five business days where the map says nothing; mails have none."""
        return self.due or (Duration(5, Unit.BUSINESS_DAY) if self.role else None)


class Action(Step):
    """What the customer does."""

    action: Id
    title: Text
    persona: Id
    message: FileName | None = None
    reminder: FileName | None = None
    remind: Many[DueReminder] = ()
    due: Duration | None = None
    overdue: Overdue | None = None
    essential: bool = False
    every: Duration | None = None
    done_when: Triggers = ()

    @model_validator(mode="after")
    def _can_remind(self) -> Self:
        if self.remind and self.message is None and self.reminder is None:
            raise ValueError("'remind' needs 'message' or 'reminder'")
        if self.remind and self.due is None:
            raise ValueError("'remind' needs 'due': reminders are told from the due date")
        if self.overdue and self.due is None:
            raise ValueError("'overdue' needs 'due': an action without one is never overdue")
        return self

    @property
    def id(self) -> str:
        return self.action


class Metric(Node):
    """What is measured, from which value to which."""

    name: Text
    unit: str | None = None
    baseline: float | None = None
    target: float


class AskAgain(Node):
    """How long after a partial answer or a silence the customer is asked once more."""

    after: Duration
    at_most: Annotated[int, Field(ge=1, le=100)] = 1
    if_: Many[Literal["partial", "disputed", "silent"]] = Field(alias="if")


class Then(Node):
    """Where each verdict, and silence, leads."""

    verified: Branch = ()
    partial: Branch = ()
    disputed: Branch = ()
    silent: Branch = ()


class Outcome(Step):
    """A business result that the customer must confirm."""

    outcome: Id
    type: OutcomeType
    statement: Text
    persona: Id
    message: FileName
    within: Duration
    metric: Metric | None = None
    reminder: FileName | None = None
    remind: Many[Duration] = ()
    verified_when: Triggers = ()
    value_from: Annotated[str, Field(pattern=r"^customer\.[A-Za-z_]\w*$")] | None = None
    ask_again: AskAgain | None = None
    then: Then = Field(default_factory=lambda: Then())

    @property
    def id(self) -> str:
        return self.outcome


AnyStep = Touchpoint | Action | Outcome


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
    def steps(self) -> tuple[AnyStep, ...]:
        """Every step in the order of the file."""
        return tuple(step for track in self._tracks for step in getattr(self, track))


class Opens(Node):
    """When a stage opens that does not wait for the one before it."""

    at: Anchor | None = None
    when: Triggers = ()

    @model_validator(mode="after")
    def _opens_one_way(self) -> Self:
        if (self.at is None) == (not self.when):
            raise ValueError("'opens' needs one of 'at' and 'when'")
        return self


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
        dict[Id, Annotated[Role, BeforeValidator(_title_only)]],
        Field(min_length=1),
    ]
    personas: Annotated[dict[Id, Persona], Field(min_length=1)]
    working_time: WorkingTime = Field(default_factory=lambda: WorkingTime())
    contact_policy: ContactPolicy = Field(default_factory=lambda: ContactPolicy())
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
        for container in (*self.stages, *self.plays):
            for step in container.steps:
                yield container, step
