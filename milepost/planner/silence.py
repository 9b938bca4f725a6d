"""From when on a customer is silent: something that we asked of them is late, and they said nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from milepost.planner.enums import StepKind, StepStatus
from milepost.planner.instants import Instant
from milepost.planner.state import State, StepState


@dataclass(frozen=True, slots=True)
class Silence:
    """What a customer doesn't say a word about: a step of theirs, late `since` an instant that may lie ahead.

    `is_unanswered` tells an outcome whose time to answer is over from a step that is still open.
    """

    since: Instant
    step: str
    is_unanswered: bool


def silent_from(state: State) -> Instant | None:
    """Returns the instant from which on the customer is silent unless they do something; None if nothing is awaited.

    It may lie ahead: it is when the first of their open steps is late, or when nobody answered an outcome. A customer
    who is paused isn't silent.
    """
    return min((each.since for each in _silences(state)), default=None)


def silences_at(state: State, now: Instant) -> list[Silence]:
    """Returns what the customer is silent about at an instant, the longest first."""
    found = [each for each in _silences(state) if each.since <= now]
    return sorted(found, key=lambda each: (each.since, each.step))


def _silences(state: State) -> Iterator[Silence]:
    for step, record in state.steps.items() if state.is_open else ():
        if record.due_at is not None and _is_awaited(record):
            _, quiet_until = record.kept_until()
            yield Silence(max(record.due_at, quiet_until), step, record.status is StepStatus.SILENT)


def _is_awaited(record: StepState) -> bool:
    """Tells whether the customer owes it: an open step of theirs, an outcome that was asked or that nobody answered."""
    if record.status is StepStatus.SILENT:
        return True
    return record.is_open and record.kind in (StepKind.ACTION, StepKind.OUTCOME)
