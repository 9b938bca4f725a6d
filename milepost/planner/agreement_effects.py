"""What people agree on for steps, taken in: the date and the person that count from now on, or no longer do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from milepost.language.steps import Outcome
from milepost.planner import facts
from milepost.planner.agreements import agreed_on, cleared, together
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.contacts import with_known_person
from milepost.planner.deadlines import change_due
from milepost.planner.enums import StepStatus
from milepost.planner.fact_checks import check_dates_ahead
from milepost.planner.instants import Instant
from milepost.planner.invitations import keep_agreed_date
from milepost.planner.pause_shift import due_by_map
from milepost.planner.requests import agree
from milepost.planner.state import StepState
from milepost.planner.turn import Turn


def agree_on(turn: Turn, fact: facts.Agreed, steps: Mapping[str, CompiledStep]) -> None:
    """Take in what was agreed on for steps, by their ids, all of it or nothing.

    Raises:
        RefusedError: a date is past.
    """
    check_dates_ahead(fact.steps, lambda step: _today(turn, steps[step]))
    dated = {step_id: agreed_on(turn.now, steps[step_id], told) for step_id, told in fact.steps.items()}
    for step_id, told in dated.items():
        agreed = with_known_person(turn, steps[step_id], told, fact.by)
        no_more = agreed.pop("cleared", ())
        _take_in(turn, steps[step_id], agreed, no_more)
        agree(turn, steps[step_id], agreed, fact.by)


def _today(turn: Turn, step: CompiledStep) -> date:
    return turn.now.calendar_of(step).local(turn.at).date()


def _take_in(turn: Turn, step: CompiledStep, agreed: Mapping[str, Any], no_more: Collection[str]) -> None:
    record = turn.state.step(step.id)
    if record.is_open and (agreed.get("person") or "person" in no_more):
        turn.edit_step(step.id).person = agreed.get("person")
    if not record.is_open or (isinstance(step.step, Outcome) and record.status is not StepStatus.ASKED):
        _keep_for_later(turn, step, agreed, no_more)
    elif agreed.get("due"):
        change_due(turn, step, keep_agreed_date(turn, step, agreed), "agreed")
    elif "due" in no_more and record.due_agreed:
        record = turn.edit_step(step.id)
        record.due_agreed, record.agreed_at, record.agreed_minutes = False, None, None
        change_due(turn, step, _due_by_map(turn, step, record), "agreed_no_more")


def _due_by_map(turn: Turn, step: CompiledStep, record: StepState) -> Instant | None:
    """When an open step is due as the map says; where that has passed it counts from now on.

    Nobody is late for a date that they were never told.
    """
    due = due_by_map(turn.now, step, record.asked_at or record.opened_at or turn.at)
    return due_by_map(turn.now, step, turn.at) if due is not None and due <= turn.at else due


def _keep_for_later(turn: Turn, step: CompiledStep, agreed: Mapping[str, Any], no_more: Collection[str]) -> None:
    """Keep what was agreed on for a step that isn't open, or wasn't asked."""
    kept = together(cleared(turn.state.agreed.get(step.id, {}), no_more), agreed)
    if kept:
        turn.state.agreed[step.id] = kept
    else:
        turn.state.agreed.pop(step.id, None)
