"""Facts that are refused, each reason as a type that carries its data.

Where nobody waits for an answer, a refused fact is reported instead: `ignored_as` is the reason in `fact_ignored`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from milepost.errors import MilepostError
from milepost.planner.enums import IgnoreReason
from milepost.text import listing, nearest


class RefusedError(MilepostError):
    """Something was not let in; nothing has changed."""

    code = "refused"
    ignored_as = IgnoreReason.UNKNOWN


class UnknownNameError(RefusedError):
    """A name that does not exist.

    Attributes:
        name: The name.
        suggestion: The nearest name that exists, if one is near.
    """

    def __init__(self, name: str, valid: Iterable[str], where: str = "") -> None:
        self.name = name
        self.suggestion = nearest(name, valid)
        what = self.code.removeprefix("unknown_").replace("_", " ")
        super().__init__(f"Unknown {what} {name!r}{where}.", self._hint(self.suggestion, list(valid)))

    @staticmethod
    def _hint(suggestion: str | None, valid: Sequence[str]) -> str | None:
        return f"Did you mean {suggestion!r}?" if suggestion else _all(valid)


def _all(names: Iterable[str], most: int = 12) -> str | None:
    in_order = sorted(names)
    return f"It is one of: {', '.join(in_order)}." if 0 < len(in_order) <= most else None


class UnknownStepError(UnknownNameError):
    """The journey's map has no step of this id."""

    code = "unknown_step"


class UnknownOutcomeError(UnknownNameError):
    """The journey's map has no outcome of this id."""

    code = "unknown_outcome"


class NotAnOutcomeError(UnknownOutcomeError):
    """The journey's map has a step of this id, which is not an outcome."""

    ignored_as = IgnoreReason.NO_OUTCOME


class UnknownPlayError(UnknownNameError):
    """The journey's map has no play of this id."""

    code = "unknown_play"


class UnknownRoleError(UnknownNameError):
    """The journey's map has no role of this id."""

    code = "unknown_role"


class UnknownStageError(UnknownNameError):
    """The map has no stage of this id; the hint has all that it has, in their order."""

    code = "unknown_stage"

    @staticmethod
    def _hint(suggestion: str | None, valid: Sequence[str]) -> str | None:
        near = f"Did you mean {suggestion!r}?" if suggestion else None
        return " ".join(filter(None, (near, f"Its stages are {listing(valid)}."))) if valid else None


class UnknownEventError(UnknownNameError):
    """The map waits for no event of this name."""

    code = "unknown_event"


class UnknownAttributeError(UnknownNameError):
    """The map declares no attribute of this name."""

    code = "unknown_attribute"


class UnknownResultError(UnknownNameError):
    """The task cannot end in this way."""

    code = "unknown_result"
    ignored_as = IgnoreReason.RESULT


class WrongAnswersError(RefusedError):
    """A form can't be taken in as it is.

    Attributes:
        step: The step that asks for it.
        problems: What is wrong, by field, such as `day` `isn't a date`; empty where there is no form at all.
    """

    code = "wrong_answers"
    ignored_as = IgnoreReason.ANSWERS

    def __init__(self, step: str, problems: Mapping[str, str]) -> None:
        self.step, self.problems = step, problems
        wrong = "; ".join(f"{name!r} {problem}" for name, problem in problems.items())
        message = f"The answers to {step!r} {f'are wrong: {wrong}' if wrong else 'are missing'}."
        super().__init__(message, "Send the whole form, with every field that isn't optional.")


class InvalidFactError(RefusedError):
    """The fact names things that exist, but what it says about them makes no sense."""

    code = "invalid_fact"

    def __init__(self, message: str, hint: str | None = None, ignored_as: IgnoreReason = IgnoreReason.VALUE) -> None:
        self.ignored_as = ignored_as
        super().__init__(message, hint)


class IgnoredError(RefusedError):
    """The fact makes no sense while the journey stands as it does."""

    def __init__(self, reason: IgnoreReason) -> None:
        self.ignored_as = reason
        super().__init__(reason)
