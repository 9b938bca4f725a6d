"""The ids of journeys, messages, tasks and answers: values with one text form, `STEP/OCCURRENCE/...`.

Ids of steps, stages and plays are plain text; they contain no slash, except that of an added task (`task/1`).
"""

from __future__ import annotations

from dataclasses import dataclass

from milepost.planner.enums import MessageReason, SystemTaskReason

_REASONS = frozenset(MessageReason)
_DIGITS = 10


@dataclass(frozen=True, slots=True)
class MessageId:
    """A message, the `number`-th of its reason in one occurrence of its step: `STEP/OCCURRENCE/REASON/NUMBER`."""

    step: str
    occurrence: int
    reason: MessageReason
    number: int

    def __str__(self) -> str:
        return f"{self.step}/{self.occurrence}/{self.reason}/{self.number}"

    @staticmethod
    def parse(text: str) -> MessageId | None:
        """Read what `str` wrote; None where the text isn't the id of a message."""
        match text.split("/"):
            case [step, occurrence, reason, number] if reason in _REASONS and _are_numbers(occurrence, number):
                return MessageId(step, int(occurrence), MessageReason(reason), int(number))
        return None


def began_as(journey: str) -> str:
    """The id that the customer of a journey had when it began; the journey's own, `CUSTOMER/NUMBER`, never changes."""
    return journey.rpartition("/")[0]


def step_of(message: str) -> str:
    """The step that a message is about, by its id; a text that isn't an id is taken for the step's own."""
    message_id = MessageId.parse(message)
    return message_id.step if message_id else message


@dataclass(frozen=True, slots=True)
class AddedTaskId:
    """The `number`-th task that was added to a journey: `task/NUMBER`. It stands where a step's id does."""

    number: int

    def __str__(self) -> str:
        return f"task/{self.number}"

    @staticmethod
    def parse(text: str | None) -> AddedTaskId | None:
        """Read what `str` wrote; None where the text isn't the id of an added task."""
        match (text or "").split("/"):
            case ["task", number] if _are_numbers(number) and len(number) < _DIGITS:
                return AddedTaskId(int(number))
        return None


def _are_numbers(*texts: str) -> bool:
    return all(text.isascii() and text.isdecimal() for text in texts)


@dataclass(frozen=True, slots=True)
class TaskId:
    """A task of one occurrence of a step: `STEP/OCCURRENCE`."""

    step: str
    occurrence: int

    def __str__(self) -> str:
        return f"{self.step}/{self.occurrence}"


@dataclass(frozen=True, slots=True)
class SystemTaskId:
    """The `number`-th system task of its kind: `WHY/ABOUT/NUMBER`, or `WHY/NUMBER` where it is about the journey."""

    why: SystemTaskReason
    about: str
    number: int

    def __str__(self) -> str:
        return "/".join(part for part in (self.why, self.about, str(self.number)) if part)


@dataclass(frozen=True, slots=True)
class AnswerId:
    """The `number`-th answer to an outcome, silence included: `OUTCOME/OCCURRENCE/NUMBER`."""

    outcome: str
    occurrence: int
    number: int

    def __str__(self) -> str:
        return f"{self.outcome}/{self.occurrence}/{self.number}"
