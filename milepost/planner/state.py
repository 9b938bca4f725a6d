"""The state of one journey: plain data, small, versioned. What a plan starts from and what it ends with.

All instants are whole UTC seconds. Records are changed only by the plan that owns them (`State.edit_*` copies a
record the first time that a plan touches it), so the state that a plan was given never changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from operator import attrgetter
from typing import Any, Self, TypeVar

from milepost.customer import Customer
from milepost.planner.instants import Instant
from milepost.planner.timer_index import TimerIndex

FORMAT = 1
"""The version of the state's form; a later program reads all earlier ones."""

REMEMBERED_FACTS = 128
"""How many ids of facts a journey remembers. The store keeps them all; these catch a signal that comes twice."""

CLOSED = frozenset({"done", "skipped", "withdrawn", "verified", "partial", "disputed", "silent"})
OPEN = frozenset({"open", "asked"})

R = TypeVar("R", bound="Record")


class Record:
    """A part of the state with a compact JSON form: fields that have their default are left out."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        out = {}
        kind: type = type(self)
        for name, default in _defaults(kind):
            value = getattr(self, name)
            if value != default:
                out[name] = value
        return out

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(**{key: _copied(value) for key, value in data.items()})

    def copy(self) -> Self:
        kind: type = type(self)
        made = type(self)(*_values_of(kind)(self))
        for name in _tables_of(kind):
            setattr(made, name, _copied(getattr(self, name)))
        return made


def _copied(value: Any) -> Any:
    if value.__class__ is dict:
        return dict(value)
    if value.__class__ is list:
        return list(value)
    return value


@cache
def _defaults(kind: type) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (item.name, item.default_factory() if item.default_factory is not MISSING else item.default)
        for item in fields(kind)
    )


@cache
def _values_of(kind: type) -> Callable[[object], tuple[Any, ...]]:
    """Reads all fields of a record at once, in the order in which it is made."""
    return attrgetter(*(item.name for item in fields(kind)))


@cache
def _tables_of(kind: type) -> tuple[str, ...]:
    """The fields that a copy must not share."""
    return tuple(name for name, default in _defaults(kind) if isinstance(default, dict | list))


@dataclass(slots=True)
class StepState(Record):
    """One step's latest occurrence.

    `timers` maps what falls due (`due`, `overdue`, `escalate`, `silent`, `ask`, `repeat`) to its instant; `reminders`
    are the instants of the reminders to come. `counts` are events seen towards each trigger, by its place in the list.
    `kind` is what the step was when it opened (`task`, `mail`, `action`, `outcome`): another version may say otherwise.
    `due_at` is, for an outcome, the instant from which the customer is silent.
    """

    status: str = "waiting"
    kind: str = "task"
    occurrence: int = 0
    ready_at: Instant | None = None
    opens_at: Instant | None = None
    forced: bool = False
    opened_at: Instant | None = None
    due_at: Instant | None = None
    due_agreed: bool = False
    person: str | None = None
    escalated_to: str | None = None
    result: str | None = None
    verdict: str | None = None
    value: float | str | None = None
    asks: int = 0
    asks_again: bool = False
    asked_at: Instant | None = None
    answers: int = 0
    must_turn: bool = False
    repeat_base: Instant | None = None
    repeats: int = 0
    shifted: int = 0
    timers: dict[str, Instant] = field(default_factory=dict)
    reminders: list[Instant] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def closed(self) -> bool:
        return self.status in CLOSED

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


@dataclass(slots=True)
class StageState(Record):
    """One stage: `waiting`, `open` or `closed`. `opened_for` is the anchor's instant that it last opened for."""

    status: str = "waiting"
    visits: int = 0
    opened_at: Instant | None = None
    opens_at: Instant | None = None
    opened_for: Instant | None = None
    target_at: Instant | None = None
    counts: dict[str, int] = field(default_factory=dict)
    truths: dict[str, bool] = field(default_factory=dict)


@dataclass(slots=True)
class PlayState(Record):
    """One play: `never`, `open` or `ended`.

    `truths` and `end_truths` are the last values of its conditions, to see them turn. `kept` is why a start that was
    blocked was wanted; `ending` is set when a pause keeps it from ending.
    """

    status: str = "never"
    instances: int = 0
    started_at: Instant | None = None
    deadline_at: Instant | None = None
    cooldown_until: Instant | None = None
    kept: str | None = None
    ending: bool = False
    truths: dict[str, bool] = field(default_factory=dict)
    end_truths: dict[str, bool] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    end_counts: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Queued(Record):
    """A message that has not gone out yet, and what holds it: `why`, and `until` when (None: nobody knows)."""

    message: str
    step: str
    reason: str
    template: str
    why: str | None = None
    until: Instant | None = None


