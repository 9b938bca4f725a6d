"""From when on a customer is silent: something that we asked of them is late, and they said nothing."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.planner.enums import StepKind, StepStatus
from milepost.planner.instants import Instant
from milepost.planner.state import State, StepState


def silent_from(state: State) -> Instant | None:
    """Returns the instant from which on the customer is silent unless they do something; None if nothing is awaited.

    It may lie ahead: it is when the first of their open steps is late, or when nobody answered an outcome. A customer
    who is paused isn't silent.
    """
    return min(_lateness(state), default=None) if state.is_open else None


def _lateness(state: State) -> Iterator[Instant]:
    for record in state.steps.values():
        if record.due_at is not None and _is_awaited(record):
            _, quiet_until = record.kept_until()
            yield max(record.due_at, quiet_until)


def _is_awaited(record: StepState) -> bool:
    """Tells whether the customer owes it: an open step of theirs, an outcome that was asked or that nobody answered."""
    if record.status is StepStatus.SILENT:
        return True
    return record.is_open and record.kind in (StepKind.ACTION, StepKind.OUTCOME)
