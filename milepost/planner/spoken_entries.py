"""The entries of the timeline that hold people's words: wishes, replies, responses, notes, more to an answer."""

from __future__ import annotations

from dataclasses import dataclass

from milepost.planner.entry_bases import PlacedEntry, StepEntry
from milepost.planner.instants import Instant

CALL = "Call: "
"""The beginning of a note about a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested(StepEntry, kind="requested"):
    """The customer wants something about a step (`wish`, a `Wish`), in the words of `note`.

    They propose a `day`, a local date, or a `person`, an address, called `name`. `until` is how long the step is quiet.
    """

    wish: str
    day: str | None = None
    person: str | None = None
    name: str | None = None
    note: str | None = None
    until: Instant | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEscalated(PlacedEntry, kind="request_escalated"):
    """Nobody answered in time what the customer wants, or wrote: another `role` has the task, too."""

    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied(PlacedEntry, kind="replied"):
    """Somebody on the customer's side replied to a mail; the step is quiet `until` then."""

    note: str
    needs_answer: bool | None = None
    until: Instant | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Responded(StepEntry, kind="responded"):
    """A colleague responded to what the customer wanted (`response`, a `Response`), in the words of `note`.

    What was accepted is a `day`, a local date, or a `person`, an address. `elsewhere` is the kind of what was for
    others (`pointers.kinds_of`).
    """

    response: str
    elsewhere: str | None = None
    day: str | None = None
    person: str | None = None
    note: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCompleted(StepEntry, kind="answer_completed"):
    """More was added to the last answer to an outcome, or what `emptied` names was taken away from it."""

    value: float | str | None = None
    comment: str | None = None
    emptied: tuple[str, ...] | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(PlacedEntry, kind="note"):
    """Somebody noted something, perhaps about a step, or `about` a person (an address)."""

    text: str
    about: str | None = None
    by: str | None = None