@dataclass(slots=True)
class SystemTask(Record):
    """A task that the engine itself gave a colleague. `about` is the stage, persona or message that it is about."""

    role: str
    why: str
    about: str
    opened_at: Instant


_TABLES: dict[str, type[Record]] = {
    "steps": StepState,
    "stages": StageState,
    "plays": PlayState,
    "tasks": SystemTask,
}


@dataclass(slots=True)
class State:
    """Everything about one journey. `status` is `open`, `paused` or `ended`; `clock` the instant it has come to."""

    customer: Customer
    map: str
    version: str
    started_at: Instant
    clock: Instant
    status: str = "open"
    begun: bool = False
    reason: str | None = None
    ended_at: Instant | None = None
    paused_at: Instant | None = None
    revision: int = 0
    entries: int = 0
    idle: bool = False
    steps: dict[str, StepState] = field(default_factory=dict)
    stages: dict[str, StageState] = field(default_factory=dict)
    plays: dict[str, PlayState] = field(default_factory=dict)
    tasks: dict[str, SystemTask] = field(default_factory=dict)
    queue: list[Queued] = field(default_factory=list)
    sent: dict[str, list[Instant]] = field(default_factory=dict)
    agreed: dict[str, dict[str, str]] = field(default_factory=dict)
    deferred: list[dict[str, Any]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    ahead: TimerIndex | None = field(default=None, compare=False, repr=False)

    @staticmethod
    def begin(customer: Customer, map: str, version: str, at: Instant) -> State:  # noqa: A002 - the field's word
        """The state of a journey that is about to start: its first plan opens the first stage."""
        return State(customer, map, version, at, at)

    def step(self, step: str) -> StepState:
        """A step's record, for reading."""
        return self.steps.get(step) or _WAITING

    def stage(self, stage: str) -> StageState:
        return self.stages.get(stage) or _WAITING_STAGE

    def play(self, play: str) -> PlayState:
        return self.plays.get(play) or _NEVER

    def copy(self) -> State:
        """A state that a plan may change: its tables are new, their records are copied when touched."""
        made = State(*_STATE_VALUES(self))
        made.steps, made.stages, made.plays = self.steps.copy(), self.stages.copy(), self.plays.copy()
        made.tasks, made.sent, made.agreed = self.tasks.copy(), self.sent.copy(), self.agreed.copy()
        made.numbers, made.deferred, made.seen = self.numbers.copy(), self.deferred.copy(), self.seen.copy()
        made.queue = [queued.copy() for queued in self.queue]
        made.ahead = None if self.ahead is None else self.ahead.copy()
        return made

    def to_json(self) -> dict[str, Any]:
        """Plain data; what has its default is left out."""
        out: dict[str, Any] = {"format": FORMAT, "customer": self.customer.to_json()}
        for item in fields(self):
            value = getattr(self, item.name)
            if item.name in _TABLES:
                value = {key: record.to_json() for key, record in value.items()}
            elif item.name == "queue":
                value = [queued.to_json() for queued in value]
            if item.name in ("customer", "ahead") or value in (None, {}, [], False, 0):
                continue
            out[item.name] = value
        return out

    @staticmethod
    def from_json(data: dict[str, Any]) -> State:
        """Read what `to_json` wrote.

        Raises:
            ValueError: the state was written by a later program.
        """
        given = dict(data)
        written = given.pop("format")
        if written > FORMAT:
            raise ValueError(f"this journey's state has format {written}, newer than {FORMAT}; update Milepost")
        given["customer"] = Customer.from_json(given["customer"])
        for name, record in _TABLES.items():
            given[name] = {key: record.from_json(value) for key, value in given.get(name, {}).items()}
        given["queue"] = [Queued.from_json(queued) for queued in given.get("queue", [])]
        given["sent"] = {key: list(value) for key, value in given.get("sent", {}).items()}
        return State(**given)


_STATE_VALUES = attrgetter(*(item.name for item in fields(State)))
_WAITING = StepState()
_WAITING_STAGE = StageState()
_NEVER = PlayState()
