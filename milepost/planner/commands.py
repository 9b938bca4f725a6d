"""Commands: what a plan orders, imperative. The state says what *is*; a command says what is to be *done* now.

Ids of messages, tasks and answers are the texts of `milepost.planner.ids`, as rows hold them.
"""

from __future__ import annotations

from dataclasses import dataclass

from milepost.planner.enums import MessageReason, StepStatus, SystemTaskReason, TaskStatus
from milepost.planner.instants import Instant


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Give a colleague a task. `person` is an address, or nobody: then the role's team queue has it."""

    task: str
    role: str
    person: str | None
    step: str | None
    why: SystemTaskReason | None
    at: Instant


@dataclass(frozen=True, slots=True)
class CloseTask:
    """Take a task off the colleague's day, because it is done, skipped or withdrawn.

    `elsewhere` is the kind of what was for others, in a request that wasn't theirs to answer.
    """

    task: str
    status: TaskStatus
    at: Instant
    elsewhere: str | None = None


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What an invitation puts into its reader's calendar, or takes out of it (`cancelled`).

    `uid` is the event's name within the journey; of two mails about one the higher `sequence` counts. `day` is a local
    date; with a time of day `at` is the instant and `minutes` how long it takes. `organizer` is the address of the
    colleague who invites. The calendar had another date before where it `moved`.
    """

    uid: str
    sequence: int
    title: str
    day: str
    at: Instant | None
    minutes: int | None
    organizer: str | None
    cancelled: bool = False
    moved: bool = False


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Send one message to one contact.

    `message` is its id and the idempotency key. `steps` are all steps that were merged
    into it, each with its template file, in the order of the map; `template` is the first one's. A person has looked at
    one that was `released`, which overrules the first `hold` holds. An invitation has the `calendar` entry that goes
    with it.
    """

    message: str
    reason: MessageReason
    template: str
    persona: str
    contact: str
    steps: tuple[str, ...]
    templates: tuple[str, ...]
    released: bool = False
    hold: int = 0
    calendar: CalendarEntry | None = None


@dataclass(frozen=True, slots=True)
class RetryMessage:
    """Write and send a message again that could not be delivered, to this contact, whatever the first `hold` holds."""

    message: str
    contact: str
    hold: int = 0


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """Keep an answer (or a silence) with everything that came with it. `answer` is its id."""

    answer: str
    outcome: str
    occurrence: int
    at: Instant
    verdict: StepStatus
    by: str | None
    method: str | None
    value: float | str | None
    comment: str | None = None
    evidence: str | None = None
    asked_of: str | None = None
    on_behalf_of: str | None = None
    reason: str | None = None


COMPLETED = "completed"
"""Why an answer no longer holds that was not taken back: a fuller one is in its place."""


@dataclass(frozen=True, slots=True)
class CompleteAnswer:
    """Keep the last answer to an outcome once more, as `answer`, with what was added.

    What is None stays as it was, what `emptied` names is taken away.
    """

    answer: str
    outcome: str
    occurrence: int
    at: Instant
    by: str | None
    value: float | str | None
    comment: str | None
    evidence: str | None
    named: bool | None
    emptied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RevokeAnswer:
    """The last answer to an outcome no longer holds."""

    outcome: str
    occurrence: int
    at: Instant
    by: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RenameStep:
    """A step has another id in the version that the journey moves to: what is kept of it goes by that one."""

    step: str
    to: str


Command = (
    OpenTask | CloseTask | SendMessage | RetryMessage | RecordAnswer | CompleteAnswer | RevokeAnswer | RenameStep
)  # fmt: skip
