"""The state of one journey: plain data, small, versioned. A plan starts from one and ends with the next.

All instants are whole UTC seconds. Records are changed only by the plan that owns them (`Turn.edit_step` and its like
copy a record the first time that a plan touches it), so the state that a plan starts from never changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, ClassVar

from milepost.customer import Customer
from milepost.planner import deferred
from milepost.planner.deferred import Deferred
from milepost.planner.entry_point import JourneyStart
from milepost.planner.enums import (
    HoldReason,
    JourneyStatus,
    MessageReason,
    PlayStatus,
    StageStatus,
    StartReason,
    StepKind,
    StepStatus,
)
from milepost.planner.ids import MessageId
from milepost.planner.instants import Instant
from milepost.planner.records import Record
from milepost.planner.state_forms import FORMAT, NewerStateError, readable
from milepost.planner.task_records import AddedTask, Invitation, SystemTask
from milepost.planner.timer_index import TimerIndex

_OPEN = frozenset({StepStatus.OPEN, StepStatus.ASKED})
_CLOSED = frozenset(StepStatus) - _OPEN - {StepStatus.WAITING}
_STEP_WAITING, _STAGE_OPEN, _PLAY_OPEN = StepStatus.WAITING, StageStatus.OPEN, PlayStatus.OPEN
_OPEN_JOURNEY, _PAUSED, _ENDED = JourneyStatus
"""Looking a member up on its class takes four times as long, and these are asked for at every turn."""


@dataclass(slots=True)
class StepState(Record):
    """One step's latest occurrence.

    `timers` maps what falls due (`due`, `overdue`, `escalate`, `silent`, `ask`, `repeat`) to its instant, `reminders`
    the reminders to come, as the map writes them; both as if nobody had snoozed the step (`is_due` says when they
    happen). `reminded` are the reminders that have been. `rule` is what the map said that gave `opens_at`, `due_at` or
    the next asking, `pace` what it said of repeats: another version may say otherwise. `counts` are events seen towards
    each trigger, by its key. `kind` is what the step was when it opened (`task`, `mail`, `action`, `outcome`).
    `skipped_after` says that it was skipped because what it waits for ended otherwise than `after` asks for.
    `closed_at` is None for one that closed without having been open.
    `due_at` is, for an outcome, the instant from which the customer is silent, `asked_of` the address that was asked.
    `verdict_of` is the occurrence that `verdict` belongs to, if a later one has begun. `snoozed_end` is the end of the
    working day of `snoozed_until`, `quiet_end` that of `quiet_until`: so long the customer's words of since
    `quiet_since` keep it as if snoozed.
    """

    parsers: ClassVar = {"status": StepStatus, "kind": StepKind, "verdict": StepStatus}

    status: StepStatus = StepStatus.WAITING
    kind: StepKind = StepKind.TASK
    occurrence: int = 0
    ready_at: Instant | None = None
    opens_at: Instant | None = None
    forced: bool = False
    opened_at: Instant | None = None
    closed_at: Instant | None = None
    due_at: Instant | None = None
    due_agreed: bool = False
    agreed_at: Instant | None = None
    agreed_minutes: int | None = None
    rule: str | None = None
    snoozed_until: Instant | None = None
    snoozed_end: Instant | None = None
    quiet_since: Instant | None = None
    quiet_until: Instant | None = None
    quiet_end: Instant | None = None
    person: str | None = None
    escalated_to: str | None = None
    result: str | None = None
    verdict: StepStatus | None = None
    verdict_of: int | None = None
    value: float | str | None = None
    asks: int = 0
    asks_again: bool = False
    skipped_after: bool = False
    asked_at: Instant | None = None
    asked_of: str | None = None
    answers: int = 0
    must_turn: bool = False
    repeat_base: Instant | None = None
    repeats: int = 0
    pace: str | None = None
    timers: dict[str, Instant] = field(default_factory=dict)
    reminders: dict[str, Instant] = field(default_factory=dict)
    reminded: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def is_waiting(self) -> bool:
        return self.status is _STEP_WAITING

    @property
    def is_open(self) -> bool:
        return self.status in _OPEN

    @property
    def closed(self) -> bool:
        return self.status in _CLOSED

    def begin_occurrence(self) -> None:
        """Count one occurrence more; the verdict stays that of the one before."""
        if self.verdict is not None and self.verdict_of is None:
            self.verdict_of = self.occurrence
        self.occurrence += 1

    def kept_until(self) -> tuple[Instant, Instant]:
        """Until when a snooze or the customer's words keep it quiet, and the end of that working day; 0 where none."""
        snoozed = (self.snoozed_until or 0, self.snoozed_end or 0)
        return snoozed if self.quiet_until is None else max(snoozed, (self.quiet_until, self.quiet_end or 0))

    def is_due(self, timer: str) -> Instant:
        """When a timer happens: kept quiet, at the end of that working day; no escalation before the step is late."""
        at = self.timers[timer]
        until, end = self.kept_until()
        if not end or timer in ("ask", "repeat"):
            return at
        if at < until:
            return end
        return at if timer == "due" or "due" not in self.timers else max(at, self.is_due("due"))

    def reminds_at(self, reminder: str) -> Instant:
        """When a reminder is sent: kept quiet, at the instant until which the step is."""
        return max(self.reminders[reminder], self.kept_until()[0])

    def be_quiet_no_more(self) -> None:
        """What the customer said keeps nothing back any longer."""
        self.quiet_since = self.quiet_until = self.quiet_end = None

    def next_reminder(self) -> str | None:
        """The first of the reminders to come."""
        return min(self.reminders, key=self.reminders.__getitem__, default=None)


