"""Touchpoints, actions and outcomes: what stages and plays are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import (
    Field,
)

from journeys.language.durations import Anchor, DueReminder, Duration, Unit
from journeys.language.words import (
    ConditionText,
    Conflict,
    FileName,
    Id,
    Many,
    Node,
    OutcomeType,
    Scalar,
    Text,
)


class Escalate(Node):
    """To whom a late task is given as well, and how long after its due date."""

    after: Duration
    to: Id


class Trigger(Node):
    """Something to wait for: an event, perhaps `count` times with a condition, or a condition alone."""

    event: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    if_: ConditionText | None = Field(None, alias="if")
    count: Annotated[int, Field(ge=1, le=1_000_000)] = 1

    def conflicts(self) -> Iterator[Conflict]:
        if self.event is None and self.if_ is None:
            yield Conflict(("event", "if"), "A trigger needs 'event' or 'if'")
        elif self.event is None and "count" in self.model_fields_set:
            yield Conflict(("count", "event"), "'count' counts events; it needs 'event'")


class BranchItem(Node):
    """One thing that a branch does: exactly one of the four."""

    play: Id | None = None
    go_to: Id | None = None
    end: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    set: dict[Id, Scalar | None] | None = None

    def conflicts(self) -> Iterator[Conflict]:
        given = tuple(name for name in _BRANCHES if getattr(self, name) is not None)
        if len(given) != 1:
            found = " and ".join(repr(name) for name in given) or "none"
            said = f"A branch item has exactly one of play, go_to, end, set; this one has {found}"
            yield Conflict(given or _BRANCHES, said + ("; write a list for more" if given else ""))


_BRANCHES = ("play", "go_to", "end", "set")
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

    def conflicts(self) -> Iterator[Conflict]:
        if self.wait is not None and self.at is not None:
            yield Conflict(("at", "wait"), "'wait' and 'at' exclude each other; remove one")

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

    def conflicts(self) -> Iterator[Conflict]:
        yield from super().conflicts()
        mail = self.message is not None or self.to is not None
        if self.role is not None and mail:
            other = "message" if self.message is not None else "to"
            said = f"'role' (a task) and {other!r} (a mail) exclude each other; remove one"
            yield Conflict((other, "role"), said)
        elif self.role is None and not mail:
            said = "A touchpoint needs 'role' (a task), or 'message' and 'to' (a mail)"
            yield Conflict(("role", "message", "to"), said)
        elif self.role is None and (self.message is None or self.to is None):
            given, lacking = ("message", "to") if self.to is None else ("to", "message")
            yield Conflict((given, lacking, "role"), f"A mail needs {lacking!r} beside {given!r}")
        if self.essential and not mail:
            yield Conflict(("essential", "message", "to"), "'essential' is for mails; a task has none")
        if self.results is not None and self.done_when:
            yield Conflict(("done_when", "results"), "'results' and 'done_when' exclude each other")
        if self.results is not None and mail:
            said = "'results' are for tasks; a mail is done when it is sent"
            yield Conflict(("results", "message", "to", "role"), said)

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

    def conflicts(self) -> Iterator[Conflict]:
        yield from super().conflicts()
        if self.remind and self.message is None and self.reminder is None:
            yield Conflict(("remind", "message", "reminder"), "'remind' needs 'message' or 'reminder'")
        if self.remind and self.due is None:
            yield Conflict(("remind", "due"), "'remind' needs 'due': reminders are told from the due date")
        if self.overdue and self.due is None:
            yield Conflict(("overdue", "due"), "'overdue' needs 'due': without it an action is never overdue")

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
    then: Then = Field(default_factory=Then)

    @property
    def id(self) -> str:
        return self.outcome


AnyStep = Touchpoint | Action | Outcome
