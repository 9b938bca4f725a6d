"""The closed sets of words in a journey: statuses, kinds, reasons. Their texts are those of JSON, rows and the API."""

from __future__ import annotations

from enum import StrEnum


class JourneyStatus(StrEnum):
    """Where a journey stands; an ended one stays ended."""

    OPEN = "open"
    PAUSED = "paused"
    ENDED = "ended"


class StageStatus(StrEnum):
    """Where a stage stands; a closed one may open again."""

    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"


class StepStatus(StrEnum):
    """Where a step's latest occurrence stands. From `ASKED` on they are an outcome's alone; `DONE` never is."""

    WAITING = "waiting"
    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"
    ASKED = "asked"
    VERIFIED = "verified"
    PARTIAL = "partial"
    DISPUTED = "disputed"
    SILENT = "silent"


class PlayStatus(StrEnum):
    """Where a play's latest instance stands."""

    NEVER = "never"
    OPEN = "open"
    ENDED = "ended"


class TaskStatus(StrEnum):
    """Where a colleague's task stands."""

    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"


class StepKind(StrEnum):
    """What a step is: a touchpoint is a task for a colleague, or a mail that goes out by itself."""

    TASK = "task"
    MAIL = "mail"
    ACTION = "action"
    OUTCOME = "outcome"


class MessageReason(StrEnum):
    """Why a message is written: a mail touchpoint, a step's opening mail, a reminder, or an outcome's request."""

    TOUCHPOINT = "touchpoint"
    OPENING = "opening"
    REMINDER = "reminder"
    REQUEST = "request"


class HoldReason(StrEnum):
    """What keeps a message from going out, in the order in which it is looked at."""

    PAUSE = "pause"
    PLAY = "play"
    CONTACT = "contact"
    WINDOW = "window"
    LIMIT = "limit"


class SystemTaskReason(StrEnum):
    """Why Milepost itself gives a colleague a task."""

    STUCK = "stuck"
    CONTACT = "contact"
    MESSAGE_FAILED = "message_failed"
    IDLE = "idle"


class StartReason(StrEnum):
    """What starts a play."""

    BRANCH = "branch"
    FACT = "fact"
    CONDITION = "condition"
    EVENT = "event"


class BlockReason(StrEnum):
    """What keeps a play from starting."""

    OPEN = "open"
    COOLDOWN = "cooldown"
    ONLY_IF = "only_if"


class PlayEnding(StrEnum):
    """What ends a play."""

    COMPLETED = "completed"
    ENDS_WHEN = "ends_when"
    DEADLINE = "deadline"


class IgnoreReason(StrEnum):
    """Why a fact changes nothing: what it says makes no sense (to `DUE`), or does not while the journey stands so."""

    UNKNOWN = "unknown"
    NEEDS_ANSWER = "needs_answer"
    RESULT = "result"
    NO_OUTCOME = "no_outcome"
    VERDICT = "verdict"
    TYPE = "type"
    VALUE = "value"
    TIMEZONE = "timezone"
    UNTIL = "until"
    DUE = "due"
    ENDED = "ended"
    CLOSED = "closed"
    NOT_CLOSED = "not_closed"
    NOT_OPEN = "not_open"
    NOT_ANSWERED = "not_answered"
    PAUSED = "paused"
    NOT_PAUSED = "not_paused"
    SAME_VERSION = "same_version"
    UNKNOWN_VERSION = "unknown_version"