@dataclass(slots=True)
class StageState(Record):
    """One stage.

    `opened_for` is the anchor's instant that it last opened for, `dates` the customer's date (`YYYY-MM-DD`) that
    this visit is for, by its attribute, `rule` what the map said of its target then.
    """

    parsers: ClassVar = {"status": StageStatus}

    status: StageStatus = StageStatus.WAITING
    visits: int = 0
    opened_at: Instant | None = None
    closed_at: Instant | None = None
    opens_at: Instant | None = None
    opened_for: Instant | None = None
    target_at: Instant | None = None
    rule: str | None = None
    dates: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    truths: dict[str, bool] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.status is _STAGE_OPEN


@dataclass(slots=True)
class PlayState(Record):
    """One play.

    `truths` and `end_truths` are the last values of its conditions, to see them turn, by the keys of its triggers.
    `kept` is why a start that was blocked was wanted; where only conditions wanted it, `kept_for` are the keys of their
    triggers. `rule` is what the map said of its deadline, or of its cooldown.
    """

    parsers: ClassVar = {"status": PlayStatus, "kept": StartReason}

    status: PlayStatus = PlayStatus.NEVER
    instances: int = 0
    started_at: Instant | None = None
    deadline_at: Instant | None = None
    cooldown_until: Instant | None = None
    rule: str | None = None
    kept: StartReason | None = None
    kept_for: list[str] = field(default_factory=list)
    truths: dict[str, bool] = field(default_factory=dict)
    end_truths: dict[str, bool] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    end_counts: dict[str, int] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.status is _PLAY_OPEN


@dataclass(slots=True)
class Queued(Record):
    """A message that has not gone out yet, and what holds it: `why`, and `until` when (None: nobody knows).

    `since` is when it was first held. `owner_at` is when the map's owner is told that it lacks a value; 0 once that is
    done. A person `released` it, or `hurried` it past hours and limit; that overrules the first `hold` holds.
    `contact` is the address that an invitation goes to; that of others is looked up when they go.
    """

    parsers: ClassVar = {"message": MessageId.parse, "reason": MessageReason, "why": HoldReason}

    message: MessageId
    step: str
    reason: MessageReason
    template: str
    why: HoldReason | None = None
    until: Instant | None = None
    since: Instant | None = None
    owner_at: Instant | None = None
    released: bool = False
    hurried: bool = False
    hold: int = 0
    contact: str | None = None

    @staticmethod
    def of(message: MessageId, template: str) -> Queued:
        """A message that nothing has held yet."""
        return Queued(message, message.step, message.reason, template)


_TABLES: dict[str, type[Record]] = {
    "steps": StepState,
    "stages": StageState,
    "plays": PlayState,
    "tasks": SystemTask,
    "added": AddedTask,
    "invitations": Invitation,
}


