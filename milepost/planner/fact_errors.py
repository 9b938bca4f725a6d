"""Facts that are refused, each reason as a type that carries its data: `code` for programs, `hint` for what to do."""

from __future__ import annotations

from collections.abc import Iterable

from milepost.errors import MilepostError
from milepost.language.names import nearest


class RefusedError(MilepostError):
    """Something was refused; nothing has changed."""

    code = "refused"


class UnknownNameError(RefusedError):
    """A name that does not exist; `suggestion` is the nearest that does."""

    def __init__(self, name: str, known: Iterable[str], where: str = "") -> None:
        self.name = name
        self.suggestion = nearest(name, known)
        what = self.code.removeprefix("unknown_").replace("_", " ")
        hint = f"Did you mean {self.suggestion!r}?" if self.suggestion else self._all(known)
        super().__init__(f"Unknown {what} {name!r}{where}.", hint)

    @staticmethod
    def _all(known: Iterable[str], most: int = 12) -> str | None:
        names = sorted(known)
        return f"It is one of: {', '.join(names)}." if 0 < len(names) <= most else None


class UnknownStepError(UnknownNameError):
    """The journey's map has no step of this id."""

    code = "unknown_step"


class UnknownOutcomeError(UnknownNameError):
    """The journey's map has no outcome of this id."""

    code = "unknown_outcome"


class UnknownPlayError(UnknownNameError):
    """The journey's map has no play of this id."""

    code = "unknown_play"


class UnknownAttributeError(UnknownNameError):
    """The map declares no attribute of this name."""

    code = "unknown_attribute"


class UnknownResultError(UnknownNameError):
    """The task cannot end in this way."""

    code = "unknown_result"


class InvalidFactError(RefusedError):
    """The fact names what there is, but what it says of that makes no sense."""

    code = "invalid_fact"
