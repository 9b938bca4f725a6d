"""What the door refuses, each as a type that carries its data: `code` for programs, `hint` for what to do."""

from __future__ import annotations

from collections.abc import Iterable

from journeys.language.names import nearest
from journeys.matching import MayNotEnter


class Refused(Exception):  # noqa: N818 - said in the words of the door
    """Something was not let in; nothing has changed."""

    code = "refused"

    def __init__(self, message: str, hint: str | None = None) -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"{message} {hint}" if hint else message)


class Unknown(Refused):
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


class UnknownCustomer(Unknown):
    """No customer of this id."""

    code = "unknown_customer"


class UnknownStep(Unknown):
    """The journey's map has no step of this id."""

    code = "unknown_step"


class UnknownOutcome(Unknown):
    """The journey's map has no outcome of this id."""

    code = "unknown_outcome"


class UnknownPlay(Unknown):
    """The journey's map has no play of this id."""

    code = "unknown_play"


class UnknownAttribute(Unknown):
    """The map declares no attribute of this name."""

    code = "unknown_attribute"


class UnknownResult(Unknown):
    """The task cannot end in this way."""

    code = "unknown_result"


class UnknownMap(Unknown):
    """No map of this id is published."""

    code = "unknown_map"


class InvalidFact(Refused):
    """The fact names what there is, but what it says of that makes no sense."""

    code = "invalid_fact"


class NoOpenJourney(Refused):
    """There is nobody to tell: the customer has no journey that has not ended."""

    code = "no_open_journey"

    def __init__(self, customer: str, barred: str | None = None) -> None:
        """`barred` says why none can be begun now, where that is so."""
        self.customer = customer
        self.barred = barred
        begin = f"None can begin: {barred}." if barred else f"`milepost enroll {customer}` begins one."
        super().__init__(
            f"Customer {customer!r} has no open journey.", f"{begin} `milepost show {customer}` tells what was."
        )


class AlreadyOpen(Refused):
    """The customer has an open journey, and may have only one."""

    code = "journey_already_open"

    def __init__(self, customer: str, journey: str) -> None:
        self.customer = customer
        self.journey = journey
        super().__init__(
            f"Customer {customer!r} has the open journey {journey!r}.",
            f"End it first: `milepost tell {customer} ended REASON`.",
        )


class EntryRefused(Refused):
    """The map's `reenter` does not let the customer in again, or not yet."""

    code = "entry_refused"

    def __init__(self, customer: str, why: MayNotEnter) -> None:
        self.customer = customer
        self.why = why
        super().__init__(f"Customer {customer!r} cannot begin another journey: {why}.")
