"""Touchpoints, actions and outcomes: what stages and plays are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from milepost.language.asks import Ask, StepLink
from milepost.language.attribute_values import fits
from milepost.language.awaited import ANY_RESULT, After, Awaited, awaited_in
from milepost.language.durations import Anchor, DueReminder, DueWarning, Duration, RelativeDate, TaskDuration, Unit
from milepost.language.field_types import (
    CUSTOMER_ATTRIBUTE,
    AttributeType,
    ConditionText,
    Conflict,
    Figure,
    FileName,
    Id,
    Many,
    Node,
    OutcomeType,
    Placeholder,
    Scalar,
    Text,
)


class Escalate(Node):
    """The role that also gets a task when it is late."""

    after: Annotated[TaskDuration, Placeholder("1 day")] = Field(description="how long after the due date")
    to: Id = Field(description="the role that gets the task too")


class Trigger(Node):
    """Something to wait for: an event, optionally several times or with a condition; or a condition alone."""

    event: Annotated[str, Field(min_length=1, max_length=120)] | None = Field(
        None, description="name of a product event"
    )
    if_: ConditionText | None = Field(
        None, alias="if", description="a condition; beside `event` it may use `event.PROPERTY`"
    )
    count: Annotated[int, Field(ge=1, le=1_000_000)] = Field(1, description="how many such events are needed")

    def conflicts(self) -> Iterator[Conflict]:
        if self.event is None and self.if_ is None:
            yield Conflict(("event", "if"), "A trigger needs 'event' or 'if'")
        elif self.event is None and "count" in self.model_fields_set:
            yield Conflict(("count", "event"), "'count' counts events, so it needs 'event'")


class BranchItem(Node):
    """One item of a branch: exactly one of the four fields."""

    play: Id | None = Field(None, description="start this play")
    go_to: Id | None = Field(None, description="open this stage for a new visit")
    end: Annotated[str, Field(min_length=1, max_length=60)] | None = Field(
        None, description="end the journey with this reason"
    )
    set: dict[Id, Scalar | None] | None = Field(
        None,
        description="change attributes of the customer; null forgets one, and a date may be relative, such as "
        "`1 year after customer.renews_on`",
    )

    @cached_property
    def dates(self) -> Mapping[str, RelativeDate]:
        """The attributes that `set` gives a relative date.

        Raises:
            TimeTextError: such a date can't be read; a map without lint errors has none such.
        """
        texts = {name: value for name, value in (self.set or {}).items() if isinstance(value, str)}
        return {name: RelativeDate.parse(text) for name, text in texts.items() if RelativeDate.matches(text)}

    def conflicts(self) -> Iterator[Conflict]:
        names = tuple(name for name in _BRANCHES if getattr(self, name) is not None)
        if len(names) != 1:
            present = " and ".join(repr(name) for name in names) or "none"
            message = f"A branch item needs exactly one of play, go_to, end, set; this one has {present}"
            yield Conflict(names or _BRANCHES, message + ("; write a list for more" if names else ""))


_BRANCHES = ("play", "go_to", "end", "set")
Branch = Many[BranchItem]
Triggers = Many[Trigger]


class Overdue(Node):
    """The branch to carry out when an action is still open some time after its due date."""

    after: Annotated[Duration, Placeholder("1 day")] = Field(description="how long after the due date")
    do: Annotated[Branch, Placeholder({"end": "?"})] = Field(description="what follows")


class Step(Node):
    """The base of touchpoints, actions and outcomes: when they open."""

    after: After = Field((), description="steps that must be closed first, or the results that they must end with")
    wait: Duration | None = Field(None, description="how long after it is ready it opens")
    at: Anchor | None = Field(None, description="the customer's date on which it opens, once it is ready")
    optional: bool = Field(default=False, description="whether the stage or play may close without it")
    skip_when: ConditionText | None = Field(
        None, description="it is skipped if this condition is true when it is about to open"
    )

    was: Many[Id] = Field((), description="the ids that it had in earlier versions of the map")

    def conflicts(self) -> Iterator[Conflict]:
        if self.wait is not None and self.at is not None:
            yield Conflict(("at", "wait"), "'wait' and 'at' exclude each other; remove one")

    @property
    def awaits(self) -> tuple[Awaited, ...]:
        """The steps that it waits for, each with the results that it asks for."""
        return tuple(awaited_in(self.after))

    @property
    def id(self) -> str:
        """The step's id, unique in its map."""
        raise NotImplementedError


_HOW = "how it is done: a short Markdown text on the customer's plan, a template like a message"
_LINK = "where it is done"


