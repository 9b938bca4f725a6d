"""The map language as pydantic models: what operations write, with every default filled in.

The models check what a field can tell by itself. Whatever needs two places of a map (references, circles, conditions)
is checked in `milepost.language.lint`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    Tag,
    WithJsonSchema,
    model_validator,
)

from milepost.language.attribute_values import fits
from milepost.language.durations import Anchor, Duration, Limit, Reentry
from milepost.language.field_types import (
    OR_TEXT,
    UNREADABLE,
    WEEK,
    AttributeType,
    ConditionText,
    Conflict,
    Day,
    FileName,
    Id,
    Many,
    MapId,
    Node,
    OutcomeType,
    Placeholder,
    Scalar,
    Text,
)
from milepost.language.opening_hours import DAYS_OF_A_YEAR, Clock, Closed
from milepost.language.steps import Action, AnyStep, Branch, Escalate, Outcome, Touchpoint, Triggers
from milepost.places import COUNTRY


class Attribute(Node):
    """A customer fact that conditions and messages may use."""

    type: Annotated[AttributeType, Placeholder("text")] = Field(description="text, number, date or flag")
    one_of: tuple[Scalar, ...] | None = Field(None, description="the only values allowed")
    title: Text | None = Field(None, description="what people call it")

    def accepts(self, value: Any) -> bool:
        """Returns whether a customer may have this value: it is of the type, and one of those allowed."""
        return fits(value, self.type) and (self.one_of is None or value in self.one_of)


class Role(Node):
    """A part that a colleague plays for a customer."""

    title: Text = Field(description="what people call it")
    escalate: Escalate | None = Field(None, description="who gets its late tasks too, unless a task says so itself")


class Persona(Node):
    """A part that somebody plays on the customer's side."""

    title: Text = Field(description="what people call it")
    wants: Text | None = Field(None, description="what they hope for; read by the colleagues who write to them")
    fallback: Id | None = Field(None, description="the persona to use if nobody has this one")


class Pointer(Node):
    """Where a customer's request belongs that isn't for whoever looks after them, and the mail that says so."""

    title: Text = Field(description="whom the customer is pointed to, as it stands on the plan: `our support team`")
    message: FileName = Field(description="the mail that points the customer there")


def _ordered_days(days: tuple[Day, ...]) -> tuple[Day, ...]:
    if not days:
        raise ValueError("the list has no day; name at least one of " + ", ".join(WEEK))
    return tuple(day for day in WEEK if day in days)


def _listed_days(value: Any) -> Any:
    if isinstance(value, str):
        raise ValueError(f"{value!r} isn't a list of days; write days such as [mon, tue, wed], or country")  # noqa: TRY004 - pydantic's
    return value


Days = Annotated[
    Annotated[tuple[Day, ...], BeforeValidator(_listed_days), AfterValidator(_ordered_days), Tag("listed")]
    | Annotated[Literal["country"], Tag("country")],
    Discriminator(lambda days: "country" if days == "country" else "listed"),
]
WEEKDAYS: tuple[Day, ...] = WEEK[:5]
MOST_CLOSED_OF_A_YEAR = 300
"""Days of each year: a calendar that is shut on nearly all of them plans nothing that anybody expects."""
MOST_CLOSED_DATES = 5 * DAYS_OF_A_YEAR


class Window(Node):
    """Days and hours; `from` is part of the window, `to` isn't."""

    days: Days = Field("country", description="days of the week; `country` are the working days usual in the country")
    from_: Clock = Field("09:00", alias="from", validate_default=True)
    to: Clock = Field("17:00", validate_default=True, description="`24:00` is the end of the day")
    closed: Many[Closed] = Field(
        (), description="days off besides the country's: `2026-12-24`, each year `12-24`, or ranges `12-27..01-02`"
    )

    def conflicts(self) -> Iterator[Conflict]:
        if self.from_ >= self.to:
            yield Conflict(("from", "to"), f"from {self.from_} isn't before to {self.to}", "M103")
        yearly = {day for each in self.closed if each.yearly for day in each}
        dates = {day for each in self.closed if not each.yearly for day in each}
        for days, most, where in ((yearly, MOST_CLOSED_OF_A_YEAR, " of each year"), (dates, MOST_CLOSED_DATES, "")):
            if len(days) > most:
                yield Conflict(("closed",), f"'closed' has {len(days)} days{where}; at most {most} are allowed", "M103")


class WorkingTime(Window):
    """Our calendar: when colleagues work, in which time zone, with whose holidays."""

    days: Days = Field(WEEKDAYS, description="days of the week; `country` are the working days usual in the country")
    timezone: str = Field("UTC", description="IANA name, such as Europe/Berlin")
    country: Annotated[str, WithJsonSchema({"type": "string", "pattern": COUNTRY})] | None = Field(
        None, description="ISO 3166 code of the country (`DE`) or region (`DE-BY`) whose holidays count"
    )

    def conflicts(self) -> Iterator[Conflict]:
        yield from super().conflicts()
        if self.days == "country" and self.country is None:
            yield Conflict(("days", "country"), "'days: country' needs 'country'")


class ContactPolicy(Node):
    """When, and how often, a customer's contact may be written to, in the contact's own time zone."""

    window: Window = Field(default_factory=Window)
    limit: Limit | None = Field(
        None, description="the most messages to one contact, such as `3 per 7 days`; without it there is no limit"
    )