@dataclass(slots=True)
class State:
    """Everything about one journey. `clock` is the instant that it has come to.

    `start` says how a journey that has not begun begins, if not plainly. `answers` are the forms that were sent last,
    by step and field. `handed_over` is what `milepost.planner.introduction` keeps.
    `moving_to` is the version that it moves to once the next stage of the sequence is about to open.
    `pauses` are the begin and the end of those pauses that moved dates, since what is open was opened. `renamed` are
    the ids that steps, stages and plays had before, by those of today. With `mail_held` messages wait for a person to
    release them, but for those of the templates `mail_free`; `mail_hold` is how many holds the journey knows of.
    `touched_entry` is the number of the entry that was the last touch (see `touches`), at `touched_at`.
    `format` is the version of the form that it was read in; the next plan brings it up to date.
    """

    customer: Customer
    map: str
    version: str
    started_at: Instant
    clock: Instant
    status: JourneyStatus = JourneyStatus.OPEN
    begun: bool = False
    start: JourneyStart | None = None
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
    added: dict[str, AddedTask] = field(default_factory=dict)
    queue: list[Queued] = field(default_factory=list)
    sent: dict[str, list[Instant]] = field(default_factory=dict)
    agreed: dict[str, dict[str, Any]] = field(default_factory=dict)
    invitations: dict[str, Invitation] = field(default_factory=dict)
    handed_over: dict[str, str] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    deferred: list[Deferred] = field(default_factory=list)
    moving_to: str | None = None
    numbers: dict[str, int] = field(default_factory=dict)
    pauses: list[list[Instant]] = field(default_factory=list)
    renamed: dict[str, dict[str, str]] = field(default_factory=dict)
    mail_held: bool = False
    mail_free: list[str] = field(default_factory=list)
    mail_hold: int = 0
    touched_at: Instant | None = None
    touched_entry: int | None = None
    format: int = FORMAT
    timer_index: TimerIndex | None = field(default=None, compare=False, repr=False)

    @staticmethod
    def begin(
        customer: Customer,
        map: str,  # noqa: A002 - the field's word
        version: str,
        at: Instant,
        start: JourneyStart | None = None,
    ) -> State:
        """The state of a journey that is about to start: its first plan opens a stage, as `start` says the first."""
        return State(customer, map, version, at, at, start=start)

    @property
    def is_open(self) -> bool:
        """Neither paused nor ended."""
        return self.status is _OPEN_JOURNEY

    @property
    def paused(self) -> bool:
        return self.status is _PAUSED

    @property
    def ended(self) -> bool:
        return self.status is _ENDED

    def step(self, step: str) -> StepState:
        """A step's record, for reading."""
        return self.steps.get(step) or _WAITING

    def stage(self, stage: str) -> StageState:
        return self.stages.get(stage) or _WAITING_STAGE

    def play(self, play: str) -> PlayState:
        return self.plays.get(play) or _NEVER

    def copy(self) -> State:
        """A state that a plan may change: its tables are new, their records are copied when touched."""
        copy = State(*_STATE_VALUES(self))
        copy.steps, copy.stages, copy.plays = self.steps.copy(), self.stages.copy(), self.plays.copy()
        copy.tasks, copy.sent, copy.agreed = self.tasks.copy(), self.sent.copy(), self.agreed.copy()
        copy.answers = self.answers.copy()
        copy.added, copy.invitations = self.added.copy(), self.invitations.copy()
        copy.numbers, copy.deferred, copy.pauses = self.numbers.copy(), self.deferred.copy(), self.pauses.copy()
        copy.queue = list(map(Queued.copy, self.queue))
        copy.timer_index = None if self.timer_index is None else self.timer_index.copy()
        return copy

    def to_json(self) -> dict[str, Any]:
        """Plain data; what has its default is left out."""
        out: dict[str, Any] = {"format": self.format, "customer": self.customer.to_json()}
        for item in fields(self):
            value = getattr(self, item.name)
            if item.name in ("format", "customer", "timer_index") or value in (None, {}, [], False, 0):
                continue
            out[item.name] = _plain(item.name, value)
        return out

    @staticmethod
    def from_json(data: dict[str, Any]) -> State:
        """Read what `to_json` wrote.

        Raises:
            NewerStateError: the state was written by a later program.
        """
        if data["format"] > FORMAT:
            raise NewerStateError(data["format"])
        values = dict(data) if data["format"] == FORMAT else readable(data)
        values["customer"] = Customer.from_json(values["customer"])
        values["status"] = JourneyStatus(values["status"])
        if "start" in values:
            values["start"] = JourneyStart.from_json(values["start"])
        for name, record in _TABLES.items():
            values[name] = {key: record.from_json(value) for key, value in values.get(name, {}).items()}
        values["queue"] = [Queued.from_json(queued) for queued in values.get("queue", [])]
        values["deferred"] = [deferred.from_json(item) for item in values.get("deferred", [])]
        values["sent"] = {key: list(value) for key, value in values.get("sent", {}).items()}
        return State(**values)


def _plain(name: str, value: Any) -> Any:
    """A field of the state as plain data."""
    if name in _TABLES:
        return {key: record.to_json() for key, record in value.items()}
    match name:
        case "queue":
            return [queued.to_json() for queued in value]
        case "deferred":
            return [deferred.to_json(item) for item in value]
        case "start":
            return value.to_json()
        case "status":
            return str(value)
        case _:
            return value


_STATE_VALUES = attrgetter(*(item.name for item in fields(State)))
_WAITING = StepState()
_WAITING_STAGE = StageState()
_NEVER = PlayState()
