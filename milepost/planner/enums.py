"""The closed sets of words in a journey: statuses, kinds, reasons. Their texts are those of JSON, rows and the API."""

from __future__ import annotations

from enum import StrEnum


class JourneyStatus(StrEnum):
    """The status of a journey; an ended one stays ended."""

    OPEN = "open"
    PAUSED = "paused"
    ENDED = "ended"


class StageStatus(StrEnum):
    """The status of a stage; a closed one may open again."""

    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"


class StepStatus(StrEnum):
    """The status of a step's latest occurrence. Those from `ASKED` on are for outcomes only; `DONE` never is."""

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
    """The status of a play's latest instance."""

    NEVER = "never"
    OPEN = "open"
    ENDED = "ended"


class TaskStatus(StrEnum):
    """The status of a colleague's task."""

    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"


class StepKind(StrEnum):
    """The kind of a step; a touchpoint is either a task for a colleague or a mail that Milepost sends."""

    TASK = "task"
    MAIL = "mail"
    ACTION = "action"
    OUTCOME = "outcome"


class MessageReason(StrEnum):
    """The reason for a message: a mail touchpoint, an opening mail, a reminder, an outcome's request, and two of ours.

    Those are an invitation and what was agreed: mails that no map has.
    """

    TOUCHPOINT = "touchpoint"
    OPENING = "opening"
    REMINDER = "reminder"
    REQUEST = "request"
    INVITATION = "invitation"
    AGREEMENT = "agreement"
    POINTER = "pointer"

    @property
    def is_ours(self) -> bool:
        """Whether no step of the map sends it: a colleague does, or what was agreed, and it names who gets it."""
        return self in (MessageReason.INVITATION, MessageReason.AGREEMENT, MessageReason.POINTER)


class HoldReason(StrEnum):
    """The reasons that hold a message back, in the order in which they are checked."""

    PAUSE = "pause"
    PLAY = "play"
    CONTACT = "contact"
    VALUE = "value"
    RELEASE = "release"
    WINDOW = "window"
    LIMIT = "limit"


class MailSwitch(StrEnum):
    """Whether messages wait for a person to release them, or go by themselves."""

    HELD = "held"
    FREE = "free"


class SystemTaskReason(StrEnum):
    """The reasons for which Milepost itself gives a colleague a task, or the map's owner (`VALUE`)."""

    STUCK = "stuck"
    CONTACT = "contact"
    MESSAGE_FAILED = "message_failed"
    OPTED_OUT = "opted_out"
    CANCELLED = "cancelled"
    VALUE = "value"
    IDLE = "idle"
    REQUEST = "request"


class Wish(StrEnum):
    """What a customer can want about a step; `ANSWER` is an answer to their mail."""

    HELP = "help"
    DATE = "date"
    PERSON = "person"
    ANSWER = "answer"


class Response(StrEnum):
    """How a colleague responds to what a customer wanted."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    ANSWERED = "answered"
    ELSEWHERE = "elsewhere"


class StartReason(StrEnum):
    """The ways in which a play starts."""

    BRANCH = "branch"
    FACT = "fact"
    CONDITION = "condition"
    EVENT = "event"
    HAND_OVER = "hand_over"
    BEFORE = "before"


class BlockReason(StrEnum):
    """The reasons that block a play from starting."""

    OPEN = "open"
    COOLDOWN = "cooldown"
    ONLY_IF = "only_if"


class PlayEnding(StrEnum):
    """The ways in which a play ends."""

    COMPLETED = "completed"
    ENDS_WHEN = "ends_when"
    DEADLINE = "deadline"
    HANDED_BACK = "handed_back"


class CustomerPart(StrEnum):
    """The parts of a customer's record, as changes are reported."""

    ATTRIBUTES = "attributes"
    CONTACTS = "contacts"
    TEAM = "team"


class IgnoreReason(StrEnum):
    """The reasons for which a fact changes nothing.

    It is invalid (up to `PAST`), or doesn't fit the journey's state.
    """

    UNKNOWN = "unknown"
    NEEDS_ANSWER = "needs_answer"
    RESULT = "result"
    ANSWERS = "answers"
    NO_OUTCOME = "no_outcome"
    VERDICT = "verdict"
    TYPE = "type"
    VALUE = "value"
    TIMEZONE = "timezone"
    COUNTRY = "country"
    UNTIL = "until"
    DUE = "due"
    PAST = "past"
    ENDED = "ended"
    CLOSED = "closed"
    NOT_CLOSED = "not_closed"
    NOT_OPEN = "not_open"
    NOT_ANSWERED = "not_answered"
    PAUSED = "paused"
    NOT_PAUSED = "not_paused"
    SAME_VERSION = "same_version"
    UNKNOWN_VERSION = "unknown_version"
    LIMIT = "limit"
    NOT_THEIRS = "not_theirs"
    NOT_HELD = "not_held"
    HELD = "held"
    HELD_SINCE = "held_since"
    OUTDATED = "outdated"
    CONTACT = "contact"
