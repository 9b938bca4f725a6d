"""Why something can't be undone, each reason as a type; the hint says what to do instead."""

from __future__ import annotations

from milepost.explain.local_time import zoned_time_of
from milepost.explain.vocabulary import FACTS, INSTEAD
from milepost.planner.fact_errors import RefusedError, UnknownNameError
from milepost.planner.instants import Instant


class UnknownFactError(UnknownNameError):
    """Nothing with this id was told about the customer."""

    code = "unknown_fact"


class UndoRefusedError(RefusedError):
    """A fact can't be undone; `instead` says what to do."""

    code = "undo_refused"

    def __init__(self, why: str, kind: str) -> None:
        """`why` is a clause: what stands against undoing."""
        self.why = why
        self.instead = INSTEAD.get(kind, "Tell what is right; that counts from now on.")
        super().__init__(f"This can't be undone ({FACTS.get(kind, kind)}): {why}.", self.instead)


class AlreadyUndoneError(UndoRefusedError):
    """Somebody was faster: it is undone."""

    code = "already_undone"

    def __init__(self, kind: str, by: str | None, at: Instant) -> None:
        self.by, self.at = by, at
        super().__init__(f"it was undone already{f' by {by}' if by else ''}, on {zoned_time_of(at, 'UTC')}", kind)


class GraceOverError(UndoRefusedError):
    """The time for undoing is over, or this journey's state from before isn't kept."""

    code = "grace_over"

    def __init__(self, kind: str, until: Instant | None) -> None:
        """`until` is when it was over; None: too early, as nothing from before it is kept."""
        self.until = until
        why = (
            "nothing from before it is kept"
            if until is None
            else f"the time for that is over since {zoned_time_of(until, 'UTC')}"
        )
        super().__init__(why, kind)


class JourneyMergedError(UndoRefusedError):
    """The journey ended because its record was merged into another one: nothing of it can be undone."""

    code = "journey_merged"

    def __init__(self, kind: str, journey: str) -> None:
        self.journey = journey
        super().__init__(f"journey {journey} ended when the record was merged into another one", kind)
        self.hint = self.instead = "Tell what is right to the journey that goes on; `milepost show` says what it knows."


class MessageLeftError(UndoRefusedError):
    """A message that it brought about has left, or is leaving."""

    code = "message_left"

    def __init__(self, kind: str, message: str) -> None:
        self.message_id = message
        super().__init__(f"a message that it brought about has left ({message})", kind)


class FellDueError(UndoRefusedError):
    """Something that it brought about fell due by itself since."""

    code = "fell_due"

    def __init__(self, kind: str, entry: str, subject: str, at: Instant) -> None:
        """`entry` is the kind of the timeline's entry, `subject` the step, stage or play that it is about."""
        self.entry, self.subject, self.at = entry, subject, at
        about = f" of {subject!r}" if subject else ""
        super().__init__(f"{entry}{about} followed from it by itself, on {zoned_time_of(at, 'UTC')}", kind)


class NotUndoableError(UndoRefusedError):
    """It is nothing that a person did and that can be undone."""

    code = "not_undoable"


class NotYoursError(UndoRefusedError):
    """A contact can undo what they did themselves, and nothing else."""

    code = "not_yours"

    def __init__(self, kind: str) -> None:
        super().__init__("somebody else told it", kind)


class JourneyBeganSinceError(UndoRefusedError):
    """The journey has ended, and the customer has begun another one."""

    code = "journey_began_since"

    def __init__(self, kind: str, journey: str) -> None:
        self.journey = journey
        super().__init__(f"the customer has begun another journey since, {journey}", kind)


class CannotReplanError(UndoRefusedError):
    """This program can't plan what was planned: with other zones and holidays, or after another change."""

    code = "cannot_replan"