class Steps(Node):
    """The steps of a stage or play, on three tracks, in the order of the file."""

    touchpoints: tuple[Touchpoint, ...] = ()
    actions: tuple[Action, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    _tracks: tuple[str, ...] = PrivateAttr(("touchpoints", "actions", "outcomes"))

    @model_validator(mode="wrap")
    @classmethod
    def _remember_the_order_of_the_file(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        steps = handler(data)
        if isinstance(data, dict):
            tracks = [key for key in data if key in ("touchpoints", "actions", "outcomes")]
            steps._tracks = tuple(tracks)  # noqa: SLF001 - our own
        return steps

    @property
    def written_tracks(self) -> tuple[str, ...]:
        """The tracks that the map has here, in the order of the file."""
        return self._tracks

    @property
    def steps(self) -> tuple[AnyStep, ...]:
        """Every step in the order of the file."""
        return tuple(step for track in self._tracks for step in getattr(self, track))


class Opens(Node):
    """When a stage opens that doesn't wait for the one before it."""

    at: Anchor | None = Field(None, description="on a date of the customer's")
    when: Triggers = Field((), description="when something happens")

    def conflicts(self) -> Iterator[Conflict]:
        if self.at is not None and self.when:
            yield Conflict(("when", "at"), "'at' and 'when' exclude each other; remove one")
        elif self.at is None and not self.when:
            yield Conflict(("at", "when"), "'opens' needs 'at' or 'when'")


class Stage(Steps):
    """A part of the journey that customers are in."""

    stage: Id
    title: Text = Field(description="what people call it")
    shown_as: Text | None = Field(None, description="what the customer's plan calls it, if not by its title")
    goal: Text | None = Field(None, description="what the customer has achieved when it closes")
    target: Duration | None = Field(None, description="the customer is stuck if it stays open for longer")
    opens: Opens | None = Field(None, description="when it opens, independently of the other stages")
    then: Branch = Field((), description="what follows when it closes; by default the next stage of the file")
    was: Many[Id] = Field((), description="the ids that it had in earlier versions of the map")

    @property
    def id(self) -> str:
        return self.stage

    @property
    def title_for_customers(self) -> str:
        """What the customer's plan calls it."""
        return self.shown_as or self.title


class Play(Steps):
    """A side path for a risk or an expansion."""

    play: Id
    kind: Annotated[Literal["risk", "expansion", "other"], Placeholder("other")] = Field(
        description="a risk shows on the pages of colleagues and operations"
    )
    title: Text = Field(description="what people call it")
    starts_when: Triggers = Field((), description="what starts it, besides branches and people")
    only_if: ConditionText | None = Field(None, description="the condition that must be true for it to start")
    cooldown: Duration | None = Field(None, description="how long after its end it can't start again")
    holds: Literal["none", "messages", "everything"] = Field("none", description="what it holds back while it is open")
    deadline: Duration | None = Field(None, description="how long it may take")
    on_deadline: Branch = Field((), description="what follows when the deadline passes")
    ends_when: Triggers = Field((), description="what ends it before all its steps are closed")
    then: Branch = Field((), description="what follows when it ends")
    was: Many[Id] = Field((), description="the ids that it had in earlier versions of the map")

    @property
    def id(self) -> str:
        return self.play


class Segment(Node):
    """The customers that a map is for."""

    where: ConditionText = Field(description="the condition over `customer.` that chooses the map's customers")
    priority: int = Field(0, description="if several maps fit a customer, the highest wins")


def _title_only(value: Any) -> Any:
    return {"title": value} if isinstance(value, str) else value


class Map(Node):
    """A customer value realization map for one segment."""

    map: MapId = Field(description="the map's id; it never changes")
    title: Text = Field(description="what people call it")
    outcome: Annotated[OutcomeType, Placeholder("save_time")] = Field(description="the result that the map is for")
    owner: Text = Field(description="mail address of the person who is responsible for it")
    segment: Segment = Field(description="which customers it is for")
    stages: Annotated[tuple[Stage, ...], Field(min_length=1), Placeholder([{}])]
    plays: tuple[Play, ...] = Field((), description="side paths for risks and expansions")
    attributes: dict[Id, Attribute] = Field(default_factory=dict)
    roles: Annotated[
        dict[Id, Annotated[Role, BeforeValidator(_title_only), OR_TEXT]],
        Field(min_length=1),
        Placeholder({UNREADABLE: {}}),
    ]
    personas: Annotated[dict[Id, Persona], Field(min_length=1), Placeholder({UNREADABLE: {}})]
    working_time: WorkingTime = Field(default_factory=WorkingTime, description="our calendar")
    contact_policy: ContactPolicy = Field(
        default_factory=ContactPolicy, description="when and how often customers are written to"
    )
    introduction: Id | None = Field(
        None, description="the play that introduces a new colleague to the customer, after a hand-over that asks for it"
    )
    pointers: dict[Id, Pointer] = Field(
        default_factory=dict, description="where requests belong that are for others, by kind: `support`, `sales`, ..."
    )
    reenter: Reentry = Field("never", validate_default=True, description="whether a customer may go through it again")
    on_resume: Literal["shift", "run", "skip"] = Field(
        "shift", description="what happens to dates that passed during a pause"
    )
    review: Duration | None = Field(None, description="how often the owner reviews it")
    hypothesis: Text | None = Field(None, description="what the map is meant to prove")
    description: Text | None = Field(None, description="anything else that colleagues should know")

    @property
    def csm(self) -> str:
        """The role that gets the tasks that Milepost makes itself."""
        return "csm" if "csm" in self.roles else next(iter(self.roles))

    def all_steps(self) -> Iterator[tuple[Stage | Play, AnyStep]]:
        """Every step with its stage or play, stages first, in the order of the file."""
        containers: tuple[Stage | Play, ...] = (*self.stages, *self.plays)
        for container in containers:
            for step in container.steps:
                yield container, step