class Touchpoint(Step):
    """Something that we do: a task for a colleague, or a mail that is sent automatically."""

    touchpoint: Id
    title: Text = Field(description="what people call it")
    role: Id | None = Field(None, description="whose task it is")
    message: FileName | None = Field(None, description="the mail that is sent automatically")
    to: Id | None = Field(None, description="the persona that the mail goes to")
    invite: Many[Id] = Field((), description="the personas who take part")
    playbook: FileName | None = Field(None, description="the guide for doing it")
    effort: Duration | None = Field(None, description="how long it takes a colleague; used for planning")
    due: TaskDuration | None = Field(
        None, description="how long after it opens it is due; a task without it has 5 business days"
    )
    escalate: Escalate | None = Field(
        None, description="who gets the task too when it is late; replaces the role's own `escalate`"
    )
    results: dict[Id, Branch] | None = Field(None, description="the ways it can end; whoever completes it picks one")
    essential: bool = Field(default=False, description="neither the contact limit nor a play holds the mail back")
    internal: bool = Field(default=False, description="whether the customer's plan leaves it out")
    how: Text | None = Field(None, description=_HOW)
    link: StepLink | None = Field(None, description=_LINK)
    warn: Many[DueWarning] = Field((), description="when its person is warned of the due date")
    every: Duration | None = Field(None, description="how often it repeats")
    done_when: Triggers = Field((), description="what closes it without anybody reporting it")

    def conflicts(self) -> Iterator[Conflict]:
        yield from super().conflicts()
        mail = self.message is not None or self.to is not None
        if self.role is not None and mail:
            other = "message" if self.message is not None else "to"
            message = f"'role' (a task) and {other!r} (a mail) exclude each other; remove one"
            yield Conflict((other, "role"), message)
        elif self.role is None and not mail:
            message = "A touchpoint needs 'role' (a task), or 'message' and 'to' (a mail)"
            yield Conflict(("role", "message", "to"), message)
        elif self.role is None and (self.message is None or self.to is None):
            present, lacking = ("message", "to") if self.to is None else ("to", "message")
            yield Conflict((present, lacking, "role"), f"A mail needs {lacking!r} beside {present!r}")
        if self.essential and not mail:
            yield Conflict(("essential", "message", "to"), "'essential' is for mails, and this is a task; remove it")
        if self.role is None and self.due is not None and self.due.unit is Unit.BUSINESS_HOUR:
            yield Conflict(("due",), f"'due: {self.due}' is for tasks; write hours or business days for a mail", "M106")
        if self.results is not None and self.done_when:
            yield Conflict(("done_when", "results"), "'results' and 'done_when' exclude each other; remove one")
        if self.results is not None and mail:
            message = "'results' are for tasks, and this is a mail, which is done when it is sent; remove them"
            yield Conflict(("results", "message", "to", "role"), message)
        if ANY_RESULT in (self.results or ()):
            message = f"No result can be called {ANY_RESULT!r}: in 'after' that stands for whichever; rename it"
            yield Conflict(("results",), message, "M103")
        if self.warn and mail:
            message = "'warn' is for tasks, and this is a mail, which nobody has to do; remove it"
            yield Conflict(("warn", "message", "to", "role"), message)
        yield from self._unseen()

    def _unseen(self) -> Iterator[Conflict]:
        """What is for the customer's plan, on a touchpoint that isn't there."""
        for name in ("how", "link"):
            if getattr(self, name) is not None and self.role is None:
                message = f"{name!r} is shown on the customer's plan, where mails aren't; write it in the message"
                yield Conflict((name, "message", "to", "role"), message)
            elif getattr(self, name) is not None and self.internal:
                message = f"{name!r} is for the customer's plan, and 'internal' keeps the touchpoint off it; remove one"
                yield Conflict((name, "internal"), message)

    @property
    def id(self) -> str:
        return self.touchpoint

    @property
    def due_or_default(self) -> Duration | None:
        """How long after opening the task is due: 5 business days if the map doesn't say; None for mails."""
        return self.due or (Duration(5, Unit.BUSINESS_DAY) if self.role else None)


class Action(Step):
    """Something that the customer does."""

    action: Id
    title: Text = Field(description="what people call it")
    persona: Id = Field(description="who does it")
    how: Text | None = Field(None, description=_HOW)
    link: StepLink | None = Field(None, description=_LINK)
    asks: tuple[Ask, ...] = Field((), description="the form that the customer fills in; sending it does the action")
    anyone: bool = Field(default=False, description="whether contacts without the persona may do it too")
    message: FileName | None = Field(None, description="the mail that is sent when it opens")
    reminder: FileName | None = Field(None, description="the mail for reminders; by default `message`")
    remind: Many[DueReminder] = Field((), description="when to send reminders, counted from the due date")
    due: Duration | None = Field(None, description="how long after it opens it is due; without it, it is never overdue")
    overdue: Overdue | None = Field(None, description="what follows if it stays open")
    essential: bool = Field(default=False, description="neither the contact limit nor a play holds its mails back")
    every: Duration | None = Field(None, description="how often it repeats")
    done_when: Triggers = Field((), description="what closes it without anybody reporting it")

    def conflicts(self) -> Iterator[Conflict]:
        yield from super().conflicts()
        if self.remind and self.message is None and self.reminder is None:
            yield Conflict(("remind", "message", "reminder"), "'remind' needs 'message' or 'reminder'")
        if self.remind and self.due is None:
            yield Conflict(("remind", "due"), "'remind' needs 'due': reminders count from the due date")
        if self.overdue and self.due is None:
            yield Conflict(("overdue", "due"), "'overdue' needs 'due': without it an action is never overdue")

    @property
    def id(self) -> str:
        return self.action


class Metric(Node):
    """The measure behind an outcome."""

    name: Text = Field(description="what is measured")
    unit: str | None = Field(None, description="its unit")
    baseline: Figure | None = Field(None, description="the value at the start, or the attribute that has it")
    target: Annotated[Figure, Placeholder(0)] = Field(
        description="the value that was promised, or the attribute that has it"
    )

    def for_customer(self, attributes: Mapping[str, Any]) -> Figures:
        """The figures of a customer with these attributes."""
        return Figures(self.name, self.unit, _figure(self.baseline, attributes), _figure(self.target, attributes))


def _figure(figure: float | str | None, attributes: Mapping[str, Any]) -> float | None:
    value: Any = attributes.get(figure.removeprefix("customer.")) if isinstance(figure, str) else figure
    return value if fits(value, AttributeType.NUMBER) else None


@dataclass(frozen=True, slots=True)
class Figures:
    """The measure behind an outcome for one customer; a figure is None where there is none, or none is known yet."""

    name: str
    unit: str | None
    baseline: float | None
    target: float | None

    def reworded(self, reword: Callable[[str], str]) -> Figures:
        """The same figures with another name and unit, such as those of a translation."""
        return replace(self, name=reword(self.name), unit=self.unit and reword(self.unit))


class AskAgain(Node):
    """When to ask the customer once more."""

    after: Annotated[Duration, Placeholder("1 day")] = Field(description="how long after the answer or the silence")
    at_most: Annotated[int, Field(ge=1, le=100)] = Field(1, description="the most times")
    if_: Annotated[Many[Literal["partial", "disputed", "silent"]], Placeholder(["silent"])] = Field(
        alias="if", description="after which answers"
    )


class Then(Node):
    """The branch of each verdict, and of silence."""

    verified: Branch = Field((), description="what follows a yes")
    partial: Branch = Field((), description="what follows a partly")
    disputed: Branch = Field((), description="what follows a no")
    silent: Branch = Field((), description="what follows no answer in time")


class Outcome(Step):
    """A business result that the customer must confirm."""

    outcome: Id
    type: Annotated[OutcomeType, Placeholder("save_time")] = Field(description="which of the four results it is")
    statement: Text = Field(description="the sentence that the customer confirms")
    persona: Id = Field(description="who confirms it")
    message: FileName = Field(description="the mail that asks")
    within: Annotated[Duration, Placeholder("1 day")] = Field(
        description="how long the customer has to answer before counting as silent"
    )
    metric: Metric | None = Field(None, description="what is measured")
    reminder: FileName | None = Field(None, description="the mail for reminders; by default `message`")
    remind: Many[Duration] = Field((), description="when to send reminders, counted from the asking")
    verified_when: Triggers = Field((), description="what verifies it without an answer")
    value_from: Annotated[str, Field(pattern=CUSTOMER_ATTRIBUTE)] | None = Field(
        None, description="the attribute whose value is recorded then"
    )
    ask_again: AskAgain | None = Field(None, description="whether to ask once more")
    then: Then = Field(default_factory=Then, description="what follows each verdict")

    @property
    def id(self) -> str:
        return self.outcome

    @property
    def title(self) -> str:
        """What people call it, as with the titles of other steps."""
        return self.statement


AnyStep = Touchpoint | Action | Outcome
